"""Generator and discriminator of pairs: a point, and how much it belongs to each class."""

from __future__ import annotations

from typing import Any

from hf_synth.errors import require_extra
from hf_synth.gan.settings import GanSettings

require_extra("local", "torch")

import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402
from torch.nn.utils.parametrizations import spectral_norm  # noqa: E402


class Generator(nn.Module):
    """Noise in, points and logits of their classes out.

    The noise also reaches the points straight, through one matrix: without it they spread over few directions,
    whatever the discriminator says of them.

    Args:
        settings: Its sizes.
        size: Numbers of a point.
        classes: How many classes there are.
    """

    def __init__(self, settings: GanSettings, size: int, classes: int) -> None:
        super().__init__()
        self.size, self.noise_size = size, settings.noise_size
        self.layers = nn.Sequential(
            nn.Linear(settings.noise_size, settings.hidden),
            nn.LeakyReLU(0.2),
            nn.Linear(settings.hidden, settings.hidden),
            nn.LeakyReLU(0.2),
            nn.Linear(settings.hidden, size + classes),
        )
        self.shortcut = nn.Linear(settings.noise_size, size, bias=False)

    def forward(self, noise: Tensor) -> tuple[Tensor, Tensor]:
        """Make points.

        Args:
            noise: Shape (points, noise_size).

        Returns:
            Points of shape (points, size), and logits of shape (points, classes).
        """
        made: Tensor = self.layers(noise)
        return made[:, : self.size] + self.shortcut(noise), made[:, self.size :]


class Discriminator(nn.Module):
    """Pairs of point and class vector in, a score out: the higher, the more it looks real.

    Args:
        settings: Its sizes.
        size: Numbers of a point.
        classes: How many classes there are.
    """

    def __init__(self, settings: GanSettings, size: int, classes: int) -> None:
        super().__init__()
        wrap: Any = spectral_norm if settings.spectral else lambda layer: layer
        self.layers = nn.Sequential(
            wrap(nn.Linear(size + classes, settings.hidden)),
            nn.LeakyReLU(0.2),
            nn.Dropout(settings.dropout),
            wrap(nn.Linear(settings.hidden, settings.hidden)),
            nn.LeakyReLU(0.2),
            nn.Dropout(settings.dropout),
            wrap(nn.Linear(settings.hidden, 1)),
        )

    def forward(self, points: Tensor, classes: Tensor) -> Tensor:
        """Score pairs.

        Args:
            points: Shape (points, size).
            classes: Shares of the classes, shape (points, classes).

        Returns:
            Scores of shape (points).
        """
        scores: Tensor = self.layers(torch.cat([points, classes], dim=1)).squeeze(1)
        return scores
