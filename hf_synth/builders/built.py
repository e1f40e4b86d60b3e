"""What every builder of datasets shares: human rows in, built rows out, and the name of the cache folder."""

from __future__ import annotations

import hashlib
import json
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import datasets

from hf_synth.builders.generation import Generated
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter
from hf_synth.schema import Row, Utterance
from hf_synth.seeds import read_utterances
from hf_synth.sources import Source
from hf_synth.splits import HumanSplits, without_overlap

SHARDS = 8


@dataclass
class Built:
    """The rows of a dataset, and how they came about.

    Args:
        train: Human and synthetic rows.
        validation: Human rows.
        test: Human rows.
        generated: What the teacher wrote, kept and rejected.
    """

    train: list[Row]
    validation: list[Row]
    test: list[Row]
    generated: Generated

    @property
    def splits(self) -> dict[str, list[Row]]:
        """The splits by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}

    @property
    def cold_start(self) -> bool:
        """Whether all training rows are made: temporary, until real rows come."""
        return bool(self.train) and all(row.provenance.origin != "human" for row in self.train)


class HasSplits(Protocol):
    """What a builder has built."""

    @property
    def splits(self) -> Mapping[str, Sequence[Any]]:
        """The splits by name."""
        ...


class RowBuilder(datasets.GeneratorBasedBuilder):  # type: ignore[misc]
    """A `DatasetBuilder` that writes the splits of what it has built."""

    @abstractmethod
    def _build(self) -> HasSplits:
        """Build all rows."""

    @abstractmethod
    def _write_row(self, row: Any) -> dict[str, Any]:
        """The columns of a row."""

    def _split_generators(self, dl_manager: Any) -> list[datasets.SplitGenerator]:
        built = self._build()
        return [
            datasets.SplitGenerator(name=name, gen_kwargs={"shards": split_rows(rows)})
            for name, rows in built.splits.items()
            if rows
        ]

    def _generate_examples(self, shards: Sequence[Sequence[Any]]) -> Iterator[tuple[Any, dict[str, Any]]]:
        for number, rows in enumerate(shards):
            for index, row in enumerate(rows):
                yield datasets.builder.Key(number, index), self._write_row(row)


def split_rows(rows: Sequence[Any]) -> list[Sequence[Any]]:
    """Cut rows into runs, so that `num_proc` has something to share out; their order stays."""
    size = max(1, -(-len(rows) // SHARDS))
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def read_splits(
    seeds: str | Source, validation: str | Source | None, test: str | Source | None, data_files: Any = None
) -> tuple[tuple[Utterance, ...], tuple[Utterance, ...], tuple[Utterance, ...]]:
    """Read human rows.

    Args:
        seeds: What trains; nothing is read if it is empty.
        validation: Held out; optional.
        test: Held out; optional.
        data_files: What `load_dataset` was given instead of the three: split to paths.

    Returns:
        The rows of train, validation and test; seeds whose text stands in one of the others are left out.

    Raises:
        ConfigError: `data_files` has an unknown split, several files in one, or one that is not on this disk.
        SchemaError: A file does not hold together.
    """
    if data_files:
        files = {str(split): found for split, found in data_files.items()}
        check_files(files)
        seeds, validation, test = (str(files.get(name, [""])[0]) for name in ("train", "validation", "test"))
    train, held_out, tested = (
        read_utterances(source if isinstance(source, Source) else Source(source)) if source else []
        for source in (seeds, validation, test)
    )
    return tuple(without_overlap(train, (*held_out, *tested))), tuple(held_out), tuple(tested)


def check_files(files: Mapping[str, Sequence[Any]]) -> None:
    """Check what `load_dataset` was given as `data_files`.

    Args:
        files: Split to paths.

    Raises:
        ConfigError: A split is unknown, has several files, or one that is not on this disk.
    """
    for split, found in files.items():
        if split not in ("train", "validation", "test"):
            raise ConfigError(
                f"data_files has a split {split!r}", hint="Seeds are train; validation and test may follow."
            )
        if len(found) != 1:
            raise ConfigError(f"data_files has {len(found)} files for {split}, expected one")
        if "://" in str(found[0]):
            raise ConfigError(f"{found[0]} is not on this disk", hint="Download the file and give its path.")


def name_config(name: str, human: HumanSplits, identity: Mapping[str, Any]) -> str:
    """Name a cache folder.

    Args:
        name: Name of the configuration.
        human: The human rows.
        identity: All else that decides the rows, as JSON.

    Returns:
        The name with a hash of everything.
    """
    rows = {
        split: [utterance_key(utterance) for utterance in getattr(human, split)]
        for split in ("train", "validation", "test")
    }
    text = json.dumps({**identity, **rows}, sort_keys=True, ensure_ascii=False)
    return f"{name}-{hashlib.sha256(text.encode('utf-8')).hexdigest()[:16]}"


def name_versions(filters: Sequence[Filter]) -> list[str]:
    """Filters with their versions, in their order."""
    return [f"{filter_.name}@{filter_.version}" for filter_ in filters]


def utterance_key(utterance: Utterance) -> list[Any]:
    """What an utterance is, as JSON."""
    key = [list(utterance.tokens), list(utterance.slot_tags), utterance.intent, utterance.locale, utterance.seed_id]
    return [*key, utterance.parse] if utterance.parse else key
