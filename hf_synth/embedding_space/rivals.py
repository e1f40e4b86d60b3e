"""What a user would try first: points made of real ones by noise, by mixing two, or by SMOTE."""

from __future__ import annotations

import numpy as np

from hf_synth.errors import require_extra
from hf_synth.gan.points import Points
from hf_synth.seeding import rng

NEIGHBOURS, ALPHA = 5, 0.2


def make_rival(arm: str, real: Points, count: int, noise: float, seed: int) -> Points:
    """Make points without learning anything.

    Args:
        arm: `gaussian_noise`, `mixup` (a mix of two points, its class that of the larger part), or `smote`
            (imbalanced-learn; a point between two neighbours of one class).
        real: Real points.
        count: Points wanted.
        noise: Deviation of the noise, in units of the points' own.
        seed: Of the draw.

    Returns:
        The points, with the classes' shares of the real ones, or nearly so.

    Raises:
        MissingExtraError: imbalanced-learn is not installed, and the arm is `smote`.

    Reference: Zhang et al. 2018 (mixup), Chawla et al. 2002 (SMOTE).
    """
    if arm == "smote":
        return _smote(real, count, seed)
    draw = rng(seed, arm)
    ones, others = draw.integers(len(real), size=(2, count))
    if arm == "gaussian_noise":
        vectors = real.vectors[ones] + noise * real.vectors.std() * draw.standard_normal((count, real.size))
        return Points(vectors.astype(np.float32), real.labels[ones], real.names)
    shares = draw.beta(ALPHA, ALPHA, size=(count, 1))
    vectors = shares * real.vectors[ones] + (1 - shares) * real.vectors[others]
    labels = np.where(shares[:, 0] >= 0.5, real.labels[ones], real.labels[others])
    return Points(vectors.astype(np.float32), labels, real.names)


def _smote(real: Points, count: int, seed: int) -> Points:
    """SMOTE fills classes up to a size: each is asked for its own points and its share of new ones."""
    require_extra("embeddings", "imblearn")
    from imblearn.over_sampling import SMOTE

    sizes = np.bincount(real.labels, minlength=len(real.names))
    wanted = {label: size + round(count * size / len(real)) for label, size in enumerate(sizes.tolist()) if size}
    neighbours = max(1, min(NEIGHBOURS, int(sizes[sizes > 0].min()) - 1))
    sampler = SMOTE(sampling_strategy=wanted, k_neighbors=neighbours, random_state=seed)
    vectors, labels = sampler.fit_resample(real.vectors, real.labels)
    made = np.arange(len(real), len(labels))
    return Points(vectors[made].astype(np.float32), labels[made].astype(np.int64), real.names)
