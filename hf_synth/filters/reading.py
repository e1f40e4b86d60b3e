"""Rows out of datasets of anyone's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from hf_synth.errors import ConfigError, SchemaError, suggest
from hf_synth.schema import ORIGINS, Provenance, Row, Span, Utterance, tags_to_spans

if TYPE_CHECKING:
    from datasets import Dataset

_SLOT_COLUMNS = ("tokens", "slot_tags")
_LABEL_COLUMNS = ("intent", "label")


def read_texts(dataset: Any, column: str) -> list[str]:
    """The texts of a dataset; empty for a row without."""
    from datasets import Dataset

    if not isinstance(dataset, Dataset):
        raise ConfigError(
            f"a filter judges rows or a datasets.Dataset, got {type(dataset).__name__}",
            hint='Take one split, ds["train"]; read a stream first: rows are compared with each other.',
        )
    if column not in dataset.column_names:
        raise SchemaError(f"no column {column!r} in the dataset", hint=suggest(column, dataset.column_names))
    texts = ["" if text is None else text for text in dataset[column]]
    strange = next((text for text in texts if not isinstance(text, str)), None)
    if strange is not None:
        raise SchemaError(
            f"column {column!r} holds {type(strange).__name__}, expected texts",
            hint="Name the text column: column=...",
        )
    return texts


def find_label(dataset: Dataset, label: str | None, needed: bool) -> str | None:
    """Name the column with the class.

    Args:
        dataset: Any dataset.
        label: The column that was asked for; None looks for `intent` and `label`.
        needed: Whether there must be one.

    Returns:
        Its name; None if there is none.

    Raises:
        SchemaError: The column that was asked for, or any that is needed, is missing or holds no classes.
    """
    names = dataset.column_names
    if label is not None and label not in names:
        raise SchemaError(f"no column {label!r} in the dataset", hint=suggest(label, names))
    wanted = _LABEL_COLUMNS if label is None else (label,)
    found = next((name for name in wanted if name in names and _holds_classes(dataset.features[name])), None)
    if found is None and (needed or label is not None):
        raise SchemaError(
            f"expected a column of class labels, strings or whole numbers called {' or '.join(wanted)}, "
            f"got {', '.join(f'{name} ({_name_kind(dataset.features[name])})' for name in names)}",
            hint="Name the column with the class: label=...",
        )
    return found


def _holds_classes(feature: Any) -> bool:
    kind = _name_kind(feature)
    return hasattr(feature, "names") or kind.startswith(("string", "large_string", "int", "uint"))


def _name_kind(feature: Any) -> str:
    return str(getattr(feature, "dtype", type(feature).__name__))


def has_slots(dataset: Dataset, needed: bool) -> bool:
    """Whether a dataset has slots.

    Args:
        dataset: Any dataset.
        needed: Whether it must have them.

    Returns:
        Whether there are the columns `tokens` and `slot_tags`.

    Raises:
        SchemaError: They are needed and missing.
    """
    tagged = set(_SLOT_COLUMNS) <= set(dataset.column_names)
    if needed and not tagged:
        raise SchemaError(
            f"this filter judges slots: expected the columns {' and '.join(_SLOT_COLUMNS)}, "
            f"got {', '.join(dataset.column_names)}"
        )
    return tagged


def read_rows(
    dataset: Dataset, indices: Iterable[int], column: str, label: str | None, slots: bool
) -> tuple[dict[int, Row], dict[int, str]]:
    """Read rows of a dataset.

    Args:
        dataset: Any dataset; a column `origin` says who wrote a row, people if there is none.
        indices: Which rows.
        column: The column with the text.
        label: The column with the class; None leaves the intent empty, and so does a row without one.
        slots: Read `tokens` and `slot_tags` in the place of the text.

    Returns:
        The rows by index, and what is wrong with those whose slots cannot be read.

    Raises:
        SchemaError: A row does not say who wrote it in words that are known.
    """
    names, features = list(indices), dataset.features
    tag_names = getattr(getattr(features.get("slot_tags"), "feature", None), "names", None)
    origins = getattr(features.get("origin"), "names", None)
    classes = getattr(features.get(label), "names", None)
    rows: dict[int, Row] = {}
    problems: dict[int, str] = {}
    for index, record in zip(names, dataset.select(names), strict=True):
        origin = record.get("origin", "human")
        origin = origins[origin] if origins and origin is not None else origin
        if origin not in ORIGINS:
            raise SchemaError(
                f"row {index} has the origin {origin!r}, expected {', '.join(ORIGINS)}",
                hint="Write human for rows that people wrote; rename the column if it means something else.",
            )
        provenance = Provenance(origin)
        intent = _name_class(record[label], classes) if label else ""
        try:
            tokens, spans = _read_slots(record, tag_names) if slots else (tuple(record[column].split()), ())
            parse = record.get("parse")
            parse = parse if isinstance(parse, str) else ""
            rows[index] = Row(Utterance(tokens, spans, intent, parse=parse), provenance)
        except SchemaError as error:
            problems[index] = error.message
    return rows, problems


def _name_class(value: Any, classes: list[str] | None) -> str:
    """The name of a class; empty for none, which `ClassLabel` writes as -1."""
    if value is None or (classes and value < 0):
        return ""
    return classes[value] if classes else str(value)


def _read_slots(record: dict[str, Any], names: list[str] | None) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    tokens, tags = record["tokens"] or [], record["slot_tags"] or []
    if len(tokens) != len(tags):
        raise SchemaError(f"{len(tokens)} tokens have {len(tags)} tags")
    strange = next((item for item in (*tokens, *([] if names else tags)) if not isinstance(item, str)), "")
    if strange != "":
        raise SchemaError(f"tags are words or class labels, and tokens words: got {strange!r}")
    return tuple(tokens), tags_to_spans([names[tag] for tag in tags] if names else tags)
