"""Slots in a seeds file, written by hand: `wake me at [time : seven] [date : tomorrow]`.

A backslash keeps a bracket from opening or closing a slot, and a colon from ending its name. MASSIVE writes its
`annot_utt` column in this form.
"""

from __future__ import annotations

import re

from hf_synth.errors import SchemaError
from hf_synth.schema import Span, Utterance

_MARK = re.compile(r"\\.|[\[\]]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_NAME = re.compile(r"\s*((?:\\.|[^\\:\s])(?:\\.|[^\\:])*?)\s*:", re.DOTALL)


def read_annotation(text: str) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    r"""Read a hand-annotated utterance.

    Args:
        text: Words with slots as `[name : value]`; a backslash keeps a bracket from being markup.

    Returns:
        The words and the slots over them. A slot that touches a word (`[city : rome]s`) ends that word.

    Raises:
        SchemaError: An unbalanced or nested bracket, a slot without a name or a value, or no words at all; the message
            names the column (from 1).

    Examples:
        >>> read_annotation("rain in [city : new york] today")
        (('rain', 'in', 'new', 'york', 'today'), (Span(start=2, end=4, slot='city'),))
        >>> read_annotation("[city : rome")
        Traceback (most recent call last):
        hf_synth.errors.SchemaError: column 1: '[' is never closed in '[city : rome'
    """
    tokens: list[str] = []
    spans: list[Span] = []
    opened, reached = -1, 0
    for mark in _MARK.finditer(text):
        if mark.group() == "[":
            if opened >= 0:
                raise SchemaError(f"column {mark.start() + 1}: '[' inside the slot opened at column {opened + 1}")
            tokens.extend(_words(text[reached : mark.start()]))
            opened, reached = mark.start(), mark.end()
        elif mark.group() == "]":
            if opened < 0:
                raise SchemaError(f"column {mark.start() + 1}: ']' closes no slot in {text!r}")
            name = _NAME.match(text, reached, mark.start())
            words = _words(text[name.end() : mark.start()]) if name else []
            if not (name and words):
                raise SchemaError(f"column {opened + 1}: expected [slot : value], got {text[opened : mark.end()]!r}")
            spans.append(Span(len(tokens), len(tokens) + len(words), _ESCAPED.sub(r"\1", name.group(1))))
            tokens.extend(words)
            opened, reached = -1, mark.end()
    if opened >= 0:
        raise SchemaError(f"column {opened + 1}: '[' is never closed in {text!r}")
    tokens.extend(_words(text[reached:]))
    if not tokens:
        raise SchemaError("the utterance is empty")
    return tuple(tokens), tuple(spans)


def write_annotation(utterance: Utterance) -> str:
    r"""Write an utterance so that `read_annotation` gives it back.

    Args:
        utterance: What to write; its intent and locale are not part of the text.

    Returns:
        Words joined by single spaces, slots as `[name : value]`, markup characters behind a backslash.

    Examples:
        >>> write_annotation(Utterance(("rain", "in", "rome", "[sic]"), (Span(2, 3, "city"),), "GetWeather"))
        'rain in [city : rome] \\[sic\\]'
    """
    parts: list[str] = []
    reached = 0
    for span in utterance.spans:
        parts.extend(map(_escape, utterance.tokens[reached : span.start]))
        name = re.sub(r"[\\\[\]:]|^\s|\s\Z", r"\\\g<0>", span.slot)
        parts.append(f"[{name} : {' '.join(map(_escape, utterance.tokens[span.start : span.end]))}]")
        reached = span.end
    parts.extend(map(_escape, utterance.tokens[reached:]))
    return " ".join(parts)


def _words(text: str) -> list[str]:
    return [_ESCAPED.sub(r"\1", word) for word in text.split()]


def _escape(token: str) -> str:
    return re.sub(r"[\\\[\]]", r"\\\g<0>", token)
