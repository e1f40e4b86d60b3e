"""What differs between datasets by the columns of their rows: a task is a class here, with a place in `SHAPES`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from hf_synth.annotation import write_annotation
from hf_synth.columns import classification_features, embedding_features, features, parse_features
from hf_synth.errors import ConfigError, suggest
from hf_synth.parses.tree import read_parse
from hf_synth.schema import Row, normalise

if TYPE_CHECKING:
    from datasets import Features

Columns = Mapping[str, Any]
Labels = Mapping[str, Sequence[str]]


class Shape(Protocol):
    """The columns of a task, for its manifest and its card.

    Rows come as columns with label names (as `Row.to_dict` gives them); every task has `origin`, `method`, `teacher`
    and `seed_ids`, and most have `text` and `locale`.

    Attributes:
        task: Its name.
        categories: Task categories of the Hub.
        task_ids: Finer tasks of the Hub.
        class_column: What a class is called; the name of its column, if it has one.
        summary: What a row is, in the plural.
        columns: The columns in words, for the sentence "Each row has ...".
        notation: How examples are written, a sentence; empty if it needs no words.
        texts: Whether people can read a row.
    """

    task: ClassVar[str]
    categories: ClassVar[tuple[str, ...]]
    task_ids: ClassVar[tuple[str, ...]]
    class_column: ClassVar[str]
    summary: ClassVar[str]
    columns: ClassVar[str]
    notation: ClassVar[str]
    texts: ClassVar[bool]

    def write_row(self, row: Any) -> dict[str, Any]:
        """The columns of a row, with label names."""
        ...

    def find_key(self, row: Columns) -> str:
        """What makes a row the same as another."""
        ...

    def find_class(self, row: Columns) -> str:
        """The class of a row."""
        ...

    def collect_labels(self, rows: Iterable[Columns]) -> dict[str, tuple[str, ...]]:
        """The names that the features need."""
        ...

    def make_features(self, labels: Labels) -> Features:
        """The features, from those names."""
        ...

    def show_row(self, row: Columns) -> dict[str, str]:
        """A row as an example: a few short texts."""
        ...


class IntentSlots:
    """Utterances with an intent and slot tags."""

    task: ClassVar[str] = "intent_slots"
    categories: ClassVar[tuple[str, ...]] = ("token-classification", "text-classification")
    task_ids: ClassVar[tuple[str, ...]] = ("intent-classification",)
    class_column: ClassVar[str] = "intent"
    summary: ClassVar[str] = "utterances with an intent and slot tags"
    columns: ClassVar[str] = "`text`, `tokens`, `slot_tags` (IOB2, one a token), `intent` and `locale`"
    notation: ClassVar[str] = "Slots are written as `[name : value]`."
    texts: ClassVar[bool] = True

    def write_row(self, row: Row) -> dict[str, Any]:
        """See `Row.to_dict`."""
        return row.to_dict()

    def find_key(self, row: Columns) -> str:
        """The text, but for case and white space."""
        return normalise(row["text"])

    def find_class(self, row: Columns) -> str:
        """The intent."""
        return str(row["intent"])

    def collect_labels(self, rows: Iterable[Columns]) -> dict[str, tuple[str, ...]]:
        """Names of intents and slots, each sorted."""
        intents: set[str] = set()
        slots: set[str] = set()
        for row in rows:
            intents.add(row["intent"])
            slots.update(tag[2:] for tag in row["slot_tags"] if tag != "O")
        return {"intents": tuple(sorted(intents)), "slots": tuple(sorted(slots))}

    def make_features(self, labels: Labels) -> Features:
        """See `columns.features`."""
        return features(labels.get("intents", ()), labels.get("slots", ()))

    def show_row(self, row: Columns) -> dict[str, str]:
        """Intent, and the text with its slots as `[name : value]`."""
        return {"intent": row["intent"], "utterance": write_annotation(Row.from_dict(row).utterance)}


class LabelledTexts:
    """Texts with a class."""

    task: ClassVar[str] = "text_classification"
    categories: ClassVar[tuple[str, ...]] = ("text-classification",)
    task_ids: ClassVar[tuple[str, ...]] = ("multi-class-classification",)
    class_column: ClassVar[str] = "label"
    summary: ClassVar[str] = "texts with a class"
    columns: ClassVar[str] = "`text`, `label` and `locale`"
    notation: ClassVar[str] = ""
    texts: ClassVar[bool] = True

    def write_row(self, row: Row) -> dict[str, Any]:
        """See `Row.to_labelled`."""
        return row.to_labelled()

    def find_key(self, row: Columns) -> str:
        """The text, but for case and white space."""
        return normalise(row["text"])

    def find_class(self, row: Columns) -> str:
        """The class."""
        return str(row["label"])

    def collect_labels(self, rows: Iterable[Columns]) -> dict[str, tuple[str, ...]]:
        """Names of the classes, sorted."""
        return {"labels": tuple(sorted({row["label"] for row in rows}))}

    def make_features(self, labels: Labels) -> Features:
        """See `columns.classification_features`."""
        return classification_features(labels.get("labels", ()))

    def show_row(self, row: Columns) -> dict[str, str]:
        """Class and text."""
        return {"label": row["label"], "text": row["text"]}


class SemanticParses:
    """Texts with a parse; its outermost label is their class."""

    task: ClassVar[str] = "semantic_parsing"
    categories: ClassVar[tuple[str, ...]] = ("text-generation",)
    task_ids: ClassVar[tuple[str, ...]] = ("parsing",)
    class_column: ClassVar[str] = "intent"
    summary: ClassVar[str] = "texts with a semantic parse"
    columns: ClassVar[str] = "`text`, `parse` and `locale`"
    notation: ClassVar[str] = "A parse says in brackets what a text means: labels, and the words that stand in them."
    texts: ClassVar[bool] = True

    def write_row(self, row: Row) -> dict[str, Any]:
        """See `Row.to_parsed`."""
        return row.to_parsed()

    def find_key(self, row: Columns) -> str:
        """The text, but for case and white space."""
        return normalise(row["text"])

    def find_class(self, row: Columns) -> str:
        """The outermost label of the parse."""
        return read_parse(row["parse"]).label

    def collect_labels(self, rows: Iterable[Columns]) -> dict[str, tuple[str, ...]]:
        """None: the features name no label."""
        return {}

    def make_features(self, labels: Labels) -> Features:
        """See `columns.parse_features`."""
        return parse_features()

    def show_row(self, row: Columns) -> dict[str, str]:
        """Text and parse."""
        return {"text": row["text"], "parse": row["parse"]}


class LabelledEmbeddings:
    """Points of an embedding space with a class."""

    task: ClassVar[str] = "embedding"
    categories: ClassVar[tuple[str, ...]] = ("tabular-classification",)
    task_ids: ClassVar[tuple[str, ...]] = ("tabular-multi-class-classification",)
    class_column: ClassVar[str] = "label"
    summary: ClassVar[str] = "embeddings of texts, and points like them, with a class"
    columns: ClassVar[str] = (
        "`embedding` (float32, of fixed length), `label` and `chances` (how likely each class is, in their order: 0 "
        "and 1 for human rows)"
    )
    notation: ClassVar[str] = "Of an embedding the first numbers are shown."
    texts: ClassVar[bool] = False

    def write_row(self, row: Any) -> dict[str, Any]:
        """See `EmbeddedRow.to_dict`."""
        columns: dict[str, Any] = row.to_dict()
        return columns

    def find_key(self, row: Columns) -> str:
        """The numbers, rounded."""
        return " ".join(f"{number:.5g}" for number in row["embedding"])

    def find_class(self, row: Columns) -> str:
        """The class."""
        return str(row["label"])

    def collect_labels(self, rows: Iterable[Columns]) -> dict[str, tuple[str, ...]]:
        """Names of the classes, sorted; and the length of the embeddings."""
        found = list(rows)
        return {
            "labels": tuple(sorted({row["label"] for row in found})),
            "size": tuple({str(len(row["embedding"])) for row in found}),
        }

    def make_features(self, labels: Labels) -> Features:
        """See `columns.embedding_features`."""
        return embedding_features(labels.get("labels", ()), int(labels["size"][0]))

    def show_row(self, row: Columns) -> dict[str, str]:
        """Class and first numbers."""
        return {"label": row["label"], "embedding": " ".join(f"{number:.3f}" for number in row["embedding"][:8])}


SHAPES: dict[str, Shape] = {
    shape.task: shape for shape in (IntentSlots(), LabelledTexts(), SemanticParses(), LabelledEmbeddings())
}


def find_shape(task: str) -> Shape:
    """Look up a task.

    Args:
        task: Its name.

    Returns:
        Its shape.

    Raises:
        ConfigError: There is no such task.
    """
    if task not in SHAPES:
        raise ConfigError(f"unknown task {task!r}", hint=suggest(task, SHAPES))
    return SHAPES[task]
