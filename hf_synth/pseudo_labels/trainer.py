"""A trainer whose loss knows pseudo-labels, wrong labels, and what the classifier said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hf_synth.errors import SchemaError
from hf_synth.pseudo_labels.losses import distillation_loss, label_loss, negative_loss, weigh_epoch
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.settings import LabelLossSettings
from hf_synth.pseudo_labels.soft_targets import SoftTargets
from hf_synth.training import BucketedTrainer, pad

import torch  # isort: skip

GIVEN, FOUND, WRONG, EARLIER = "given", "found", "wrong", "earlier"


class LabelCollator:
    """Batches of tokenized rows with their labels as matrices.

    Args:
        labels: The labels of each row.
        count: How many labels there are.
        padding: What fills shorter rows.
        soft_targets: What was said of each row before; None if nobody asks.

    Examples:
        >>> collate = LabelCollator([LabelRow((1,), (), (0,))], count=2)
        >>> batch = collate([{"input_ids": [5, 6], "row": 0}])
        >>> batch["given"].tolist(), batch["wrong"].tolist()
        ([[0.0, 1.0]], [[True, False]])
    """

    def __init__(
        self, labels: Sequence[LabelRow], count: int, padding: int = 0, soft_targets: SoftTargets | None = None
    ) -> None:
        self._labels, self._count, self._padding, self._soft_targets = labels, count, padding, soft_targets

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """Make a batch of rows with `input_ids` and `row`, their place among the labels."""
        batch = collate_texts(rows, self._padding)
        places = [row["row"] for row in rows]
        given, found, wrong = (torch.zeros(len(rows), self._count) for _ in range(3))
        for index, place in enumerate(places):
            row = self._labels[place]
            given[index, list(row.given)] = 1
            found[index, [*row.given, *row.found]] = 1
            wrong[index, list(row.negatives)] = 1
            if not row.given:  # what the row is nobody knows: only what it is not
                given[index], found[index] = torch.nan, torch.nan
        batch |= {GIVEN: given, FOUND: found, WRONG: wrong.bool()}
        if self._soft_targets is not None:
            batch[EARLIER] = torch.from_numpy(self._soft_targets.read(places))
        return batch


def collate_texts(rows: Sequence[Mapping[str, Any]], padding: int = 0) -> dict[str, torch.Tensor]:
    """Batches of tokenized rows without their labels.

    Args:
        rows: Rows with `input_ids`.
        padding: What fills shorter ones.

    Returns:
        `input_ids` and `attention_mask`, of shape (rows, longest row).
    """
    ids = [row["input_ids"] for row in rows]
    mask = [[1] * len(row) for row in ids]
    return {"input_ids": torch.from_numpy(pad(ids, padding)), "attention_mask": torch.from_numpy(pad(mask, 0))}


class LabelTrainer(BucketedTrainer):
    """Train a classifier with several labels a row on those that are given, found and wrong.

    Args:
        loss: What the loss is made of.
        **arguments: Arguments of `BucketedTrainer`; its `data_collator` is a `LabelCollator`.
    """

    def __init__(self, *, loss: LabelLossSettings, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._loss = loss

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Any:
        """The loss of a batch; see `LabelLossSettings`."""
        batch = dict(inputs)
        given, found, wrong, earlier = (batch.pop(name, None) for name in (GIVEN, FOUND, WRONG, EARLIER))
        outputs = model(**batch)
        logits = outputs.logits.float()
        if given is None or logits.shape != given.shape:
            raise SchemaError(
                f"the model gives {tuple(logits.shape)} outputs, the labels are {getattr(given, 'shape', None)}"
            )
        weight = weigh_epoch(int(self.state.epoch or 0), self._loss.decay)
        total = (1 - weight) * label_loss(logits, given) + weight * label_loss(logits, found)
        if self._loss.distillation and earlier is not None:
            total = total + weight * self._loss.distillation * distillation_loss(
                logits, earlier, self._loss.temperature
            )
        if self._loss.negative_weight:
            total = total + self._loss.negative_weight * negative_loss(logits, wrong)
        return (total, outputs) if return_outputs else total
