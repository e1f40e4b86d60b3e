"""The contract of a transform: a batch of columns in, a batch of columns out, provenance on every row.

A transform is a frozen dataclass that holds its settings and nothing else, so that `datasets` can hash it, send it to
other processes, and read a cached result back. Randomness is keyed by the text and the copy number: the same rows come
out whatever the order, the batch size and `num_proc`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from random import Random
from types import MappingProxyType
from typing import Any, ClassVar

from datasets.utils._dill import pklregister

from hf_synth.errors import ConfigError, SchemaError, check_choice, suggest
from hf_synth.generation import Reject
from hf_synth.schema import ORIGINS, spans_to_tags, tags_to_spans
from hf_synth.seeding import stable_hash
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.process import without_collection

TOKENS, TAGS, REJECT = "tokens", "slot_tags", "reject"
DRAWS_PER_COPY = 4
# Metadata of a field that does not decide the rows: a path, a batch size.
NOT_IN_KEY = MappingProxyType({"in_key": False})


@dataclass(frozen=True, kw_only=True)
class Transform:
    """New rows from single rows, for `Dataset.map(transform, batched=True, remove_columns=...)`.

    A batch has a text column, or `tokens` with `slot_tags` (IOB2), or both. Each row gives up to `copies` new ones
    with all columns of the batch: the text, the tokens and the tags are the new ones, `origin` is `augmented`,
    `method` is the transform with its version, and everything else is repeated. The row itself is not given back; see
    `augment`.

    Args:
        column: The column with the text.
        copies: New rows wanted of each row, at least 1.
        seed: Seed of all draws.
        tag_names: Names of the tags in class order, if `slot_tags` holds numbers; `augment` fills it in.
        refused: `drop` leaves out rows that cannot be changed; `keep` gives them back unchanged with the reason in the
            column `reject`, which is empty for new rows.

    Raises:
        ConfigError: A setting is out of its range.
    """

    name: ClassVar[str] = ""
    version: ClassVar[int] = 1
    column: str = "text"
    copies: int = 1
    seed: int = 0
    tag_names: tuple[str, ...] = ()
    refused: str = "drop"

    def __init_subclass__(cls, **arguments: Any) -> None:
        """Let `datasets` hash a transform by its settings and version alone."""
        super().__init_subclass__(**arguments)

        @pklregister(cls)  # type: ignore[untyped-decorator]
        def _save(pickler: Any, transform: Transform) -> None:
            pickler.save_reduce(str, (transform.cache_key(),), obj=transform)

    def __post_init__(self) -> None:
        if self.copies < 1:
            raise ConfigError(f"copies must be at least 1, got {self.copies}")
        check_choice("refused", self.refused, ("drop", "keep"))

    @property
    def method(self) -> str:
        """Name and version, as in the column `method`."""
        return f"{self.name}@{self.version}"

    @property
    def teacher(self) -> str:
        """Identity of the model that writes; empty if none does."""
        return ""

    def cache_key(self) -> str:
        """What decides the rows: class, version and settings, in a canonical form."""
        names = [field.name for field in fields(self) if field.init and field.metadata.get("in_key", True)]
        settings = {name: getattr(self, name) for name in names}
        described = [type(self).__module__, type(self).__qualname__, self.version, settings, self.teacher]
        return json.dumps(described, sort_keys=True, default=_describe)

    def draw(self, passage: Passage, copy: int) -> Random:
        """Random numbers that depend on the text and the copy number alone."""
        return Random(int(stable_hash(self.name, self.seed, passage.text, copy)[:32], 16))

    def change(self, passage: Passage, copy: int) -> Passage | Reject:
        """Make one copy of one passage, or say why not; a transform defines this or `rewrite`."""
        raise NotImplementedError

    @without_collection()
    def rewrite(self, passages: Sequence[Passage]) -> list[list[Passage | Reject]]:
        """Make the copies of all passages of a batch, in order."""
        return [self._make_copies(passage) for passage in passages]

    def _make_copies(self, passage: Passage) -> list[Passage | Reject]:
        """Draw until there are enough different copies, or drawing seems to be in vain."""
        made: dict[str, Passage | Reject] = {}
        for number in range(self.copies * DRAWS_PER_COPY):
            item = self.change(passage, number)
            if isinstance(item, Reject):
                return [*made.values()] or [item]
            if item.text != passage.text:
                made.setdefault(item.text, item)
            if len(made) == self.copies:
                break
        return [*made.values()]

    def __call__(self, batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
        """Change a batch of columns.

        Args:
            batch: Column name to values, as `Dataset.map` gives it.

        Returns:
            The same columns, with provenance, for the new rows only.

        Raises:
            SchemaError: The text column is missing or holds something else than texts, or tags are numbers without
                names.
        """
        columns = read_columns(batch)
        made = [
            [item for item in items if isinstance(item, Passage) or self.refused == "keep"]
            for items in self.make(columns)
        ]
        out = self.write(columns, made)
        if self.refused == "keep":
            out[REJECT] = [item.reason if isinstance(item, Reject) else "" for items in made for item in items]
        return out

    def make(self, columns: Mapping[str, list[Any]]) -> list[list[Passage | Reject]]:
        """The new passages of each row, or a single reject."""
        read = self.read(columns)
        made: list[list[Passage | Reject]] = [[item] for item in read]
        usable = [(index, item) for index, item in enumerate(read) if isinstance(item, Passage)]
        outcomes = self.rewrite([passage for _, passage in usable])
        for (index, passage), outcome in zip(usable, outcomes, strict=True):
            made[index] = _without_copies(passage, outcome)[: self.copies]
        return made

    @without_collection()
    def read(self, columns: Mapping[str, list[Any]]) -> list[Passage | Reject]:
        """The passage of each row, or why it has none."""
        locales = columns.get("locale")
        if TOKENS in columns and TAGS in columns:
            pairs = zip(columns[TOKENS], columns[TAGS], strict=True)
            return [self._read_tagged(tokens, tags, _at(locales, n)) for n, (tokens, tags) in enumerate(pairs)]
        if self.column not in columns:
            raise SchemaError(f"no column {self.column!r} in the batch", hint=suggest(self.column, columns))
        return [self._read_text(text, _at(locales, n)) for n, text in enumerate(columns[self.column])]

    def _read_text(self, text: Any, locale: str) -> Passage | Reject:
        if text is None or text == "":
            return Reject("empty", "", "there is no text")
        if not isinstance(text, str):
            raise SchemaError(
                f"column {self.column!r} holds {type(text).__name__}, expected texts",
                hint=f"Name the text column: {type(self).__name__}(column=...).",
            )
        passage = Passage.from_text(text, locale)
        return passage if passage.tokens else Reject("empty", text, "the text is white space")

    def _read_tagged(self, tokens: Any, tags: Any, locale: str) -> Passage | Reject:
        if not tokens:
            return Reject("empty", "", "there are no tokens")
        if isinstance(tokens, str):
            raise SchemaError("expected a batch of rows, got one row: batched=True is missing")
        if len(tokens) != len(tags):
            raise SchemaError(f"{len(tokens)} tokens but {len(tags)} tags in {' '.join(tokens)!r}")
        if any(isinstance(tag, int) for tag in tags):
            if not self.tag_names:
                raise SchemaError(
                    f"{TAGS!r} holds class numbers, and {type(self).__name__} does not know their names",
                    hint=f"Use augment(ds, ...), or give tag_names=ds.features[{TAGS!r}].feature.names.",
                )
            tags = [self.tag_names[tag] for tag in tags]
        return Passage(tuple(tokens), _find_spans(tuple(tags)), (), locale)

    @without_collection()
    def write(
        self, columns: Mapping[str, list[Any]], made: Sequence[Sequence[Passage | Reject | None]]
    ) -> dict[str, list[Any]]:
        """The columns of some rows.

        Args:
            columns: The columns of the source rows.
            made: For each source row, what to write: a passage for a new row; None or a reject for the row itself.

        Returns:
            The same columns, and those of provenance.
        """
        chosen = [(index, item) for index, items in enumerate(made) for item in items]
        out = {name: [values[index] for index, _ in chosen] for name, values in columns.items()}
        numbered = any(isinstance(origin, int) for origin in out.get("origin", ()))
        for name, default in (("origin", 0 if numbered else ORIGINS[0]), ("method", ""), ("teacher", "")):
            out.setdefault(name, [default] * len(chosen))
        if "seed_ids" not in out:
            out["seed_ids"] = [[self._name_seed(columns, index)] for index, _ in chosen]
        numbers = {name: number for number, name in enumerate(self.tag_names)}
        method, teacher = self.method, self.teacher
        tagged = TOKENS in out and TAGS in out
        for row, (_, item) in enumerate(chosen):
            if not isinstance(item, Passage):
                continue
            if self.column in out:
                out[self.column][row] = item.text
            if tagged:
                tags = _name_tags(item.spans, len(item.tokens))
                numbered_tags = isinstance(out[TAGS][row][0], int)
                out[TOKENS][row] = list(item.tokens)
                out[TAGS][row] = [self._number(numbers, tag) for tag in tags] if numbered_tags else list(tags)
            if "locale" in out and item.locale:
                out["locale"][row] = item.locale
            out["origin"][row] = ORIGINS.index("augmented") if numbered else "augmented"
            out["method"][row] = item.method or method
            out["teacher"][row] = teacher
        return out

    @staticmethod
    def _number(numbers: Mapping[str, int], tag: str) -> int:
        if tag not in numbers:
            raise SchemaError(
                f"{TAGS!r} has no class {tag!r}",
                hint="Values of several words need an I- tag for their slot: add it to the ClassLabel.",
            )
        return numbers[tag]

    def _name_seed(self, columns: Mapping[str, list[Any]], index: int) -> str:
        """The identity of a row: its `id` if it has one, else a hash of its text, the same in any order."""
        if _at(columns.get("id"), index):
            return _at(columns["id"], index)
        text = columns[TOKENS] if TOKENS in columns else columns[self.column]
        return stable_hash(text[index])[:12]


# Most rows share their tags with many others.
_find_spans = functools.lru_cache(maxsize=1 << 14)(tags_to_spans)
_name_tags = functools.lru_cache(maxsize=1 << 14)(spans_to_tags)


def read_columns(batch: Mapping[str, Sequence[Any]]) -> dict[str, list[Any]]:
    """The columns of a batch as lists.

    Args:
        batch: What `Dataset.map` gives to its function.

    Returns:
        Column name to values.

    Raises:
        SchemaError: It is no batch of columns.
    """
    hint = "Write ds.map(transform, batched=True, remove_columns=ds.column_names), without input_columns."
    if not isinstance(batch, Mapping):
        raise SchemaError(f"expected a batch of columns, got {type(batch).__name__}", hint=hint)
    columns = {name: batch[name] for name in batch}
    if any(not hasattr(values, "__len__") or isinstance(values, str) for values in columns.values()):
        raise SchemaError("expected a batch of rows, got one row: batched=True is missing", hint=hint)
    return {name: list(values) for name, values in columns.items()}


def _without_copies(source: Passage, outcome: Sequence[Passage | Reject]) -> list[Passage | Reject]:
    """New passages that differ from the source and from each other; one reject if there is none."""
    seen = {source.text}
    kept: list[Passage | Reject] = []
    rejects = [item for item in outcome if isinstance(item, Reject)]
    for item in outcome:
        if isinstance(item, Passage) and item.text not in seen:
            seen.add(item.text)
            kept.append(item)
    unchanged = Reject("unchanged", source.text, "no copy differs from the row")
    return kept or [rejects[0] if rejects else unchanged]


def _at(values: Sequence[Any] | None, index: int) -> str:
    return str(values[index] or "") if values is not None else ""


def _describe(value: Any) -> Any:
    """JSON form of a setting that is not JSON: a transform inside another, a mapping, a set."""
    if isinstance(value, Transform):
        return json.loads(value.cache_key())
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise ConfigError(f"a setting of a transform must be made of numbers, texts, lists and mappings, got {value!r}")
