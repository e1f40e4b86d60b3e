"""Means, spreads, Student t and Wilson intervals, in plain Python."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence


def summarise(values: Sequence[float]) -> dict[str, float]:
    """Compute mean and sample standard deviation; the deviation of a single value is 0.

    Args:
        values: At least one figure.

    Returns:
        `mean` and `std` (with n - 1 below the line).

    Examples:
        >>> summarise([0.5, 0.7])["mean"], round(summarise([0.5, 0.7])["std"], 3), summarise([1.0])["std"]
        (0.6, 0.141, 0.0)
    """
    return {"mean": statistics.fmean(values), "std": statistics.stdev(values) if len(values) > 1 else 0.0}


def t_interval(values: Sequence[float], level: float = 0.95) -> tuple[float, float] | None:
    """Compute a Student t interval of a mean.

    Args:
        values: Values taken as independent.
        level: Coverage, in (0, 1).

    Returns:
        Lower and upper end; None with fewer than two values.

    Examples:
        >>> [round(end, 3) for end in t_interval([0.04, 0.05, 0.06])]
        [0.025, 0.075]
    """
    if len(values) < 2:
        return None
    mean, error = statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values))
    reach = t_quantile(len(values) - 1, level) * error
    return mean - reach, mean + reach


def wilson_interval(hits: int, count: int, level: float = 0.95) -> tuple[float, float]:
    """Compute Wilson's score interval of a share, which also holds for few hits or none.

    Args:
        hits: How many of them, from 0 to `count`.
        count: How many were looked at, at least 1.
        level: Coverage, in (0, 1).

    Returns:
        Lower and upper end, both in [0, 1].

    Examples:
        >>> [round(end, 4) for end in wilson_interval(5, 100)]
        [0.0215, 0.1118]
    """
    quantile = statistics.NormalDist().inv_cdf((1 + level) / 2)
    share, weight = hits / count, quantile**2 / count
    middle = (share + weight / 2) / (1 + weight)
    reach = quantile * math.sqrt(share * (1 - share) / count + weight / (4 * count)) / (1 + weight)
    # At no hit, or nothing but hits, the end is exact; rounding must not move it.
    return (0.0 if hits == 0 else middle - reach), (1.0 if hits == count else middle + reach)


def t_quantile(freedom: int, level: float = 0.95) -> float:
    """Find t such that a Student variable lies in [-t, t] with some probability.

    Args:
        freedom: Degrees of freedom, at least 1.
        level: The probability, in (0, 1).

    Returns:
        The quantile, at least 0.

    Examples:
        >>> [round(t_quantile(freedom), 3) for freedom in (1, 2, 20)]
        [12.706, 4.303, 2.086]
    """
    low, high = 0.0, math.pi / 2
    for _ in range(80):
        angle = (low + high) / 2
        low, high = (angle, high) if _probability(angle, freedom) < level else (low, angle)
    return math.sqrt(freedom) * math.tan((low + high) / 2)


def _probability(angle: float, freedom: int) -> float:
    """P(|t| < sqrt(freedom) * tan(angle)): Abramowitz and Stegun, 26.7.3 and 26.7.4."""
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2
    term, total = (cosine if odd else 1.0), 0.0
    for power in range(odd, freedom - 1, 2):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    return (2 / math.pi) * (angle + sine * total) if odd else sine * total
