"""Where rows are read from: JSON lines, CSV, parquet folders and Hub datasets, with one kind of message."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hf_synth.errors import ConfigError, ContaminationError, SchemaError, suggest
from hf_synth.schema import PROVENANCE

logger = logging.getLogger(__name__)
KEYS = ("id", "intent", "utterance", "text", "tokens", "slot_tags", "parse", "locale")
DEFAULT_ORIGIN = "origin"
CLASS_KEYS = ("label", "intent")


@dataclass(frozen=True)
class Source:
    """Where annotated utterances are read from.

    Args:
        path: A `.jsonl` or `.csv` file, a folder that `load_dataset` reads, or a Hub dataset id.
        split: Split of a folder or Hub dataset.
        columns: Our key to the name it has there, for example `{"utterance": "annot_utt"}`; with it, other columns are
            ignored. Without it, an unknown key is an error.
        class_names: Names of the classes in class order, where `label` or `intent` is a number.
        where: A column to the value it must hold: only such rows are read, for example `{"source": "ours"}`.
        locale: Locale of rows that name none.
        intents: If given, only rows of these intents are read.
        without_intents: Rows of these intents are left out.
        limit_per_intent: At most this many rows of each intent, the first ones; None for all.
        origin: The column that says where a row comes from; `origin` if there is such a column and none is named.
        human: What that column holds for rows that people wrote.
        only_human: Leave out rows of other origins, instead of refusing the source.

    Raises:
        ConfigError: `human` names no origin.
    """

    path: str
    split: str = "train"
    columns: Mapping[str, str] = field(default_factory=dict)
    class_names: tuple[str, ...] = ()
    where: Mapping[str, str] = field(default_factory=dict)
    locale: str = "en-US"
    intents: tuple[str, ...] = ()
    without_intents: tuple[str, ...] = ()
    limit_per_intent: int | None = None
    origin: str | None = None
    human: tuple[str, ...] = ("human",)
    only_human: bool = False

    def __post_init__(self) -> None:
        if not self.human:
            raise ConfigError(
                f"{self.path}: `human` names no origin", hint="Say what the column holds for rows that people wrote."
            )


def read_records(
    source: Source, guard: bool = True, keys: Collection[str] = KEYS
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Read the rows of a source.

    Args:
        source: Where to read.
        guard: Refuse, or leave out, rows that no person wrote.
        keys: The keys that columns of the source may be read as.

    Yields:
        tuple[str, dict[str, Any]]: The place where a row stands, and the row: the columns that the source names, or
            all but those of provenance.

    Raises:
        ContaminationError: A row is not human, and the source does not say that such rows are left out.
        SchemaError: A file is missing or unreadable, a column is not there, or no row holds what `source.where` says.
    """
    left_out = 0
    is_empty = bool(source.where)
    for where, row in _read_rows(source):
        if not _is_wanted(row, source, where):
            continue
        is_empty = False
        if guard and not _is_human(row, source, where):
            left_out += 1
            continue
        if source.columns:
            found = _select(row, source, where, keys)
        else:
            found = {key: row[key] for key in row if key not in PROVENANCE}
        yield where, _without_blanks(_name_class(found, source, where), source)
    if is_empty:
        wanted = " and ".join(f"{column} {value!r}" for column, value in source.where.items())
        raise SchemaError(f"{source.path}: no row has {wanted}", hint="Check the values under `where`.")
    if left_out:
        logger.warning("%s: %d rows are not human and were left out", source.path, left_out)


def _is_wanted(row: Mapping[str, Any], source: Source, where: str) -> bool:
    """Whether a row holds what the source asks for."""
    for column in source.where:
        if column not in row:
            raise SchemaError(f"{where}: no column {column!r}", hint=suggest(column, row))
    return all(str(row[column]) == value for column, value in source.where.items())


def _is_human(row: Mapping[str, Any], source: Source, where: str) -> bool:
    """Whether a person wrote a row; refuse another unless the source leaves such rows out."""
    column = source.origin or DEFAULT_ORIGIN
    if column not in row:
        if source.origin:
            raise SchemaError(f"{where}: no column {column!r}", hint=suggest(column, row))
        return True
    if row[column] in source.human:
        return True
    if not source.only_human:
        raise ContaminationError(
            f"{where}: the row has the {column} {row[column]!r}, expected {' or '.join(map(repr, source.human))}",
            hint="Seeds, validation and test are human rows. Set only_human: true to leave out the others, or name "
            "under `human` what the column holds for rows that people wrote.",
        )
    return False


