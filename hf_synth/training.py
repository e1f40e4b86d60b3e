"""Training arguments and length-bucketed batches, in one place for teachers and students."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hf_synth.device import supports_bf16
from hf_synth.errors import require_extra
from hf_synth.seeding import rng

if TYPE_CHECKING:
    import torch
    from transformers import TrainingArguments

require_extra("local", "torch", "transformers", "accelerate")

from torch.utils.data import DataLoader, Sampler  # noqa: E402
from transformers import Trainer  # noqa: E402


def training_arguments(out: str | os.PathLike[str], **overrides: Any) -> TrainingArguments:
    """Build `TrainingArguments` with the defaults that all training here shares.

    Args:
        out: Folder of the checkpoints.
        **overrides: Any field of `TrainingArguments`.

    Returns:
        Arguments for the device at hand: bf16 where it pays, cosine schedule with 6% warm-up, no reports.
    """
    import torch
    from transformers import TrainingArguments

    settings: dict[str, Any] = {
        "output_dir": os.fspath(out),
        "bf16": supports_bf16(),
        "use_cpu": not torch.cuda.is_available(),
        "lr_scheduler_type": "cosine",
        "warmup_steps": 0.06,
        "weight_decay": 0.01,
        "save_strategy": "no",
        "report_to": [],
        "logging_steps": 50,
        "remove_unused_columns": False,
        "dataloader_pin_memory": False,
    }
    return TrainingArguments(**{**settings, **overrides})


class LengthBatches(Sampler[list[int]]):
    """Batches of rows of similar length under a token budget, in an order fixed by the seed and the epoch.

    Args:
        lengths: Tokens in each row.
        max_tokens: Upper bound of rows times longest row; a longer single row makes a batch of its own.
        seed: Seed of the order.
        process: Number of this process, from 0.
        processes: Processes that share the batches; each takes the same number, the first ones again if need be.

    Examples:
        >>> sorted(map(sorted, LengthBatches([3, 9, 3, 9], max_tokens=18, seed=0)))
        [[0, 2], [1, 3]]
        >>> [len(list(LengthBatches([3, 9, 3, 9], 18, seed=0, process=p, processes=2))) for p in (0, 1)]
        [1, 1]
    """

    def __init__(
        self, lengths: Sequence[int], max_tokens: int, seed: int, process: int = 0, processes: int = 1
    ) -> None:
        self.lengths, self.max_tokens, self.seed, self.epoch = list(lengths), max_tokens, seed, 0
        self.process, self.processes = process, processes

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch."""
        self.epoch = epoch

    def batches(self) -> list[list[int]]:
        """All batches of the epoch: rows are shuffled, sorted by length in windows, cut, and shuffled again."""
        generator = rng(self.seed, "batches", self.epoch)
        order = generator.permutation(len(self.lengths))
        batches: list[list[int]] = []
        for start in range(0, len(order), 2048):
            window = sorted(order[start : start + 2048].tolist(), key=lambda index: self.lengths[index])
            batch: list[int] = []
            for index in window:
                if batch and (len(batch) + 1) * self.lengths[index] > self.max_tokens:
                    batches.append(batch)
                    batch = []
                batch.append(index)
            batches.append(batch)
        return [batches[index] for index in generator.permutation(len(batches))]

    def __iter__(self) -> Iterator[list[int]]:
        batches = self.batches()
        for turn in range(-(-len(batches) // self.processes)):
            yield batches[(turn * self.processes + self.process) % len(batches)]

    def __len__(self) -> int:
        return -(-len(self.batches()) // self.processes)


class BatchLoader(DataLoader[Any]):
    """A `DataLoader` that passes the epoch on to its batches."""

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch."""
        self.batch_sampler.set_epoch(epoch)  # type: ignore[union-attr]


class BucketedTrainer(Trainer):
    """A `Trainer` whose training batches hold rows of similar length.

    Args:
        lengths: Tokens in each row of `train_dataset`.
        max_tokens: Token budget of a batch.
        **arguments: Arguments of `Trainer`.
    """

    def __init__(self, *, lengths: Sequence[int], max_tokens: int, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._batches = LengthBatches(
            lengths, max_tokens, self.args.seed, self.args.process_index, self.args.world_size
        )

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The training batches of this process; sharded here, since accelerate only shards batches of one size."""
        return BatchLoader(
            self.train_dataset,  # type: ignore[arg-type]
            batch_sampler=self._batches,
            collate_fn=self.data_collator,
        )


def make_optimizer(model: Any, heads: Sequence[str], rate: float, head_rate: float) -> torch.optim.Optimizer:
    """AdamW with one learning rate for an encoder or its adapters, and one for the layers on top.

    Args:
        model: The model; parameters without a gradient are left alone.
        heads: What the names of the parameters on top contain.
        rate: Peak rate of the others.
        head_rate: Peak rate of those on top.

    Returns:
        The optimizer.
    """
    import torch

    trained = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    top = [parameter for name, parameter in trained if any(head in name for head in heads)]
    others = [parameter for name, parameter in trained if not any(head in name for head in heads)]
    return torch.optim.AdamW(
        [{"params": others, "lr": rate}, {"params": top, "lr": head_rate}], weight_decay=0.01, fused=True
    )


def pad(rows: Sequence[Sequence[int]], value: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Stack rows of different length, filled on the right.

    Args:
        rows: At least one row of numbers.
        value: What fills the shorter rows.

    Returns:
        Array of int64 of shape (rows, longest row).

    Examples:
        >>> pad([[1], [2, 3]], 0).tolist()
        [[1, 0], [2, 3]]
    """
    out = np.full((len(rows), max(map(len, rows))), value, dtype=np.int64)
    for index, row in enumerate(rows):
        out[index, : len(row)] = row
    return out
