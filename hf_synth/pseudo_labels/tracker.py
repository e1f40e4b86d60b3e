"""Which labels a classifier keeps believing in, epoch after epoch, more than in the label that a row was given."""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hf_synth.errors import ConfigError, SchemaError, check_choice

MODES = ("last", "any")
NONE = -1


@dataclass(frozen=True)
class TrackerSettings:
    """When a label becomes a pseudo-label.

    Args:
        top: Labels of a row that are looked at, the most confident ones; at least 1, and no row gets more (`p`).
        streak: Epochs in a row in which a label must be among them and above the given ones, at least 1 (`r`).
        mode: `last`, if the streak must still hold in the last epoch, or `any`, if it may have ended before.

    Raises:
        ConfigError: A value is out of its range.

    Examples:
        >>> TrackerSettings(top=0)
        Traceback (most recent call last):
        hf_synth.errors.ConfigError: pseudo_labels.top must be at least 1, got 0
    """

    top: int = 2
    streak: int = 4
    mode: str = "last"

    def __post_init__(self) -> None:
        for name in ("top", "streak"):
            if getattr(self, name) < 1:
                raise ConfigError(f"pseudo_labels.{name} must be at least 1, got {getattr(self, name)}")
        check_choice("pseudo_labels.mode", self.mode, MODES)

    def check_epochs(self, epochs: float) -> None:
        """Check that a training is long enough for a pseudo-label.

        Args:
            epochs: Passes over the training rows.

        Raises:
            ConfigError: There are fewer epochs than `streak`.

        Examples:
            >>> TrackerSettings().check_epochs(4)
        """
        if epochs < self.streak:
            raise ConfigError(
                f"pseudo_labels.streak is {self.streak}, but there are {epochs:g} epochs: no label could get there",
                hint="Train longer, or ask for fewer epochs in a row.",
            )


@dataclass(frozen=True)
class FoundLabel:
    """A label that was found.

    Args:
        label: Its number.
        confidence: What the classifier gave it in the last epoch of its streak, in [0, 1].
        epoch: The epoch in which its streak was long enough, from 1.
    """

    label: int
    confidence: float
    epoch: int


