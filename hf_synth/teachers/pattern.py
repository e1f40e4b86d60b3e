"""The bracket grammar of a prompt as text: a slot, and a regular expression for servers that take one."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from hf_synth.generation import OwedSlot


def write_owed(slot: OwedSlot) -> str:
    """Write an owed slot as a completion must; an invented value is left open.

    Args:
        slot: The slot, its value escaped already.

    Returns:
        The slot with its brackets, or `[number` for an invented value.

    Examples:
        >>> write_owed(OwedSlot(1, ("new", "york"))), write_owed(OwedSlot(2))
        ('[1 new york ]', '[2')
    """
    return f"[{slot.number}" if slot.value is None else f"[{slot.number} {' '.join(slot.value)} ]"


def regex(owed: Sequence[OwedSlot], max_orders: int = 24) -> str:
    """Write the grammar of a prompt as a regular expression (RE2 syntax, to be matched in full).

    Args:
        owed: Slots that the completion must hold.
        max_orders: With more orders of the slots than this, the expression allows any of them any number of times.

    Returns:
        A pattern; words are separated by single spaces.

    Examples:
        >>> pattern = regex([OwedSlot(1, ("rome",)), OwedSlot(2)])
        >>> bool(re.fullmatch(pattern, "rain in [1 rome ] [2 next week ]")), bool(re.fullmatch(pattern, "[1 rome ]"))
        (True, False)
    """
    word = r"(?:[^\s\[\]<*\\]|\\[\[\]<*\\])+"
    spans = [
        rf"\[{slot.number} (?:{word} )+\]" if slot.value is None else re.escape(write_owed(slot)).replace(r"\ ", " ")
        for slot in owed
    ]
    if not spans:
        return rf"{word}(?: {word})*"
    orders = list(itertools.islice(itertools.permutations(range(len(spans))), max_orders + 1))
    if len(orders) > max_orders:
        item = "|".join([word, *dict.fromkeys(spans)])
        return rf"(?:{item})(?: (?:{item}))*"
    unique = dict.fromkeys(tuple(spans[index] for index in order) for order in orders)
    return "|".join(rf"(?:{word} )*" + rf"(?: {word})* ".join(order) + rf"(?: {word})*" for order in unique)
