"""The rows: what an annotated utterance is, and where it comes from.

The record that everything else acts on is an `Utterance`: tokens, labelled spans over them, an intent and a locale.
On disk it is one row of the `intent_slots` task, with IOB2 tags and the provenance columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hf_synth.errors import SchemaError

ORIGINS = ("human", "augmented", "synthetic")
PROVENANCE = ("origin", "method", "teacher", "seed_ids")


@dataclass(frozen=True, order=True)
class Span:
    """A labelled run of tokens.

    Args:
        start: Index of the first token.
        end: Index after the last token.
        slot: Slot name.
    """

    start: int
    end: int
    slot: str


@dataclass(frozen=True)
class Utterance:
    """One annotated utterance.

    Args:
        tokens: Words, each non-empty and without white space.
        spans: Slots in order of position; they may touch but not overlap.
        intent: Intent name.
        locale: BCP 47 tag such as `en-US`.
        seed_id: Identity of a human row; empty for a row that was made.
        parse: What the utterance means, as a parse (see `hf_synth.parses`); empty in other tasks.

    Raises:
        SchemaError: A token is empty or holds white space, or a span lies outside, overlaps or is empty.

    Examples:
        >>> u = Utterance(("rain", "in", "new", "york"), (Span(2, 4, "city"),), "GetWeather")
        >>> u.text, u.value(u.spans[0]), u.slot_tags
        ('rain in new york', 'new york', ('O', 'O', 'B-city', 'I-city'))
    """

    tokens: tuple[str, ...]
    spans: tuple[Span, ...]
    intent: str
    locale: str = "en-US"
    seed_id: str = ""
    parse: str = ""

    def __post_init__(self) -> None:
        if not self.tokens:
            raise SchemaError("an utterance needs at least one token, got none")
        for token in self.tokens:
            if token.split() != [token]:
                raise SchemaError(f"a token is a non-empty run without white space, got {token!r}")
        reached = 0
        for span in self.spans:
            if not reached <= span.start < span.end <= len(self.tokens):
                raise SchemaError(
                    f"slot {span.slot!r} covers tokens {span.start}..{span.end} of {len(self.tokens)}, "
                    f"after a slot that ends at {reached}: spans must be ordered, non-empty and disjoint"
                )
            reached = span.end

    @property
    def text(self) -> str:
        """The tokens joined by single spaces."""
        return " ".join(self.tokens)

    @property
    def slot_tags(self) -> tuple[str, ...]:
        """IOB2 tags, one a token."""
        return spans_to_tags(self.spans, len(self.tokens))

    def value(self, span: Span) -> str:
        """The words of a span, joined by single spaces."""
        return " ".join(self.tokens[span.start : span.end])

    @property
    def slots(self) -> tuple[tuple[str, str], ...]:
        """Slot names and values, in order of position."""
        return tuple((span.slot, self.value(span)) for span in self.spans)


def normalise(text: str) -> str:
    r"""Fold case and white space: the form in which two texts are called equal.

    Args:
        text: Any text.

    Returns:
        Case-folded words joined by single spaces.

    Examples:
        >>> normalise("  Will it\tRAIN ")
        'will it rain'
    """
    return " ".join(text.casefold().split())


def label_words(name: str) -> str:
    """Split a label into lower-case words (our choice, so that a zero-shot teacher can read it).

    Args:
        name: An intent or slot name in any case style.

    Returns:
        Words joined by single spaces; a name without letters or digits keeps its characters.

    Examples:
        >>> label_words("DayOfWeek"), label_words("object_part_of_series_type"), label_words("timeRange")
        ('day of week', 'object part of series type', 'time range')
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    words = re.sub(r"[\W_]+", " ", spaced).split()
    return " ".join(words).lower() or "_".join(name.split()) or "_"


def spans_to_tags(spans: Iterable[Span], length: int) -> tuple[str, ...]:
    """Turn spans into IOB2 tags.

    Args:
        spans: Disjoint spans within the length.
        length: Number of tokens.

    Returns:
        One tag a token, `O` outside of spans.

    Examples:
        >>> spans_to_tags([Span(0, 1, "city"), Span(1, 3, "date")], 3)
        ('B-city', 'B-date', 'I-date')
    """
    tags = ["O"] * length
    for span in spans:
        tags[span.start] = f"B-{span.slot}"
        tags[span.start + 1 : span.end] = [f"I-{span.slot}"] * (span.end - span.start - 1)
    return tuple(tags)


