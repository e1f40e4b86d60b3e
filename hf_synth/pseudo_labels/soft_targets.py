"""What a classifier said of each row in an earlier epoch, kept in little memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hf_synth.errors import ConfigError, SchemaError

_LARGEST = float(np.finfo(np.float16).max)


class SoftTargets:
    """The largest logits of each row, and one number for all others.

    A row of 1,000 labels takes 66 bytes with `top=16`: a million rows 66 MB, where all logits in half precision would
    take 2 GB.

    Args:
        rows: How many rows there are, at least 1.
        labels: How many labels, at least 1.
        top: Logits that are kept of each row, at least 1; all if there are no more labels.

    Raises:
        ConfigError: A number is below 1.

    Examples:
        >>> targets = SoftTargets(rows=2, labels=4, top=2)
        >>> targets.store([0], [[3.0, -1.0, 1.0, -3.0]])
        >>> targets.read([0, 1]).tolist()
        [[3.0, -2.0, 1.0, -2.0], [nan, nan, nan, nan]]
    """

    def __init__(self, rows: int, labels: int, top: int = 16) -> None:
        for name, value in (("rows", rows), ("labels", labels), ("top", top)):
            if value < 1:
                raise ConfigError(f"soft targets: {name} must be at least 1, got {value}")
        self.labels, self.top = labels, min(top, labels)
        self._numbers = np.zeros((rows, self.top), dtype=np.uint16 if labels <= 2**16 else np.uint32)
        self._logits = np.full((rows, self.top), np.nan, dtype=np.float16)
        self._rest = np.full(rows, np.nan, dtype=np.float16)

    @property
    def nbytes(self) -> int:
        """Memory in bytes."""
        return self._numbers.nbytes + self._logits.nbytes + self._rest.nbytes

    def store(self, rows: Sequence[int], logits: ArrayLike) -> None:
        """Keep what was said of some rows, instead of what was said before.

        Args:
            rows: Places of the rows.
            logits: Shape (rows, labels); what half precision cannot hold is cut.

        Raises:
            SchemaError: The shape is another one.
        """
        places, values = np.asarray(rows, dtype=np.int64), np.asarray(logits, dtype=np.float32)
        if values.shape != (len(places), self.labels):
            raise SchemaError(f"expected logits of shape ({len(places)}, {self.labels}), got {values.shape}")
        best = np.argpartition(-values, self.top - 1, axis=1)[:, : self.top]
        kept = np.take_along_axis(values, best, axis=1)
        others = self.labels - self.top
        rest = (values.sum(axis=1) - kept.sum(axis=1)) / others if others else np.zeros(len(places), np.float32)
        self._numbers[places] = best
        self._logits[places] = kept.clip(-_LARGEST, _LARGEST)
        self._rest[places] = rest.clip(-_LARGEST, _LARGEST)

    def read(self, rows: Sequence[int]) -> NDArray[np.float32]:
        """What was said of some rows.

        Args:
            rows: Places of the rows.

        Returns:
            Logits of shape (rows, labels), those that were not kept as their mean; `nan` for rows without any.
        """
        places = np.asarray(rows, dtype=np.int64)
        values = np.repeat(self._rest[places, None].astype(np.float32), self.labels, axis=1)
        np.put_along_axis(
            values, self._numbers[places].astype(np.int64), self._logits[places].astype(np.float32), axis=1
        )
        return values
