"""A classifier of texts that may have several labels: trained, asked, saved and loaded."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.encoder import DEFAULT_ENCODER, find_encoder
from hf_synth.errors import ConfigError, SchemaError, TeacherError
from hf_synth.manifest import read_json, write_json
from hf_synth.pseudo_labels.callback import PseudoLabelCallback
from hf_synth.pseudo_labels.model import MeanClassifier, make_classifier
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.scoring import score_rows
from hf_synth.pseudo_labels.settings import LabelLossSettings
from hf_synth.pseudo_labels.soft_targets import SoftTargets
from hf_synth.pseudo_labels.tracker import FoundLabel, TrackerSettings
from hf_synth.pseudo_labels.trainer import LabelCollator, LabelTrainer, collate_texts
from hf_synth.training import training_arguments

import torch  # isort: skip
from transformers import (  # isort: skip
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PrinterCallback,
    set_seed,
)

CARD, HEAD = "classifier.json", "classifier"


@dataclass(frozen=True)
class ClassifierSettings:
    """How a classifier is trained.

    Args:
        base: Hub id or folder of an encoder or of a classifier with as many outputs as there are labels.
        epochs: Passes over the rows, at least 1.
        learning_rate: Peak rate, above 0; None for 2e-4 without adapters and 1e-3 with.
        head_learning_rate: Peak rate of the layers on top, above 0.
        lora_rank: Rank of adapters on all linear layers; 0 trains the encoder itself, all but its word embeddings.
        lora_alpha: Scale of the adapters.
        max_tokens: Tokens in a batch, padding included, at least 16.
        max_length: Tokens of a text that are read, at least 8.

    Raises:
        ConfigError: A value is out of its range.
    """

    base: str = DEFAULT_ENCODER
    epochs: int = 10
    learning_rate: float | None = None
    head_learning_rate: float = 4e-3
    lora_rank: int = 0
    lora_alpha: int = 32
    max_tokens: int = 512
    max_length: int = 128

    def __post_init__(self) -> None:
        for name, good, wanted in (
            ("base", bool(self.base), "a name"),
            ("epochs", self.epochs >= 1, "at least 1"),
            ("learning_rate", self.learning_rate is None or self.learning_rate > 0, "above 0"),
            ("head_learning_rate", self.head_learning_rate > 0, "above 0"),
            ("lora_rank", self.lora_rank >= 0, "at least 0"),
            ("lora_alpha", self.lora_alpha > 0, "above 0"),
            ("max_tokens", self.max_tokens >= 16, "at least 16"),
            ("max_length", self.max_length >= 8, "at least 8"),
        ):
            if not good:
                raise ConfigError(f"classifier.{name} must be {wanted}, got {getattr(self, name)!r}")

    @property
    def peak_rate(self) -> float:
        """The peak rate of the encoder or its adapters."""
        return self.learning_rate or (1e-3 if self.lora_rank else 2e-4)


@dataclass
class TextClassifier:
    """A classifier, its tokenizer and the names of its labels.

    Args:
        model: A sequence classifier of transformers.
        tokenizer: Its tokenizer.
        names: Names of the labels, in class order.
        settings: How it was made.
        found: What `train_classifier` found in its rows, if it was told to look.
    """

    model: Any
    tokenizer: Any
    names: tuple[str, ...]
    settings: ClassifierSettings = field(default_factory=ClassifierSettings)
    found: list[tuple[FoundLabel, ...]] = field(default_factory=list)

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Logits of texts, of shape (texts, labels)."""
        out = np.zeros((len(texts), len(self.names)), dtype=np.float32)
        rows = encode_texts(self.tokenizer, texts, self.settings.max_length)
        padding = self.tokenizer.pad_token_id
        for places, logits in score_rows(self.model, rows, lambda batch: collate_texts(batch, padding)):
            out[places] = logits
        return out

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write the model (its adapters and top layer alone, if it has any), the tokenizer and the names."""
        self.model.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        write_json(Path(folder) / CARD, {"names": list(self.names), "settings": asdict(self.settings)})

    @classmethod
    def load(cls, folder: str | os.PathLike[str]) -> TextClassifier:
        """Read a classifier that `save` wrote, or any other of transformers.

        Args:
            folder: Where it is, or a Hub id.

        Returns:
            The classifier, on the GPU if there is one; its labels are named as its configuration says.

        Raises:
            ConfigError: It is no classifier.
            TeacherError: It cannot be loaded.
        """
        card = read_json(Path(folder) / CARD)
        if card is None:
            return _load_foreign(os.fspath(folder))
        settings = ClassifierSettings(**card["settings"])
        model: Any
        if settings.lora_rank:
            from peft import PeftModel

            model = PeftModel.from_pretrained(_load_model(settings.base, len(card["names"])), os.fspath(folder))
        else:
            model = _load_model(os.fspath(folder), len(card["names"]))
        model = model.to("cuda" if torch.cuda.is_available() else "cpu")
        return cls(model, AutoTokenizer.from_pretrained(folder), tuple(card["names"]), settings)


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

    Returns:
        The classifier; `found` holds the pseudo-labels of the rows.

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
    count = len(made.names)
    targets = SoftTargets(len(texts), count, loss.kept_logits) if loss.distillation else None
    padding = made.tokenizer.pad_token_id
    callback = None
    if tracker is not None or targets is not None:
        if tracker is not None:
            tracker.check_epochs(settings.epochs)
        callback = PseudoLabelCallback(
            encoded,
            lambda rows: collate_texts(rows, padding),
            [row.given or (0,) for row in labels],
            tracker or TrackerSettings(streak=1),
            [row.negatives if row.given else () for row in labels],
            soft_targets=targets,
            judge=None if loss.teacher == "previous" or validation is None else _Judge(made, *validation),
        )
    with tempfile.TemporaryDirectory() as scratch:
        trainer = LabelTrainer(
            loss=loss,
            model=made.model,
            args=training_arguments(
                scratch, num_train_epochs=settings.epochs, seed=seed, logging_strategy="no", disable_tqdm=True
            ),
            train_dataset=encoded,
            data_collator=LabelCollator(labels, count, padding, targets),
            optimizers=(_make_optimizer(made.model, settings), None),
            lengths=[len(row["input_ids"]) for row in encoded],
            max_tokens=settings.max_tokens,
            callbacks=[callback] if callback else None,
        )
        trainer.remove_callback(PrinterCallback)
        trainer.train()
        made.model = trainer.accelerator.unwrap_model(trainer.model_wrapped, keep_fp32_wrapper=False)
    if tracker is not None and callback is not None:
        made.found = [found if row.given else () for found, row in zip(callback.find(), labels, strict=True)]
    return made


def load_classifier(settings: ClassifierSettings, names: Sequence[str]) -> TextClassifier:
    """Load an encoder with a new layer on top, or a classifier that has as many outputs.

    Args:
        settings: What, and with which adapters.
        names: Names of the labels.

    Returns:
        The classifier, not trained yet.

    Raises:
        ConfigError: The model is a classifier with another number of outputs.
        TeacherError: It cannot be loaded.
    """
    try:
        model = _load_model(settings.base, len(names))
        tokenizer = AutoTokenizer.from_pretrained(find_encoder(settings.base))
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise TeacherError(f"{settings.base!r} cannot be loaded: {reason}", hint="Check classifier.base.") from error
    if settings.lora_rank:
        from peft import LoraConfig, get_peft_model

        adapters = LoraConfig(
            r=settings.lora_rank,
            lora_alpha=settings.lora_alpha,
            target_modules="all-linear",
            exclude_modules=[HEAD],
            modules_to_save=[HEAD],
        )
        model = get_peft_model(model, adapters)
    else:
        model.get_input_embeddings().requires_grad_(False)
    return TextClassifier(model, tokenizer, tuple(names), settings)


def _load_foreign(name: str) -> TextClassifier:
    """Any sequence classifier, with the names of its labels."""
    try:
        if not _is_classifier(name):
            raise ConfigError(f"{name} is no classifier", hint="Train one, such as with train_classifier.")
        model: Any = AutoModelForSequenceClassification.from_pretrained(name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise TeacherError(f"{name!r} cannot be loaded: {reason}", hint="Give a folder or Hub id.") from error
    names = tuple(model.config.id2label[number] for number in range(model.config.num_labels))
    model = model.to("cuda" if torch.cuda.is_available() else "cpu")
    return TextClassifier(model, tokenizer, names, ClassifierSettings(base=name))


def _load_model(base: str, labels: int) -> Any:
    """A classifier as it is, or an encoder with a new layer."""
    folder = find_encoder(base)
    if not _is_classifier(folder):
        return make_classifier(folder, labels)
    model: Any = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)
    if model.config.num_labels != labels:
        raise ConfigError(
            f"{base} has {model.config.num_labels} outputs, there are {labels} labels",
            hint="Take a model that was trained for these labels, or an encoder.",
        )
    return model


def _is_classifier(name: str) -> bool:
    architectures = AutoConfig.from_pretrained(name).architectures or ()
    return any("SequenceClassification" in each or each == MeanClassifier.__name__ for each in architectures)


def encode_texts(tokenizer: Any, texts: Sequence[str], max_length: int) -> list[dict[str, Any]]:
    """Tokenize texts: rows with `input_ids`."""
    return [{"input_ids": ids} for ids in tokenizer(list(texts), truncation=True, max_length=max_length)["input_ids"]]


def _make_optimizer(model: Any, settings: ClassifierSettings) -> torch.optim.Optimizer:
    trained = [(name, parameter) for name, parameter in model.named_parameters() if parameter.requires_grad]
    heads = [parameter for name, parameter in trained if HEAD in name]
    others = [parameter for name, parameter in trained if HEAD not in name]
    return torch.optim.AdamW(
        [{"params": others, "lr": settings.peak_rate}, {"params": heads, "lr": settings.head_learning_rate}],
        weight_decay=0.01,
        fused=True,
    )


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
