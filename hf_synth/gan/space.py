"""The space that a generator works in: points moved to the origin and scaled to unit deviation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Space:
    """Where points lie.

    Args:
        centre: Their mean, shape (d).
        scale: Their deviation, one number for all directions: angles and shares of distances stay.
        unit: Whether all are of length one; what is generated is then brought to that length, too.
    """

    centre: Vectors
    scale: float
    unit: bool

    @classmethod
    def of(cls, vectors: Vectors) -> Space:
        """Look at points.

        Args:
            vectors: Shape (points, d), at least one.

        Returns:
            Their space.

        Examples:
            >>> space = Space.of(np.array([[0.0, 3.0], [0.0, 1.0]], dtype=np.float32))
            >>> space.centre.tolist(), round(space.scale, 2), space.unit
            ([0.0, 2.0], 0.71, False)
        """
        centre = vectors.mean(axis=0)
        lengths = np.linalg.norm(vectors, axis=1)
        return cls(centre, float((vectors - centre).std()) or 1.0, bool(np.allclose(lengths, 1, atol=1e-3)))

    def enter(self, vectors: Vectors) -> Vectors:
        """From outside to the generator's space."""
        moved: Vectors = ((vectors - self.centre) / self.scale).astype(np.float32)
        return moved

    def leave(self, vectors: Vectors) -> Vectors:
        """From the generator's space to outside."""
        points: Vectors = (vectors * self.scale + self.centre).astype(np.float32)
        if self.unit:
            points /= np.linalg.norm(points, axis=1, keepdims=True).clip(1e-12)
        return points
