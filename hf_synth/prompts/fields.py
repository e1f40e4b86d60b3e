"""Fields with names, as they stand in a prompt and as teachers write them: `Semantic Parse: ... ; English: ...`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

QUOTES = tuple(zip("\"'`“‘„«「", "\"'`”’“»」", strict=True))


@dataclass(frozen=True)
class Field:
    """A field of an answer; its name is empty if it has none."""

    name: str
    content: str


def write_field(name: str, content: str = "") -> str:
    """Write a field; without content it is one to be finished."""
    return f"{name}: {content} ;" if content else f"{name}:"


def cut_fields(text: str, names: Iterable[str]) -> list[Field]:
    r"""Cut a text into fields: at `;`, at the end of a line and before each name.

    Args:
        text: What a teacher wrote.
        names: Names of fields; whatever their case, a colon stands after them.

    Returns:
        Fields with something in them, without white space around it.

    Examples:
        >>> cut_fields("(A b ) ; english: a b\nGood luck!", ["English"])
        [Field(name='', content='(A b )'), Field(name='English', content='a b'), Field(name='', content='Good luck!')]
    """
    folded = text.casefold()
    known = {name.casefold(): name for name in names if name.casefold() in folded}
    name, fields = "", []
    if known:
        choices = "|".join(re.escape(each) for each in sorted(known, key=len, reverse=True))
        parts = re.split(rf"(?<!\w)({choices})\s*:|([;\r\n])", text, flags=re.IGNORECASE)
    else:
        parts = re.split(r"()([;\r\n])", text)
    for place in range(0, len(parts), 3):
        content = parts[place].strip()
        if content:
            fields.append(Field(name, content))
        if place + 1 < len(parts) and (parts[place + 1] or content):
            name = known[" ".join(parts[place + 1].split()).casefold()] if parts[place + 1] else ""
    return fields


def unwrap(text: str) -> str:
    r"""Take off the fence of a code block, and quotes around the whole text.

    Args:
        text: What a teacher wrote.

    Returns:
        What was meant.

    Examples:
        >>> unwrap("```text\n“two pies”\n```"), unwrap('"two" or "three"')
        ('two pies', '"two" or "three"')
    """
    text = text.strip()
    fence = re.search(r"```\w*\n(.*?)(?:```|\Z)", text, re.DOTALL)
    if fence:
        text = fence.group(1).strip()
    for opening, closing in QUOTES:
        inner = text[1:-1]
        if len(text) > 2 and text[0] == opening and text[-1] == closing and not {opening, closing} & set(inner):
            return inner.strip()
    return text
