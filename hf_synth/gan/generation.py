"""From a generator to rows: each class gets its share, and what does not hold together is refused and counted."""

from __future__ import annotations

import logging
from collections import Counter

import numpy as np
from numpy.typing import NDArray

from hf_synth.gan.model import Gan
from hf_synth.gan.points import Points

logger = logging.getLogger(__name__)
BATCH, BUDGET = 512, 20
INCONSISTENT, DUPLICATE, SURPLUS = "inconsistent", "duplicate", "surplus"
REASONS = (INCONSISTENT, DUPLICATE, SURPLUS)
SAME = 1e-3


def generate_points(gan: Gan, real: Points, count: int, seed: int) -> tuple[Points, dict[str, int]]:
    """Draw points until there are enough of each class; those that its classifier takes for another class are refused.

    Args:
        gan: The generator.
        real: Real points; their classes' shares are those of the result.
        count: Points wanted.
        seed: Of the draw.

    Returns:
        The points with the chances that the classifier gives them, fewer if twenty times as many draws do not bring
        them; and how many were `drawn`, and refused as `inconsistent`, as `duplicate` of an earlier one, or as
        `surplus` of their class.
    """
    shares = np.bincount(real.labels, minlength=len(real.names)) * count
    wanted = shares // len(real)
    wanted[np.argsort(-(shares % len(real)), kind="stable")[: count - wanted.sum()]] += 1
    kept: list[tuple[NDArray[np.float32], int, NDArray[np.float64]]] = []
    counts: Counter[str] = Counter()
    seen: set[bytes] = set()
    for part in range(-(-count * BUDGET // BATCH)):
        if not wanted.any():
            break
        vectors, chances = gan.draw(BATCH, seed, part)
        labels = chances.argmax(axis=1)
        for vector, label, told in zip(vectors, labels.tolist(), gan.classifier.answer(vectors), strict=True):
            if not wanted.any():
                break
            counts["drawn"] += 1
            key = np.round(vector / (SAME * gan.space.scale)).tobytes()
            if label != told.argmax():
                counts[INCONSISTENT] += 1
            elif key in seen:
                counts[DUPLICATE] += 1
            elif not wanted[label]:
                counts[SURPLUS] += 1
            else:
                wanted[label] -= 1
                seen.add(key)
                kept.append((vector, label, told))
    if wanted.any():
        logger.warning("%d of %d points, then their budget was spent: %s", len(kept), count, dict(counts))
    vectors = np.array([vector for vector, *_ in kept], dtype=np.float32).reshape(len(kept), real.size)
    labels = np.array([label for _, label, _ in kept], dtype=np.int64)
    told = np.array([told for *_, told in kept], dtype=np.float32).reshape(len(kept), len(real.names))
    return Points(vectors, labels, real.names, told), dict(counts)
