"""Slot values kept out of a translation: names that every model copies stand in for them."""

from __future__ import annotations

import re
from dataclasses import replace

from hf_synth.generation import Reject
from hf_synth.schema import Span
from hf_synth.transforms.alignment import PUNCTUATION, bare
from hf_synth.transforms.passage import Passage

_WORD = re.compile(r"\w+")
# Given names that are the same in most languages.
NAMES = ("Tom", "Mary", "John", "Jane", "Bob", "Ken", "Jim", "Bill", "Alice", "Mike")


def protect(passage: Passage) -> Passage | Reject:
    """Put a name in the place of every slot value.

    Args:
        passage: A row with slots.

    Returns:
        The row with one word in each slot, no two alike, written small if the row is; a reject if it has more slots
        than there are names.

    Examples:
        >>> protect(Passage(("rain", "in", "new", "york"), (Span(2, 4, "city"),))).text
        'rain in tom'
    """
    taken = {bare(token) for token in passage.tokens}
    names = [name for name in NAMES if name.casefold() not in taken]
    if len(passage.spans) > len(names):
        return Reject("too_many_slots", passage.text, f"{len(passage.spans)} slots, at most {len(names)} can stand in")
    small = passage.text == passage.text.lower()
    changes: dict[int, tuple[str, ...]] = {}
    for span, name in zip(passage.spans, names, strict=False):
        changes |= dict.fromkeys(range(span.start, span.end), ())
        changes[span.start] = (name.lower() if small else name,)
    return passage.replace_words(changes)


def restore(made: Passage, protected: Passage, source: Passage) -> Passage | Reject:
    """Put the slot values back.

    Args:
        made: What became of the protected row, each name found again.
        protected: The row as `protect` gave it.
        source: The row before that.

    Returns:
        The changed row with the values of the source, punctuation at a name where it was; a reject if a name stands
        outside of the slots as well, as in `tom's`.

    Examples:
        >>> source = Passage(("rain", "in", "new", "york"), (Span(2, 4, "city"),))
        >>> made = Passage(("in", "tom,", "rain"), (Span(1, 2, "city"),))
        >>> restore(made, protect(source), source).text
        'in new york, rain'
    """
    values: dict[str, Span] = {
        bare(protected.tokens[mine.start]): theirs for mine, theirs in zip(protected.spans, source.spans, strict=True)
    }
    left = {piece for index in made.free for piece in _WORD.findall(made.tokens[index].casefold())} & set(values)
    if left:
        return Reject("span_repeated", made.text, f"the name {min(left)!r} stands outside of its slot, too")
    changes: dict[int, tuple[str, ...]] = {}
    for span in made.spans:
        token = made.tokens[span.start]
        words = source.value(values[bare(token)]).strip(PUNCTUATION) or source.value(values[bare(token)])
        lead, _, tail = token.partition(token.strip(PUNCTUATION))
        changes[span.start] = tuple(f"{lead}{words}{tail}".split(" "))
    return replace(made.replace_words(changes), locale=source.locale)