def tags_to_spans(tags: Sequence[str]) -> tuple[Span, ...]:
    """Turn IOB2 tags into spans; an `I-` tag that continues nothing opens a span, as CoNLL's scorer reads it.

    Args:
        tags: One tag a token.

    Returns:
        The spans, in order of position.

    Raises:
        SchemaError: A tag is neither `O` nor `B-…` nor `I-…`.

    Examples:
        >>> tags_to_spans(["B-city", "I-city", "O", "I-date"])
        (Span(start=0, end=2, slot='city'), Span(start=3, end=4, slot='date'))
    """
    spans: list[Span] = []
    start, slot = 0, ""
    for position, tag in enumerate([*tags, "O"]):
        prefix, _, name = tag.partition("-")
        if tag != "O" and (prefix not in ("B", "I") or not name):
            raise SchemaError(f"tag {tag!r} at position {position}: expected O, B-<slot> or I-<slot>")
        if slot and (prefix != "I" or name != slot):
            spans.append(Span(start, position, slot))
            slot = ""
        if tag != "O" and not slot:
            start, slot = position, name
    return tuple(spans)


@dataclass(frozen=True)
class Provenance:
    """Where a row comes from.

    Args:
        origin: `human`, `augmented` (a transform of one human row) or `synthetic` (written by a teacher).
        method: What made it, with its version, such as `linguist@1`; empty for a human row.
        teacher: Identity of the teacher; empty if none.
        seed_ids: The human rows it was made from, or the row's own id if it is human.
    """

    origin: str = "human"
    method: str = ""
    teacher: str = ""
    seed_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.origin not in ORIGINS:
            raise SchemaError(f"origin is one of {', '.join(ORIGINS)}, got {self.origin!r}")


@dataclass(frozen=True)
class Row:
    """An utterance with its provenance: what flows from the builders to the students.

    Examples:
        >>> row = Row.human(Utterance(("hi",), (), "greet", seed_id="s1"))
        >>> row.provenance.origin, row.provenance.seed_ids
        ('human', ('s1',))
    """

    utterance: Utterance
    provenance: Provenance

    @classmethod
    def human(cls, utterance: Utterance) -> Row:
        """Wrap a human-labelled utterance."""
        return cls(utterance, Provenance(seed_ids=(utterance.seed_id,) if utterance.seed_id else ()))

    def to_dict(self) -> dict[str, Any]:
        """The row as `intent_slots` columns, with label names (see `columns.features`)."""
        utterance = self.utterance
        return {
            "text": utterance.text,
            "tokens": list(utterance.tokens),
            "slot_tags": list(utterance.slot_tags),
            "intent": utterance.intent,
            "locale": utterance.locale,
            **self._provenance_columns(),
        }

    def to_labelled(self) -> dict[str, Any]:
        """The row as `text_classification` columns, with the intent as its label.

        See `columns.classification_features`. Slots are left out; white space in the text is folded, as in every
        utterance.
        """
        utterance = self.utterance
        return {
            "text": utterance.text,
            "label": utterance.intent,
            "locale": utterance.locale,
            **self._provenance_columns(),
        }

    def to_parsed(self) -> dict[str, Any]:
        """The row as `semantic_parsing` columns (see `columns.parse_features`); white space in the text is folded."""
        utterance = self.utterance
        return {
            "text": utterance.text,
            "parse": utterance.parse,
            "locale": utterance.locale,
            **self._provenance_columns(),
        }

    def _provenance_columns(self) -> dict[str, Any]:
        made = self.provenance
        return {
            "origin": made.origin,
            "method": made.method,
            "teacher": made.teacher,
            "seed_ids": list(made.seed_ids),
        }

    @classmethod
    def from_dict(cls, columns: Mapping[str, Any]) -> Row:
        """Read a row written by `to_dict` (names, not class numbers)."""
        origin, seed_ids = columns["origin"], tuple(columns["seed_ids"])
        utterance = Utterance(
            tuple(columns["tokens"]),
            tags_to_spans(columns["slot_tags"]),
            columns["intent"],
            columns["locale"],
            seed_ids[0] if origin == "human" and seed_ids else "",
            columns.get("parse") or "",
        )
        return cls(utterance, Provenance(origin, columns["method"], columns["teacher"], seed_ids))


def tag_names(slots: Iterable[str]) -> list[str]:
    """All IOB2 tags of some slots, `O` first, sorted by slot.

    Args:
        slots: Slot names; they may repeat.

    Returns:
        The tags in class order.

    Examples:
        >>> tag_names(["date", "city"])
        ['O', 'B-city', 'I-city', 'B-date', 'I-date']
    """
    return ["O", *(f"{prefix}-{slot}" for slot in sorted(set(slots)) for prefix in "BI")]


def label_names(utterances: Iterable[Utterance]) -> tuple[list[str], list[str]]:
    """Collect the intent names and the slot names of some utterances, each sorted."""
    intents: set[str] = set()
    slots: set[str] = set()
    for utterance in utterances:
        intents.add(utterance.intent)
        slots.update(span.slot for span in utterance.spans)
    return sorted(intents), sorted(slots)
