"""Finding slot values again in a text that was rewritten: by exact match, or not at all."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from hf_synth.generation import Reject
from hf_synth.schema import Span
from hf_synth.transforms.passage import Passage

MARKS = ".!?。！？"
_MARK = re.compile(r"[,;:!?](?=\s|$)|[.](?=\s*$)")
PUNCTUATION = "\"'`.,;:!?()¿¡«»“”‘’…。，？！、"


SPANS = ("refuse", "verify")


def refuse_slots(passage: Passage, why: str) -> Reject:
    """The refusal of a row with slots by a transform that rewrites whole texts."""
    detail = f"{why}, so slots would point at the wrong ones; spans='verify' keeps rows whose values are found again"
    return Reject("has_slots", passage.text, detail)


def retag(text: str, source: Passage) -> Passage | Reject:
    """Turn a rewritten text into a passage written in the style of its source, with its slots found again.

    Args:
        text: What a model wrote.
        source: The row it was made from.

    Returns:
        The new passage, or why there is none: `empty`, or a reason of `find_spans`.

    Examples:
        >>> retag("Is it cold in Oslo?", Passage(("is", "oslo", "cold"), (Span(1, 2, "city"),))).spans
        (Span(start=4, end=5, slot='city'),)
    """
    tokens = tuple(restyle(text, source.text).split())
    if not tokens:
        return Reject("empty", source.text, "the rewritten text is empty")
    spans = find_spans(tokens, source)
    return spans if isinstance(spans, Reject) else replace(source, tokens=tokens, spans=spans, gaps=())


def restyle(text: str, source: str) -> str:
    """Write a text as its source is written: in lower case, without a final mark, without any marks, if the source is.

    Args:
        text: What a model wrote.
        source: The text it was made from.

    Returns:
        The text in the source's style.

    Examples:
        >>> restyle("When does it leave?", "what time does it leave")
        'when does it leave'
        >>> restyle("Please, does it leave?", "does it leave please")
        'please does it leave'
    """
    styled = text.strip()
    if source.strip()[-1:] not in MARKS:
        styled = styled.rstrip(MARKS + " ")
    if not _MARK.search(source):
        styled = _MARK.sub("", styled)
    return styled.lower() if source == source.lower() else styled


def bare(word: str) -> str:
    """A word without case and without punctuation around it; the word itself if nothing else is left.

    Args:
        word: A word as it stands in a text.

    Returns:
        The word folded.

    Examples:
        >>> bare("Boston,"), bare("?!")
        ('boston', '?!')
    """
    return word.strip(PUNCTUATION).casefold() or word


def find_value(tokens: Sequence[str], value: Sequence[str]) -> list[int]:
    """Where the words of a value stand in a row of words, compared bare; overlapping places count, too.

    Args:
        tokens: The words to search.
        value: The words of the value, at least one.

    Returns:
        Positions of the value's first word, in order.

    Examples:
        >>> find_value(["From", "New", "York,", "to", "new", "york"], ["new", "york"])
        [1, 4]
    """
    words, wanted = [bare(token) for token in tokens], [bare(token) for token in value]
    return [at for at in range(len(words) - len(wanted) + 1) if words[at : at + len(wanted)] == wanted]


def find_spans(tokens: Sequence[str], source: Passage) -> tuple[Span, ...] | Reject:
    """Tag a rewritten row: every slot value of the source must stand in it exactly as often as in the source.

    Args:
        tokens: The words of the rewritten row.
        source: The row it was made from.

    Returns:
        The spans over the new words, or why they cannot be told: `span_lost` (a value stands there less often),
        `span_repeated` (more often), `span_ambiguous` (one text is the value of two slots, or two values overlap).

    Examples:
        >>> source = Passage(("rain", "in", "rome"), (Span(2, 3, "city"),))
        >>> find_spans(("in", "Rome", "it", "rains"), source)
        (Span(start=1, end=2, slot='city'),)
        >>> find_spans(("it", "rains"), source).reason
        'span_lost'
    """
    slots: dict[tuple[str, ...], set[str]] = defaultdict(set)
    tagged: dict[tuple[str, ...], int] = defaultdict(int)
    for span in source.spans:
        value = tuple(map(bare, source.tokens[span.start : span.end]))
        slots[value].add(span.slot)
        tagged[value] += 1
    found: list[Span] = []
    text = " ".join(tokens)
    for value, names in slots.items():
        places, wanted = find_value(tokens, value), len(find_value(source.tokens, value))
        if len(places) != wanted:
            reason = "span_lost" if len(places) < wanted else "span_repeated"
            return Reject(reason, text, f"{' '.join(value)!r} stands there {len(places)} times, expected {wanted}")
        if len(names) > 1 or tagged[value] != wanted:
            return Reject("span_ambiguous", text, f"{' '.join(value)!r} is not the same slot everywhere")
        (slot,) = names
        found.extend(Span(at, at + len(value), slot) for at in places)
    found.sort()
    if any(one.end > other.start for one, other in itertools.pairwise(found)):
        return Reject("span_ambiguous", text, "two slot values overlap")
    return tuple(found)
