"""What discriminator and generator strive for."""

from __future__ import annotations

from hf_synth.errors import require_extra
from hf_synth.gan.settings import HINGE, GanSettings

require_extra("local", "torch")

import torch  # noqa: E402
from torch import Tensor  # noqa: E402
from torch.nn.functional import binary_cross_entropy_with_logits, relu  # noqa: E402


def discriminator_loss(real: Tensor, made: Tensor, settings: GanSettings) -> Tensor:
    """How badly real and made points are told apart.

    With the loss `log`, real points are to be believed with `smoothing` (one-sided: made ones with 0).

    Args:
        real: Scores of real points.
        made: Scores of made ones.
        settings: The kind of loss.

    Returns:
        A number.

    Examples:
        >>> zero = torch.zeros(2)
        >>> round(discriminator_loss(zero, zero, GanSettings()).item(), 4)
        1.3863
    """
    if settings.loss == HINGE:
        return relu(1 - real).mean() + relu(1 + made).mean()
    believed = torch.full_like(real, settings.smoothing)
    return binary_cross_entropy_with_logits(real, believed) + binary_cross_entropy_with_logits(
        made, torch.zeros_like(made)
    )


def generator_loss(made: Tensor, settings: GanSettings) -> Tensor:
    """How badly made points pass for real ones.

    Args:
        made: Scores of made points.
        settings: The kind of loss.

    Returns:
        A number.
    """
    if settings.loss == HINGE:
        return -made.mean()
    return binary_cross_entropy_with_logits(made, torch.ones_like(made))


def consistency_loss(told: Tensor, logits: Tensor) -> Tensor:
    """How far the classes of made points are from what a classifier of real ones says of them.

    The mean of two cross entropies: the class vector is to become what the classifier says, and the point is to become
    what its class vector says. Each follows the other as it stands: where both may give way at once, the easiest
    agreement is a single class, and all points end there.

    Args:
        told: What the frozen classifier says of made points: logits of shape (points, classes).
        logits: What they were made as, of the same shape.

    Returns:
        A number.

    Examples:
        >>> sure = torch.tensor([[9.0, -9.0]])
        >>> round(consistency_loss(sure, sure).item(), 3), round(consistency_loss(sure, -sure).item())
        (0.0, 18)
    """
    return (_follow(logits, told) + _follow(told, logits)) / 2


def _follow(logits: Tensor, target: Tensor) -> Tensor:
    """The cross entropy with a target that stays as it is."""
    return -(target.softmax(dim=1).detach() * logits.log_softmax(dim=1)).sum(dim=1).mean()


def gradient_penalty(scores: Tensor, points: Tensor) -> Tensor:
    """The squared gradient of scores at points, on average.

    Args:
        scores: Of real points.
        points: These points, which need a gradient.

    Returns:
        A number.
    """
    (gradient,) = torch.autograd.grad(scores.sum(), points, create_graph=True)
    return gradient.square().sum(dim=1).mean()
