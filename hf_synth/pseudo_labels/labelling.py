"""Labels for rows that nobody has labelled, by classifiers that were trained on rows of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import ConfigError, SchemaError, check_choice, suggest
from hf_synth.guard import HUMAN, refuse_made
from hf_synth.pseudo_labels.calibration import confide, fit_temperature, fit_thresholds
from hf_synth.schema import ORIGINS
from hf_synth.seeding import stable_hash
from hf_synth.transforms.base import read_columns
from hf_synth.transforms.process import load_once
from hf_synth.translation.models import hash_model

if TYPE_CHECKING:
    from datasets import Dataset

    from hf_synth.pseudo_labels.classifier import TextClassifier

REJECT, DIGITS = "reject", 4


@dataclass(frozen=True)
class PseudoLabel:
    """Label unlabelled rows, for `Dataset.map(PseudoLabel(...), batched=True, remove_columns=...)`.

    Before: `{"text": "where is my card"}`. After: `{"text": "where is my card", "label": "card_arrival",
    "confidence": 0.97, "origin": "augmented", "method": "pseudo_label@1", "teacher": "runs/model@1a2b3c4d",
    "seed_ids": [...]}`; with `multi_label`, `labels` and `confidences` are lists. People wrote the text and not the
    label: such rows may train a student, and the guard refuses them in an evaluation.

    Args:
        models: Folders or Hub ids of classifiers with the same labels; the mean of their confidences counts.
        threshold: Least confidence of a label, in [0, 1].
        thresholds: The same for single labels, instead.
        top_k: At most this many labels a row, the most confident ones; 0 for all above their threshold.
        multi_label: A row may have several labels.
        temperature: What logits are divided by, above 0: see `calibrate`.
        column: The column with the text.
        refused: `drop` leaves out rows without a label; `keep` gives them back with the reason in the column `reject`.

    Raises:
        ConfigError: A setting is out of its range, or there is no model.

    Reference: the loop of Kim and Kim 2020 for rows with a label; here the rows have none.
    """

    name: ClassVar[str] = "pseudo_label"
    version: ClassVar[int] = 1
    models: tuple[str, ...]
    threshold: float = 0.9
    thresholds: Mapping[str, float] = field(default_factory=dict)
    top_k: int = 0
    multi_label: bool = False
    temperature: float = 1.0
    column: str = "text"
    refused: str = "drop"

    def __post_init__(self) -> None:
        if isinstance(self.models, str) or not self.models:
            raise ConfigError(f"models is a tuple of folders or Hub ids, got {self.models!r}")
        if not 0 <= self.threshold <= 1:
            raise ConfigError(f"threshold must be in [0, 1], got {self.threshold}")
        if self.top_k < 0:
            raise ConfigError(f"top_k must be at least 0, got {self.top_k}")
        if self.temperature <= 0:
            raise ConfigError(f"temperature must be above 0, got {self.temperature}")
        check_choice("refused", self.refused, ("drop", "keep"))
        object.__setattr__(self, "thresholds", MappingProxyType(dict(self.thresholds)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Be hashed by `datasets` with what decides the rows, the weights of the models among it."""
        settings = {part.name: getattr(self, part.name) for part in fields(self)}
        return _make, ({**settings, "thresholds": dict(self.thresholds)}, self.teacher, self.version)

    @property
    def method(self) -> str:
        """Name and version, as in the column `method`."""
        return f"{self.name}@{self.version}"

    @property
    def teacher(self) -> str:
        """The models with the hash of their weights."""
        return "+".join(f"{model}@{weights}" if (weights := hash_model(model)) else model for model in self.models)

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Label a batch of columns.

        Args:
            batch: Column name to values, as `Dataset.map` gives it.

        Returns:
            The same columns for the rows that got a label, with the label, its confidence and provenance.

        Raises:
            SchemaError: The text column is missing, or a column of labels is there already.
            ConfigError: A threshold is of an unknown label, or the models have different labels.
        """
        batch = read_columns(batch)
        out_label, out_confidence = ("labels", "confidences") if self.multi_label else ("label", "confidence")
        if self.column not in batch:
            raise SchemaError(f"no column {self.column!r} in the batch", hint=suggest(self.column, batch))
        if out_label in batch:
            raise SchemaError(
                f"the rows have a column {out_label!r} already",
                hint="Rename or remove it: this is for unlabelled rows.",
            )
        texts = [text if isinstance(text, str) else "" for text in batch[self.column]]
        places = [place for place, text in enumerate(texts) if text.strip()]
        found: dict[int, list[tuple[str, float]]] = {}
        if places:
            names, chances = self.judge([texts[place] for place in places])
            found = dict(zip(places, self._choose(names, chances), strict=True))
        kept = [place for place in range(len(texts)) if self.refused == "keep" or found.get(place)]
        out = {name: [values[place] for place in kept] for name, values in batch.items()}
        labels = [found.get(place, []) for place in kept]
        if self.multi_label:
            out[out_label] = [[label for label, _ in row] for row in labels]
            out[out_confidence] = [[chance for _, chance in row] for row in labels]
        else:
            out[out_label] = [row[0][0] if row else None for row in labels]
            out[out_confidence] = [row[0][1] if row else None for row in labels]
        if self.refused == "keep":
            out[REJECT] = ["" if found.get(place) else "unsure" if place in found else "empty" for place in kept]
        self._add_provenance(out, [bool(row) for row in labels])
        return out

    def judge(self, texts: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.float64]]:
        """What the classifiers say of texts.

        Args:
            texts: At least one text.

        Returns:
            Names of the labels, and the confidence of each for each text, shape (texts, labels).

        Raises:
            ConfigError: The models have different labels, or a threshold is of none of them.
        """
        names, parts = self._ask(texts)
        for label in self.thresholds:
            if label not in names:
                raise ConfigError(f"thresholds: unknown label {label!r}", hint=suggest(label, names))
        chances = np.mean([confide(part, self.multi_label, self.temperature) for part in parts], axis=0)
        return names, chances.round(DIGITS)

    def calibrate(
        self,
        validation: Dataset,
        column: str = "label",
        precision: float | None = None,
        origin: str = "origin",
        human: Sequence[str] = HUMAN,
    ) -> PseudoLabel:
        """Set the temperature, and if wanted the thresholds, by rows of people.

        Args:
            validation: Rows that the classifiers were not trained on.
            column: The column with the label, or the list of labels: names, or classes of a `ClassLabel`.
            precision: Set a threshold for each label, at which this share of its predictions is right, in (0, 1].
            origin: The column that says who wrote a row, if there is one.
            human: What it holds for people.

        Returns:
            The same with other settings.

        Raises:
            ContaminationError: A row was not written by a person.
            SchemaError: A column is missing, or a label is unknown.
        """
        for name in (self.column, column):
            if name not in validation.column_names:
                raise SchemaError(f"no column {name!r} in the rows", hint=suggest(name, validation.column_names))
        if origin in validation.column_names:
            written = _name_classes(validation, origin)
            refuse_made(written, "validation", lambda number: f"validation row {number}", human)
        names, parts = self._ask(list(validation[self.column]))
        golds = np.zeros((len(validation), len(names)), dtype=bool)
        for row, labels in enumerate(_name_classes(validation, column)):
            for label in labels if isinstance(labels, list) else [labels]:
                if label not in names:
                    raise SchemaError(
                        f"validation row {row}: unknown label {label!r}", hint=suggest(str(label), names)
                    )
                golds[row, names.index(label)] = True
        temperature = fit_temperature(np.mean(parts, axis=0), golds, self.multi_label)
        made = replace(self, temperature=round(temperature, DIGITS))
        if precision is None:
            return made
        chances = np.mean([confide(part, self.multi_label, made.temperature) for part in parts], axis=0).round(DIGITS)
        return replace(made, thresholds=dict(zip(names, fit_thresholds(chances, golds, precision), strict=True)))

    def _ask(self, texts: Sequence[str]) -> tuple[tuple[str, ...], list[NDArray[np.float32]]]:
        """The names of the labels, and the logits of each model."""
        loaded = [load_once(_load, model) for model in self.models]
        names = loaded[0].names
        for model, classifier in zip(self.models, loaded, strict=True):
            if classifier.names != names:
                raise ConfigError(f"{model} has other labels than {self.models[0]}, or in another order")
        return names, [classifier.logits(texts) for classifier in loaded]

    def _choose(self, names: Sequence[str], chances: NDArray[np.float64]) -> list[list[tuple[str, float]]]:
        """The labels of each row with their confidences, the most confident first."""
        least = np.array([self.thresholds.get(name, self.threshold) for name in names])
        most = self.top_k or len(names) if self.multi_label else 1
        chosen = []
        for row in chances:
            order = np.argsort(-row, kind="stable")[:most]
            chosen.append(
                [(names[label], float(row[label])) for label in order.tolist() if row[label] >= least[label]]
            )
        return chosen

    def _add_provenance(self, out: dict[str, list[Any]], labelled: Sequence[bool]) -> None:
        """Say of labelled rows where they come from; of others what was said before."""
        numbered = any(isinstance(origin, int) for origin in out.get("origin", ()))
        made = ORIGINS.index("augmented") if numbered else "augmented"
        for name, value, default in (
            ("origin", made, 0 if numbered else ORIGINS[0]),
            ("method", self.method, ""),
            ("teacher", self.teacher, ""),
        ):
            before = out.get(name, [default] * len(labelled))
            out[name] = [value if is_made else old for is_made, old in zip(labelled, before, strict=True)]
        if "seed_ids" not in out:
            ids = out.get("id", [None] * len(labelled))
            out["seed_ids"] = [
                [name or stable_hash(text or "")[:12]] for name, text in zip(ids, out[self.column], strict=True)
            ]


def balance_labels(dataset: Dataset, most: int, column: str = "label", confidence: str = "confidence") -> Dataset:
    """Keep the most confident rows of each label, so that no label crowds out the others.

    Args:
        dataset: Rows with one label each, such as `PseudoLabel` makes.
        most: Rows of a label at most, at least 1.
        column: The column with the label.
        confidence: The column with its confidence; of equal ones the earlier row stays.

    Returns:
        The rows that stay, in their order.

    Raises:
        ConfigError: `most` is below 1.
        SchemaError: A column is missing.

    Examples:
        >>> from datasets import Dataset
        >>> rows = Dataset.from_dict({"label": ["a", "a", "b"], "confidence": [0.8, 0.9, 0.7]})
        >>> balance_labels(rows, most=1)["confidence"][:]
        [0.9, 0.7]
    """
    if most < 1:
        raise ConfigError(f"most must be at least 1, got {most}")
    for name in (column, confidence):
        if name not in dataset.column_names:
            raise SchemaError(f"no column {name!r} in the dataset", hint=suggest(name, dataset.column_names))
    groups: dict[Any, list[tuple[float, int]]] = {}
    for place, (label, chance) in enumerate(zip(dataset[column], dataset[confidence], strict=True)):
        groups.setdefault(label, []).append((-chance, place))
    return dataset.select(sorted(place for rows in groups.values() for _, place in sorted(rows)[:most]))


def _make(settings: Mapping[str, Any], teacher: str, version: int) -> PseudoLabel:
    return PseudoLabel(**settings)


def _load(model: str) -> TextClassifier:
    from hf_synth.pseudo_labels.classifier import TextClassifier

    return TextClassifier.load(model)


def _name_classes(dataset: Dataset, column: str) -> list[Any]:
    """A column of classes, or of lists of them, by name."""
    kind = dataset.features[column]
    names = getattr(getattr(kind, "feature", kind), "names", None)
    values = list(dataset[column])
    if not names:
        return values
    return [[names[v] for v in value] if isinstance(value, list) else names[value] for value in values]
