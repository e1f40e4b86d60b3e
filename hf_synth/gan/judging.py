"""When a generator is good: when its points help a classifier on real points that it did not see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hf_synth.gan.consistency import PointClassifier
from hf_synth.gan.model import Gan
from hf_synth.gan.points import Points
from hf_synth.seeding import rng

LOWEST = 1e-6


def split_points(points: Points, share: float, seed: int) -> tuple[Points, Points]:
    """Hold out a share of each class.

    Args:
        points: Real points, at least two of each class.
        share: Which share, in (0, 1); one point of each class stays on either side.
        seed: Of the draw.

    Returns:
        What is left, and what was held out.
    """
    held_out = np.zeros(len(points), dtype=bool)
    for label in np.unique(points.labels).tolist():
        places = np.flatnonzero(points.labels == label)
        count = min(max(1, round(share * len(places))), len(places) - 1)
        held_out[rng(seed, "held out", label).permutation(places)[:count]] = True
    return points.take(np.flatnonzero(~held_out)), points.take(np.flatnonzero(held_out))


@dataclass(frozen=True)
class Judge:
    """Judges generators by the loss of a logistic regression on validation points.

    Args:
        validation: Real points that the generator is not trained on.
        train: Real points that the generated ones join; None for a classifier of generated points alone.
        count: Generated points.
        seed: Of these.
    """

    validation: Points
    train: Points | None
    count: int
    seed: int

    def losses(self, gan: Gan) -> NDArray[np.float64]:
        """The loss of each validation point with generated points.

        Args:
            gan: The generator.

        Returns:
            Negative logarithms of the chance of the right class; the lower, the better. Infinite if no classifier can
            be trained, because all points are of one class.
        """
        vectors, chances = gan.draw(self.count, self.seed)
        points = Points(vectors, chances.argmax(axis=1), gan.names)
        if self.train is not None:
            points = self.train.join(points)
        if len(np.unique(points.labels)) < 2:
            return np.full(len(self.validation), np.inf)
        right = PointClassifier.fit(points, space=gan.space).answer(self.validation.vectors)
        found = right[np.arange(len(self.validation)), self.validation.labels]
        return np.asarray(-np.log(found.clip(LOWEST)))


def is_better(losses: NDArray[np.float64], best: NDArray[np.float64], surely: bool) -> bool:
    """Whether validation points are classified better than ever.

    Args:
        losses: Of each validation point.
        best: The same of the best generator so far; infinite if there is none.
        surely: Whether the mean has to be better by more than its standard error: a few points choose by chance.

    Returns:
        Whether they are.

    Examples:
        >>> is_better(np.array([0.4, 0.7]), np.array([0.5, 0.7]), surely=False)
        True
        >>> is_better(np.array([0.4, 0.8]), np.array([0.8, 0.7]), surely=True)
        False
    """
    if not np.isfinite(best).all():
        return bool(np.isfinite(losses).all())
    gained = best - losses
    return bool(gained.mean() > (gained.std() / np.sqrt(len(gained)) if surely else 0.0))
