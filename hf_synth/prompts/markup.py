r"""Slots in plain text, as brackets and numbers: `rain in [1 new york ] [2 tomorrow ]`.

Grammar of an annotated utterance (LINGUIST writes its slots this way; the escapes are ours):

    utterance := item (" " item)*          item := token | span
    span      := "[" number " " token (" " token)* " ]"
    token     := a run without white space, in which \ [ ] < and * are written \\ \[ \] \< and \*

Slots never nest. A bare `*` is the wildcard of a prompt and never a word.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hf_synth.schema import Utterance

WILDCARD = "*"
_SPECIAL = re.compile(r"[\\\[\]<*]")
_ESCAPE = re.compile(r"\\([\\\[\]<*])|([\\\[\]<*])")
_OPEN = re.compile(r"\[([0-9]+)")


class MarkupError(ValueError):
    """A text does not follow the grammar of annotated utterances."""


def escape(token: str) -> str:
    r"""Write a word so that no character of it is markup.

    Args:
        token: A word without white space.

    Returns:
        The word with a backslash before each of `\ [ ] < *`.

    Examples:
        >>> escape("a[1]"), escape("<br>")
        ('a\\[1\\]', '\\<br>')
    """
    return _SPECIAL.sub(r"\\\g<0>", token)


def unescape(token: str) -> str:
    r"""Read a word written by `escape`.

    Args:
        token: An item of an annotated utterance that is no bracket.

    Returns:
        The word itself.

    Raises:
        MarkupError: A markup character stands in the word without its backslash.

    Examples:
        >>> unescape("a\\[1\\]")
        'a[1]'
    """

    def plain(match: re.Match[str]) -> str:
        if match.group(1) is None:
            raise MarkupError(f"unescaped {match.group(2)!r} in {token!r}")
        return match.group(1)

    return _ESCAPE.sub(plain, token)


@dataclass(frozen=True)
class NumberedSpan:
    """A span as read from a completion: token positions, the slot's number, and the words (unescaped).

    `wildcard` says that the value is a bare `*`: the teacher repeated the wildcard instead of filling it.
    """

    start: int
    end: int
    number: int
    value: tuple[str, ...]
    wildcard: bool = False


def write_span(number: int, value: Sequence[str]) -> str:
    """Write one slot.

    Args:
        number: The slot's number in its prompt, from 1.
        value: Words of the slot, at least one, not escaped yet.

    Returns:
        The slot with its brackets.

    Examples:
        >>> write_span(1, ["new", "york"])
        '[1 new york ]'
    """
    return f"[{number} {' '.join(map(escape, value))} ]"


def write_utterance(utterance: Utterance, numbers: Mapping[str, int]) -> str:
    """Write an utterance with its slots as bracketed numbers.

    Args:
        utterance: What to write.
        numbers: Number of each of its slot names.

    Returns:
        Items joined by single spaces; `read_utterance` reads it back.

    Examples:
        >>> from hf_synth.schema import Span
        >>> write_utterance(Utterance(("rain", "in", "rome"), (Span(2, 3, "city"),), "GetWeather"), {"city": 4})
        'rain in [4 rome ]'
    """
    parts: list[str] = []
    reached = 0
    for span in utterance.spans:
        parts.extend(map(escape, utterance.tokens[reached : span.start]))
        parts.append(write_span(numbers[span.slot], utterance.tokens[span.start : span.end]))
        reached = span.end
    parts.extend(map(escape, utterance.tokens[reached:]))
    return " ".join(parts)


def read_utterance(text: str) -> tuple[tuple[str, ...], tuple[NumberedSpan, ...]]:
    """Read an annotated utterance; white space of any kind and length separates items.

    Args:
        text: An annotated utterance, such as a completion.

    Returns:
        The words and the numbered spans over them.

    Raises:
        MarkupError: Empty text; an unbalanced, nested or empty bracket; a bracket without a number.

    Examples:
        >>> read_utterance("rain in [4 rome ]")
        (('rain', 'in', 'rome'), (NumberedSpan(start=2, end=3, number=4, value=('rome',), wildcard=False),))
    """
    tokens: list[str] = []
    spans: list[NumberedSpan] = []
    number, start, wildcard = None, 0, False
    for item in text.split():
        opening = _OPEN.fullmatch(item)
        if opening and number is None:
            number, start = int(opening.group(1).lstrip("0")[:9] or 0), len(tokens)
        elif opening:
            raise MarkupError(f"{item!r} opens a slot inside slot {number}")
        elif item == "]":
            if number is None:
                raise MarkupError("']' closes no slot")
            if start == len(tokens):
                raise MarkupError(f"slot {number} is empty")
            spans.append(NumberedSpan(start, len(tokens), number, tuple(tokens[start:]), wildcard))
            number, wildcard = None, False
        elif item == WILDCARD and number is not None and start == len(tokens):
            tokens.append(WILDCARD)
            wildcard = True
        elif wildcard:
            raise MarkupError(f"slot {number} holds {item!r} after a wildcard")
        else:
            tokens.append(unescape(item))
    if number is not None:
        raise MarkupError(f"slot {number} is never closed")
    if not tokens:
        raise MarkupError("the text is empty")
    return tuple(tokens), tuple(spans)
