"""Many values in a few."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

PERCENTILES = (5, 25, 50, 75, 95)
DIGITS = 6


def summarise_values(values: Sequence[float]) -> dict[str, Any] | None:
    """Compute the mean and some percentiles.

    Args:
        values: Any number of figures.

    Returns:
        `mean`, and `percentiles` by their rank; None without values.

    Examples:
        >>> summarise_values([1, 2, 6])
        {'mean': 3.0, 'percentiles': {'5': 1.1, '25': 1.5, '50': 2.0, '75': 4.0, '95': 5.6}}
    """
    if not len(values):
        return None
    found = np.percentile(values, PERCENTILES)
    return {
        "mean": round(float(np.mean(values)), DIGITS),
        "percentiles": {
            str(rank): round(float(value), DIGITS) for rank, value in zip(PERCENTILES, found, strict=True)
        },
    }


def share(part: float, whole: float) -> float:
    """A part of a whole, in [0, 1]; 0 of nothing."""
    return round(part / whole, DIGITS) if whole else 0.0
