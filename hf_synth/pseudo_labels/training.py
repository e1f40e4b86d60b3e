"""Training of a classifier on rows with given, found and wrong labels."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.pseudo_labels.callback import PseudoLabelCallback
from hf_synth.pseudo_labels.classifier import HEAD, TextClassifier, encode_texts, load_classifier
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.settings import ClassifierSettings, LabelLossSettings
from hf_synth.pseudo_labels.soft_targets import SoftTargets
from hf_synth.pseudo_labels.tracker import TrackerSettings
from hf_synth.pseudo_labels.trainer import LabelCollator, LabelTrainer, collate_texts
from hf_synth.training import make_optimizer, training_arguments

from transformers import PrinterCallback, set_seed  # isort: skip

SCORED = 64  # rows of a batch when an epoch is over


def train_classifier(
    texts: Sequence[str],
    labels: Sequence[LabelRow],
    names: Sequence[str],
    settings: ClassifierSettings,
    loss: LabelLossSettings,
    seed: int,
    tracker: TrackerSettings | None = None,
    validation: tuple[Sequence[str], Sequence[LabelRow]] | None = None,
    start: TextClassifier | None = None,
    watch: Sequence[int] = (),
) -> TextClassifier:
    """Train a classifier on rows with given, found and wrong labels.

    Args:
        texts: At least one text.
        labels: The labels of each.
        names: Names of the labels, in class order.
        settings: How to train.
        loss: What the loss is made of.
        seed: Seed of the layers on top, the dropout and the order of rows.
        tracker: Look for pseudo-labels meanwhile, in this way.
        validation: Human rows with their labels, for `loss.teacher: best`.
        start: A classifier to go on with, instead of `settings.base`; it is changed.
        watch: With `tracker`, places of rows whose confidences are kept.

    Returns:
        The classifier; `found` holds the pseudo-labels of the rows, and `watched` the confidences of those watched,
        of shape (epochs, watched rows, labels).

    Raises:
        SchemaError: There is no row, or not as many labels as texts.
        ConfigError: There are too few epochs for a pseudo-label, or no validation rows where they are needed.
        TeacherError: The encoder cannot be loaded.
    """
    if not texts or len(texts) != len(labels):
        raise SchemaError(f"expected labels of each text, got {len(texts)} texts and labels of {len(labels)}")
    if loss.distillation and loss.teacher == "best" and validation is None:
        raise ConfigError("loss.teacher is best: that needs validation rows", hint="Name them, or take `previous`.")
    set_seed(seed)
    made = start or load_classifier(settings, names)
    encoded = encode_texts(made.tokenizer, texts, settings.max_length)
    for place, row in enumerate(encoded):
        row["row"] = place
    targets = SoftTargets(len(texts), len(made.names), loss.kept_logits) if loss.distillation else None
    padding = made.tokenizer.pad_token_id
    callback = None
    if tracker is not None or targets is not None:
        if tracker is not None:
            tracker.check_epochs(settings.epochs)
        callback = PseudoLabelCallback(
            encoded,
            lambda rows: collate_texts(rows, padding),
            [row.given or (0,) for row in labels],  # what is found beside a label that is none is left out below
            tracker or TrackerSettings(streak=1),
            [row.negatives if row.given else () for row in labels],
            soft_targets=targets,
            judge=None if loss.teacher == "previous" or validation is None else _Judge(made, *validation),
            watch=watch,
        )
    fit(made, encoded, labels, settings, loss, seed, targets, callback)
    if tracker is not None and callback is not None:
        made.found = [found if row.given else () for found, row in zip(callback.find(), labels, strict=True)]
        made.watched = np.stack(callback.watched)
    return made


def fit(
    made: TextClassifier,
    encoded: Sequence[dict[str, Any]],
    labels: Sequence[LabelRow],
    settings: ClassifierSettings,
    loss: LabelLossSettings,
    seed: int,
    targets: SoftTargets | None = None,
    callback: PseudoLabelCallback | None = None,
) -> None:
    """Train a classifier on tokenized rows.

    Args:
        made: What is trained.
        encoded: Rows with `input_ids` and `row`, their place among the labels.
        labels: The labels of each.
        settings: How to train.
        loss: What the loss is made of.
        seed: Seed of the order of rows.
        targets: What was said of the rows before.
        callback: What looks at the rows after each epoch.
    """
    with tempfile.TemporaryDirectory() as scratch:
        trainer = LabelTrainer(
            loss=loss,
            model=made.model,
            args=training_arguments(
                scratch,
                num_train_epochs=settings.epochs,
                per_device_eval_batch_size=SCORED,
                seed=seed,
                logging_strategy="no",
                disable_tqdm=True,
            ),
            train_dataset=encoded,
            data_collator=LabelCollator(labels, len(made.names), made.tokenizer.pad_token_id, targets),
            optimizers=(make_optimizer(made.model, [HEAD], settings.peak_rate, settings.head_learning_rate), None),
            lengths=[len(row["input_ids"]) for row in encoded],
            max_tokens=settings.max_tokens,
            callbacks=[callback] if callback else None,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
        made.model = trainer.accelerator.unwrap_model(trainer.model_wrapped, keep_fp32_wrapper=False)


@dataclass
class _Judge:
    """How a classifier is doing on validation rows: minus its loss on their labels."""

    classifier: TextClassifier
    texts: Sequence[str]
    labels: Sequence[LabelRow]

    def __call__(self, model: Any) -> float:
        logits = self.classifier.logits(self.texts).astype(np.float64)
        right = np.zeros_like(logits)
        for place, row in enumerate(self.labels):
            right[place, list(row.given)] = 1
        return -float((np.logaddexp(0, logits) - right * logits).sum(axis=1).mean())
