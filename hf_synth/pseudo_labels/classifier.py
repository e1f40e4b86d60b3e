"""A classifier of texts that may have several labels: asked, saved and loaded."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.encoder import find_encoder
from hf_synth.errors import ConfigError, TeacherError
from hf_synth.manifest import read_json, write_json
from hf_synth.pseudo_labels.model import MeanClassifier, make_classifier
from hf_synth.pseudo_labels.scoring import score_rows
from hf_synth.pseudo_labels.settings import ClassifierSettings
from hf_synth.pseudo_labels.tracker import FoundLabel
from hf_synth.pseudo_labels.trainer import collate_texts

import torch  # isort: skip
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer  # isort: skip

CARD, HEAD = "classifier.json", "classifier"


@dataclass
class TextClassifier:
    """A classifier, its tokenizer and the names of its labels.

    Args:
        model: A sequence classifier of transformers.
        tokenizer: Its tokenizer.
        names: Names of the labels, in class order.
        settings: How it was made.
        found: What `train_classifier` found in its rows, if it was told to look.
        watched: The confidences that it kept, of shape (epochs, rows, labels).
    """

    model: Any
    tokenizer: Any
    names: tuple[str, ...]
    settings: ClassifierSettings = field(default_factory=ClassifierSettings)
    found: list[tuple[FoundLabel, ...]] = field(default_factory=list)
    watched: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 0, 0), dtype=np.float32))

    def logits(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Logits of texts, of shape (texts, labels)."""
        return self.ask(encode_texts(self.tokenizer, texts, self.settings.max_length))

    def ask(self, rows: Sequence[dict[str, Any]]) -> NDArray[np.float32]:
        """Logits of tokenized texts, of shape (rows, labels)."""
        out = np.zeros((len(rows), len(self.names)), dtype=np.float32)
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
    check_outputs(settings.base, len(names))
    try:
        model = _load_model(settings.base, len(names))
        tokenizer = AutoTokenizer.from_pretrained(find_encoder(settings.base))
    except (OSError, ValueError) as error:
        raise _not_loaded(settings.base, error) from error
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


def check_outputs(base: str, labels: int) -> None:
    """Check, without loading it, that a model can be trained for so many labels.

    Args:
        base: As in `ClassifierSettings`.
        labels: How many there are.

    Raises:
        ConfigError: It is a classifier with another number of outputs.
        TeacherError: Its configuration cannot be read.
    """
    try:
        config = AutoConfig.from_pretrained(find_encoder(base))
    except (OSError, ValueError) as error:
        raise _not_loaded(base, error) from error
    if _is_classifier(config) and config.num_labels != labels:
        raise ConfigError(
            f"{base} has {config.num_labels} outputs, there are {labels} labels",
            hint="Take a model that was trained for these labels, or an encoder.",
        )


def _not_loaded(base: str, error: Exception) -> TeacherError:
    reason = str(error).strip().split("\n")[0]
    return TeacherError(f"{base!r} cannot be loaded: {reason}", hint="Give the folder or Hub id of a model.")


def _load_foreign(name: str) -> TextClassifier:
    """Any sequence classifier, with the names of its labels."""
    try:
        if not _is_classifier(AutoConfig.from_pretrained(name)):
            raise ConfigError(f"{name} is no classifier", hint="Train one, such as with train_classifier.")
        model: Any = AutoModelForSequenceClassification.from_pretrained(name, dtype=torch.float32)
        tokenizer = AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        raise _not_loaded(name, error) from error
    names = tuple(model.config.id2label[number] for number in range(model.config.num_labels))
    model = model.to("cuda" if torch.cuda.is_available() else "cpu")
    return TextClassifier(model, tokenizer, names, ClassifierSettings(base=name))


def _load_model(base: str, labels: int) -> Any:
    """A classifier as it is, or an encoder with a new layer."""
    folder = find_encoder(base)
    if not _is_classifier(AutoConfig.from_pretrained(folder)):
        return make_classifier(folder, labels)
    return AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32)


def _is_classifier(config: Any) -> bool:
    return any(
        "SequenceClassification" in name or name == MeanClassifier.__name__ for name in config.architectures or ()
    )


def encode_texts(
    tokenizer: Any, texts: Sequence[str], max_length: int, second: Sequence[str] | None = None
) -> list[dict[str, Any]]:
    """Tokenize texts, or pairs of texts of which the first is cut: rows with `input_ids`."""
    how = {"truncation": True if second is None else "only_first", "max_length": max_length}
    return [{"input_ids": ids} for ids in tokenizer(list(texts), second and list(second), **how)["input_ids"]]