def _read_rows(source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rows of a source as they stand there, class labels by name."""
    path = Path(source.path)
    if path.suffix in (".jsonl", ".csv"):
        if not path.is_file():
            raise SchemaError(f"{path}: no such file")
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            raise SchemaError(
                f"{path}:{line}: the file is not UTF-8 (byte 0x{error.object[error.start]:02x})",
                hint="Save it as UTF-8.",
            ) from None
        yield from _read_json_lines(path, text) if path.suffix == ".jsonl" else _read_csv(path, text)
    else:
        yield from _read_dataset(source)


def _read_json_lines(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise SchemaError(f"{path}:{number}: not JSON ({error.msg} at column {error.colno})") from None
        if not isinstance(record, dict):
            raise SchemaError(f"{path}:{number}: expected a JSON object, got {type(record).__name__}")
        yield f"{path}:{number}", record


def _read_csv(path: Path, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            where = f"{path}:{reader.line_num}"
            if None in row:
                raise SchemaError(f"{where}: more fields than the header has", hint="Quote fields that hold commas.")
            yield where, row
    except csv.Error as error:
        raise SchemaError(f"{path}:{reader.reader.line_num}: not CSV ({error})") from None


def _without_blanks(row: dict[str, Any], source: Source) -> dict[str, Any]:
    """A CSV row has a cell in each column: an empty one says nothing, except that the utterance is empty."""
    if not source.path.endswith(".csv"):
        return row
    return {key: value for key, value in row.items() if value or (key in ("utterance", "text") and value is not None)}


def _read_dataset(source: Source) -> Iterator[tuple[str, dict[str, Any]]]:
    from datasets import load_dataset

    try:
        dataset = load_dataset(source.path, split=source.split)
    except Exception as error:
        raise SchemaError(
            f"{source.path}: cannot load split {source.split!r} ({type(error).__name__}: {error})",
            hint="Give a .jsonl or .csv file, a folder of parquet files, or a Hub dataset id.",
        ) from error
    for index, row in enumerate(_name_labels(dataset)):
        yield f"{Path(source.path).name}/{source.split}:{index + 1}", row


def _name_labels(dataset: Any) -> Iterator[dict[str, Any]]:
    """The rows of a dataset, with class labels by name."""
    from datasets import ClassLabel

    inner = {column: getattr(feature, "feature", feature) for column, feature in dataset.features.items()}
    labels = {column: feature for column, feature in inner.items() if isinstance(feature, ClassLabel)}
    for batch in dataset.iter(1000):  # many times faster than row by row
        for values in zip(*batch.values(), strict=True):
            row = dict(zip(batch, values, strict=True))
            named = {column: label.int2str(row[column]) for column, label in labels.items() if row[column] is not None}
            yield {**row, **named}


def _name_class(row: dict[str, Any], source: Source, where: str) -> dict[str, Any]:
    """A row whose class is a number, in a CSV file as text, with the name of its class."""
    names = {str(number): name for number, name in enumerate(source.class_names)}
    named = {}
    for key in CLASS_KEYS if names else ():
        value = row.get(key)
        if value is None or value in source.class_names:
            continue
        if str(value) not in names:
            raise SchemaError(
                f"{where}: {key} is {value!r}, expected 0 to {len(names) - 1}",
                hint="Name all classes under `class_names`, in their order.",
            )
        named[key] = names[str(value)]
    return {**row, **named}


def _select(row: Mapping[str, Any], source: Source, where: str, keys: Collection[str]) -> dict[str, Any]:
    for key, column in source.columns.items():
        if key not in keys:
            raise SchemaError(f"columns: unknown key {key!r}", hint=suggest(key, keys))
        if column not in row:
            raise SchemaError(f"{where}: no column {column!r}", hint=suggest(column, row))
    return {key: row[column] for key, column in source.columns.items()}
