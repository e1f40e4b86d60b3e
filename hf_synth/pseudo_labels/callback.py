"""Pseudo-labels from any training with `transformers.Trainer`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import ConfigError, require_extra

require_extra("local", "torch", "transformers")

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments  # noqa: E402

from hf_synth.pseudo_labels.calibration import confide  # noqa: E402
from hf_synth.pseudo_labels.scoring import Collate, score_rows  # noqa: E402
from hf_synth.pseudo_labels.soft_targets import SoftTargets  # noqa: E402
from hf_synth.pseudo_labels.tracker import FoundLabel, PseudoLabelTracker, TrackerSettings  # noqa: E402

FILE = "pseudo_labels.npz"


class PseudoLabelCallback(TrainerCallback):
    """Score the training rows after each epoch, and find their pseudo-labels.

    One forward pass over the rows in each epoch. What was counted is saved with each checkpoint of the trainer, and
    read back when it resumes from one.

    Args:
        rows: The rows of the trainer, tokenized, in a fixed order.
        collate: The trainer's `data_collator`.
        given: Numbers of the labels of each row.
        settings: When a label becomes a pseudo-label.
        negatives: Numbers of labels that are known to be wrong for each row.
        multi_label: Confidence is a sigmoid of each logit; otherwise a softmax over all.
        soft_targets: Where the logits of an epoch are kept for the next one, if they are wanted.
        judge: How good the model is on validation rows: logits are then kept only where that is better than ever.
        watch: Places of rows whose confidences are kept in `watched`, a list with an array of shape (watched rows,
            labels) for each epoch since training began or went on from a checkpoint.

    Raises:
        SchemaError: As for `PseudoLabelTracker`.

    Examples:
        ::

            callback = PseudoLabelCallback(rows, collator, given=dataset["labels"])
            Trainer(model, args, data_collator=collator, train_dataset=rows, callbacks=[callback]).train()
            dataset = add_pseudo_labels(dataset, callback.find())

    Reference: Kim and Kim 2020.
    """

    def __init__(
        self,
        rows: Sequence[Any],
        collate: Collate,
        given: Sequence[Collection[int]],
        settings: TrackerSettings | None = None,
        negatives: Sequence[Collection[int]] = (),
        multi_label: bool = True,
        soft_targets: SoftTargets | None = None,
        judge: Callable[[Any], float] | None = None,
        watch: Sequence[int] = (),
    ) -> None:
        if len(rows) != len(given):
            raise ConfigError(f"{len(rows)} rows to score, but labels of {len(given)}")
        self.tracker = PseudoLabelTracker(given, settings or TrackerSettings(), negatives)
        self._rows, self._collate = rows, collate
        self._multi_label, self._soft_targets = multi_label, soft_targets
        self._judge, self._best = judge, -np.inf
        self._watch = {place: index for index, place in enumerate(watch)}
        self.watched: list[NDArray[np.float32]] = []

    def find(self) -> list[tuple[FoundLabel, ...]]:
        """The pseudo-labels of each row (see `PseudoLabelTracker.find`)."""
        return self.tracker.find()

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Check that there are enough epochs and outputs, and go on from a checkpoint."""
        self.tracker.settings.check_epochs(state.num_train_epochs or args.num_train_epochs)
        outputs, labels = kwargs["model"].config.num_labels, max(max(labels) for labels in self.tracker.given) + 1
        if outputs < labels:
            raise ConfigError(
                f"the rows have {labels} labels, the model {outputs} outputs",
                hint=f"Load it with num_labels={labels}.",
            )
        saved = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}" / FILE
        if state.global_step and saved.is_file():
            self.tracker.load(saved)

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Score all rows once."""
        epoch, model = round(state.epoch or 0), kwargs["model"]
        targets = self._soft_targets
        if targets is not None and self._judge is not None:
            score = self._judge(model)
            self._best, targets = max(self._best, score), targets if score > self._best else None
        size = args.per_device_eval_batch_size
        self.watched.append(np.zeros((len(self._watch), model.config.num_labels), dtype=np.float32))
        for places, logits in score_rows(model, self._rows, self._collate, size, args.bf16):
            chances = confide(logits, self._multi_label)
            self.tracker.update(epoch, places, chances)
            for place, row in zip(places, chances, strict=True):
                if place in self._watch:
                    self.watched[-1][self._watch[place]] = row
            if targets is not None:
                targets.store(places, logits)

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Save what was counted beside the checkpoint."""
        folder = Path(str(args.output_dir)) / f"checkpoint-{state.global_step}"
        if state.is_world_process_zero and folder.is_dir():
            self.tracker.save(folder / FILE)
