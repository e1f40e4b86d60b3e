"""Lists of texts as teachers write them: JSON, nearly JSON, half of it, or lines with numbers before them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from hf_synth.generation import Reject

QUOTES = {'"': '"', "“": "”", "«": "»", "'": "'", "`": "`"}
# Keys of an object that hold texts; where there is none, all but the notes do.
_TEXTS = re.compile(r"(?:text|utterance|message|sentence|example|content)s?|query|queries", re.I)
_NOTES = re.compile(
    r"labels?|class|intent|category|styles?|tone|language|locale|id|number|index|count|notes?|explanation|reason|error",
    re.I,
)
_THOUGHTS = re.compile(r"\A.*</think>", re.DOTALL)
_START = re.compile(r"[\[{]\s*(?://[^\n]*\s*)?[\"'“«`\[{\]}]|\{\s*\w+\s*:\s*[\"'“\[{]")
_MARKS = re.compile(r"(?:[\s,;*+•–-]|\d{1,3}[.):]|```\w*)*")
_SKIP = re.compile(r"(?:[\s,:]|//[^\n]*|\.\.\.|…)+")
_BARE = re.compile(r"[^,\[\]{}\n]+")
_BARE_KEY = re.compile(r"[^,\[\]{}\n:]+")
# A quote ends a text only if a list goes on behind it: people forget to escape quotes inside.
_AFTER_TEXT = re.compile(
    r"\s*(?:$|[\]}]|```|//|,\s*(?:$|[\"'“«`\[{\]}]|//|```|\.\.\.|…|-?\d|null|true|false)|\n\s*[\"'“«`\[{])"
)
_COMMA = re.compile(r"\s*,")
_AFTER_KEY = re.compile(r"\s*(?::|$)")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_MARKED = re.compile(r"\s*(?:[-*+•–]\s|\(?\d{1,3}(?:[.):]\s|、))\s*(?P<item>\S.*)")
_QUOTED = re.compile(r"\s*(?P<item>[\"“«].+[\"”»],?)\s*")
_LEAD = re.compile(r"\*\*[^*]+\*\*:?\s+(?=\S)")


class _Cut(str):
    """A text whose end is missing."""


class _Bare(str):
    """Words without quotes, or with odd ones, where a text should stand."""


class _Members(list[tuple[str, Any]]):
    """The members of an object, in their order."""


def read_list(completion: str) -> list[str | Reject]:
    r"""Read a list of texts.

    What is understood: JSON (an array, an object with arrays or texts, one after the other, nested), also with
    trailing commas, other quotes, quotes that are not escaped, or without an end; fences, thoughts and prose around
    it; lines with numbers, bullets or quotes. A list of lines that was cut cannot be told from a whole one.

    Args:
        completion: What a teacher wrote: any text.

    Returns:
        The texts in their order, and a reject for each item that is none: `truncated` (the answer ends within it) or
        `not_text`. For an answer without any item one reject: `empty` or `no_list`.

    Examples:
        >>> read_list('Sure!\n```json\n["one", \'two\', "th')
        ['one', 'two', Reject(reason='truncated', text='th', detail='the answer ends within the text', score=None)]
        >>> read_list("Here they are:\n1. one\n2. two")
        ['one', 'two']
        >>> read_list("I cannot do that.")[0].reason
        'no_list'
    """
    try:
        found = list(_read_items(json.loads(completion, strict=False, object_pairs_hook=_Members)))
    except (ValueError, RecursionError):
        text = _THOUGHTS.sub("", completion).strip()
        if text.startswith("<think>"):
            return [Reject("truncated", completion, "the answer ends before the texts begin")]
        found = _read_structures(text) or _read_lines(text)
        if not found and text:
            return [Reject("no_list", completion, "expected a JSON list of texts")]
    return found or [Reject("empty", completion, "the answer holds no text")]


def _read_items(value: Any) -> Iterator[str | Reject]:
    """The texts of a value, however deep."""
    rest = [value]
    while rest:
        item = rest.pop()
        if isinstance(item, _Members):
            named = [inner for key, inner in item if _TEXTS.fullmatch(key.strip())]
            rest += (named or [inner for key, inner in item if not _NOTES.fullmatch(key.strip())])[::-1]
        elif isinstance(item, list):
            rest += item[::-1]
        elif isinstance(item, _Cut):
            yield Reject("truncated", str(item), "the answer ends within the text")
        elif isinstance(item, _Bare):
            yield Reject("not_text", str(item), "expected a text in quotes, with none inside")
        elif isinstance(item, str):
            yield item
        else:
            yield Reject("not_text", json.dumps(item), f"expected a text, got {type(item).__name__}")


def _read_structures(text: str) -> list[str | Reject]:
    """The items of all arrays and objects that begin a line; without any, of the longest that stands within one."""
    own: list[str | Reject] = []
    inline: list[list[str | Reject]] = []
    last, end = own, 0
    if text[:1] in ('"', "“"):  # texts without their brackets
        value, end = _read_structure(f"[{text}", 0)
        own += _read_items(value)
        end -= 1
    while start := _START.search(text, end):
        between = text[end : start.start()]
        if not (end and _MARKS.fullmatch(between)):  # else it goes on with the one before
            begins_line = _MARKS.fullmatch(between.rpartition("\n")[2]) and ("\n" in between or not end)
            last = own if begins_line else []
            inline += [] if begins_line else [last]
        value, end = _read_structure(text, start.start())
        last += _read_items(value)
    return own or max(inline, key=len, default=[])


def _read_structure(text: str, place: int) -> tuple[Any, int]:
    """Read an array or object that starts at a place, with all its faults; returns where it ends, too."""
    root: list[Any] = _Members() if text[place] == "{" else []
    open_, key = [root], ""
    place += 1
    while open_ and place < len(text):
        inside, char = open_[-1], text[place]
        wants_key = isinstance(inside, _Members) and not key
        item: Any = None
        if skipped := _SKIP.match(text, place):
            place = skipped.end()
            continue
        if text.startswith("```", place):
            break
        if char in "]}":
            open_.pop()
            place, key = place + 1, ""
            continue
        if char in "[{":
            item, place = _Members() if char == "{" else [], place + 1
            open_.append(item)
        elif char in QUOTES:
            item, place = _read_text(text, place, _AFTER_KEY if wants_key else _AFTER_TEXT)
        else:
            bare = (_BARE_KEY if wants_key else _BARE).match(text, place)
            assert bare, "all other characters are taken care of"
            item, place = _Bare(bare[0].strip()), bare.end()
        if wants_key and isinstance(item, str):
            key = item or "_"
        elif isinstance(inside, _Members):
            inside.append((key, item))
            key = ""
        else:
            inside.append(item)
    return root, place


def _read_text(text: str, place: int, after: re.Pattern[str]) -> tuple[str, int]:
    """Read a quoted text, and say where it ends; the quote that ends it has `after` behind it.

    Quotes inside that might end it after all make it no text: two texts must not become one.
    """
    inside, doubtful = 0, False
    for mark in re.compile(rf"\\.|{QUOTES[text[place]]}", re.DOTALL).finditer(text, place + 1):
        if mark[0][0] == "\\":
            continue
        if after.match(text, mark.end()):
            read = _unescape(text[place + 1 : mark.start()])
            return _Bare(read) if doubtful or (mark[0] == '"' and inside % 2) else read, mark.end()
        inside, doubtful = inside + 1, doubtful or bool(_COMMA.match(text, mark.end()))
    return _Cut(_unescape(text[place + 1 :])), len(text)


def _unescape(text: str) -> str:
    """Resolve the escapes of JSON; what follows any other backslash stands for itself."""
    plain = _ESCAPE.sub(lambda m: chr(int(m[1], 16)) if m[1] else _ESCAPED.get(m[2], m[2]), text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _read_lines(text: str) -> list[str | Reject]:
    """The lines that a number, a bullet or quotes mark as items; all others are prose, as are headings."""
    found: list[str | Reject] = []
    for line in text.splitlines():
        marked = _MARKED.fullmatch(line) or _QUOTED.fullmatch(line)
        if marked and not line.rstrip(" *").endswith(":"):
            found.append(_bare_item(marked["item"].strip()))
    return found


def _bare_item(item: str) -> str:
    """An item of a list of lines without quotes, bold type, or a bold word that leads it."""
    item = _LEAD.sub("", item, count=1)
    if item.startswith("**") and item.endswith("**"):
        item = item[2:-2]
    inner = item.rstrip(",")
    closing = QUOTES.get(inner[:1])
    if len(inner) > 1 and closing and inner.endswith(closing) and closing not in inner[1:-1]:
        return inner[1:-1]
    return item
