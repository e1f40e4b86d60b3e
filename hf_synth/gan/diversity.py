"""How diverse made points are beside real ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import SchemaError
from hf_synth.seeding import rng

Vectors = NDArray[np.float32]
NEIGHBOURS, MOST, CLOSE = 5, 2000, 0.01


def measure_diversity(real: Vectors, made: Vectors, seed: int = 0) -> dict[str, float]:
    """Compare made points with real ones.

    Args:
        real: Shape (points, d), at least seven points.
        made: Of the same d, at least two points.
        seed: Of the sample that is looked at where there are more than 2,000 points.

    Returns:
        `distance_ratio`: mean distance of two made points over that of two real ones. `coverage`: share of real points
        with a made one nearer than their fifth real neighbour. `recall`: share of real points that are nearer to some
        made one than that one's fifth made neighbour. `duplicates`: share of made points that all but coincide with a
        real or another made one: within a hundredth of the usual distance of real neighbours. `directions`: how many
        directions made points spread over (the exponential of the entropy of their principal components' shares), over
        how many as many real ones do.

    Raises:
        SchemaError: There are fewer points, or they are of different length.

    Reference: Naeem et al. 2020 (coverage), Kynkäänniemi et al. 2019 (recall).

    Examples:
        >>> real = np.random.default_rng(0).normal(size=(50, 4)).astype(np.float32)
        >>> same = measure_diversity(real, real)
        >>> [same[name] for name in ("distance_ratio", "coverage", "recall", "directions", "duplicates")]
        [1.0, 1.0, 1.0, 1.0, 1.0]
    """
    if len(real) < NEIGHBOURS + 2 or len(made) < 2 or real.shape[1:] != made.shape[1:]:
        raise SchemaError(
            f"expected at least {NEIGHBOURS + 2} real and 2 made points of one length, got {real.shape}, {made.shape}"
        )
    ours, theirs = _sample(real, seed), _sample(made, seed)
    inside, between, among = _distances(ours, ours), _distances(ours, theirs), _distances(theirs, theirs)
    real_reach = np.sort(inside, axis=1)[:, NEIGHBOURS]  # the nearest is the point itself
    made_reach = np.sort(among, axis=1)[:, min(NEIGHBOURS, len(theirs) - 1)]
    for table in (inside, among):
        np.fill_diagonal(table, np.inf)
    close = CLOSE * np.median(inside.min(axis=1))
    return {
        "distance_ratio": _mean(among) / max(_mean(inside), 1e-12),
        "coverage": float((between.min(axis=1) <= real_reach).mean()),
        "recall": float((between <= made_reach[None, :]).any(axis=1).mean()),
        "directions": _count_directions(theirs[: len(ours)]) / _count_directions(ours[: len(theirs)]),
        "duplicates": float((np.minimum(among.min(axis=1), between.min(axis=0)) <= close).mean()),
    }


def _sample(points: Vectors, seed: int) -> NDArray[np.float64]:
    if len(points) > MOST:
        points = points[np.sort(rng(seed, "diversity").permutation(len(points))[:MOST])]
    return points.astype(np.float64)


def _distances(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    squares = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1)[None, :] - 2 * one @ other.T
    return np.asarray(np.sqrt(squares.clip(0)))


def _count_directions(points: NDArray[np.float64]) -> float:
    strengths = np.linalg.svd(points - points.mean(axis=0), compute_uv=False) ** 2
    shares = strengths / max(strengths.sum(), 1e-12)
    return float(np.exp(-(shares * np.log(shares.clip(1e-12))).sum()))


def _mean(distances: NDArray[np.float64]) -> float:
    """Of all pairs; the diagonal is infinite."""
    return float(distances[np.isfinite(distances)].mean())