@dataclass
class PseudoLabelTracker:
    """Find pseudo-labels in the scores of each epoch.

    Before: the row `make an elephant sound` is labelled `AnimalSounds`. After four epochs in which the classifier was
    more confident of `ZooKeeper`, this is a pseudo-label of the row.

    A label counts in an epoch if it is among the `top` most confident ones and its confidence is above that of every
    label that the row was given (equal is not above). The given ones and known wrong ones never count. A row that an
    epoch leaves out begins again.

    Args:
        given: Numbers of the labels of each row, at least one a row.
        settings: When a label becomes a pseudo-label.
        negatives: Numbers of labels that are known to be wrong for each row; none if left out.

    Raises:
        SchemaError: A row has no label, or a label that is negative, too.

    Examples:
        >>> tracker = PseudoLabelTracker([[0]], TrackerSettings(top=2, streak=2))
        >>> for epoch in (1, 2):
        ...     tracker.update(epoch, [0], [[0.3, 0.9, 0.2]])
        >>> tracker.find()
        [(FoundLabel(label=1, confidence=0.9, epoch=2),)]

    Reference: Kim and Kim 2020. Its text says which labels are counted; the streak that may end (`any`), ties and rows
        with several labels are ours.
    """

    given: Sequence[Collection[int]]
    settings: TrackerSettings = field(default_factory=TrackerSettings)
    negatives: Sequence[Collection[int]] = ()

    def __post_init__(self) -> None:
        rows, top = len(self.given), self.settings.top
        if self.negatives and len(self.negatives) != rows:
            raise SchemaError(
                f"{rows} rows have labels, {len(self.negatives)} have negative ones; give one list a row"
            )
        for row, labels in enumerate(self.given):
            if not labels:
                raise SchemaError(
                    f"row {row} has no label", hint="Pseudo-labels are found beside a label that is given."
                )
            if self.negatives and (both := set(labels) & set(self.negatives[row])):
                raise SchemaError(f"row {row} has label {min(both)} both as its own and as a negative one")
        self._labels = np.full((rows, top), NONE, dtype=np.int32)
        self._streaks = np.zeros((rows, top), dtype=np.int32)
        self._confidences = np.zeros((rows, top), dtype=np.float32)
        self._seen = np.zeros(rows, dtype=np.int32)
        self._ended: dict[int, dict[int, FoundLabel]] = {}

    def update(self, epoch: int, rows: Sequence[int], scores: ArrayLike) -> None:
        """Take in the scores of some rows; the batches of an epoch may come in any order.

        Args:
            epoch: Which epoch, from 1.
            rows: Places of the rows.
            scores: Confidence of each label, shape (rows, labels).

        Raises:
            SchemaError: There are not as many scores as rows, a label has none, or one is no number.
            ConfigError: A row was scored in this epoch, or in a later one.
        """
        places, found = np.asarray(rows, dtype=np.int64), np.asarray(scores, dtype=np.float32)
        self._check(epoch, places, found)
        best = np.argsort(-found, axis=1, kind="stable")[:, : self.settings.top]
        for row, labels, confidences in zip(places.tolist(), best.tolist(), found, strict=True):
            given, wrong = self.given[row], self.negatives[row] if self.negatives else ()
            bound = max(float(confidences[label]) for label in given)
            counted = [label for label in labels if confidences[label] > bound and label not in wrong]
            self._count(row, epoch, counted, confidences)
        self._seen[places] = epoch

    def find(self) -> list[tuple[FoundLabel, ...]]:
        """The pseudo-labels of each row, the most confident first; of equal ones the lower number."""
        found = []
        for row in range(len(self.given)):
            alive = self._alive(row)
            if self.settings.mode == "any":
                alive = self._ended.get(row, {}) | alive
            ordered = sorted(alive.values(), key=lambda item: (-item.confidence, item.label))
            found.append(tuple(ordered[: self.settings.top]))
        return found

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write what was counted to an `.npz` file."""
        ended = [
            (row, item.label, item.confidence, item.epoch)
            for row, items in self._ended.items()
            for item in items.values()
        ]
        arrays: dict[str, NDArray[Any]] = {name: getattr(self, f"_{name}") for name in _ARRAYS}
        with open(path, "wb") as file:
            np.savez(file, ended=np.array(ended, dtype=np.float64).reshape(-1, 4), **arrays)  # type: ignore[arg-type]

    def load(self, path: str | os.PathLike[str]) -> None:
        """Go on from what `save` wrote.

        Args:
            path: The file.

        Raises:
            ConfigError: It is of other rows or of another `top`.
        """
        with np.load(path) as arrays:
            if arrays["labels"].shape != self._labels.shape:
                raise ConfigError(
                    f"{path} is of (rows, top) {arrays['labels'].shape}, this training has {self._labels.shape}"
                )
            for name in _ARRAYS:
                setattr(self, f"_{name}", arrays[name])
            self._ended = {}
            for row, label, confidence, epoch in arrays["ended"].tolist():
                self._ended.setdefault(int(row), {})[int(label)] = FoundLabel(int(label), confidence, int(epoch))

    def _check(self, epoch: int, rows: NDArray[np.int64], scores: NDArray[np.float32]) -> None:
        if scores.ndim != 2 or len(scores) != len(rows):
            raise SchemaError(f"expected scores of shape ({len(rows)}, labels), got {scores.shape}")
        if not len(rows):
            return
        most = max(max(self.given[row]) for row in rows.tolist())
        if most >= scores.shape[1]:
            raise SchemaError(
                f"a row has label {most}, the model has {scores.shape[1]} outputs",
                hint="Load the model with num_labels as many as there are labels.",
            )
        if not np.isfinite(scores).all():
            row = rows[~np.isfinite(scores).all(axis=1)][0]
            raise SchemaError(
                f"row {row} has a score that is no number in epoch {epoch}", hint="Lower the learning rate."
            )
        late = rows[self._seen[rows] >= epoch]
        if len(late) or len(set(rows.tolist())) < len(rows):
            raise ConfigError(f"epoch {epoch}: row {late[0] if len(late) else rows[0]} was scored already")

    def _count(self, row: int, epoch: int, labels: Sequence[int], confidences: NDArray[np.float32]) -> None:
        """Go on with the streaks of a row, and keep those that end."""
        before = dict(zip(self._labels[row].tolist(), self._streaks[row].tolist(), strict=True))
        if self._seen[row] != epoch - 1:
            before = {}
        if self.settings.mode == "any" and (over := {k: v for k, v in self._alive(row).items() if k not in labels}):
            self._ended.setdefault(row, {}).update(over)
        self._labels[row], self._streaks[row] = NONE, 0
        for place, label in enumerate(labels):
            self._labels[row, place] = label
            self._streaks[row, place] = before.get(label, 0) + 1
            self._confidences[row, place] = confidences[label]

    def _alive(self, row: int) -> dict[int, FoundLabel]:
        """The labels whose streak is long enough, and holds."""
        wanted, seen = self.settings.streak, int(self._seen[row])
        return {
            label: FoundLabel(label, round(confidence, 6), seen - streak + wanted)
            for label, streak, confidence in zip(
                self._labels[row].tolist(), self._streaks[row].tolist(), self._confidences[row].tolist(), strict=True
            )
            if label != NONE and streak >= wanted
        }


_ARRAYS = ("labels", "streaks", "confidences", "seen")
