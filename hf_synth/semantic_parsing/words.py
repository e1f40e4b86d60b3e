"""The words that a slot may hold: those of the input, or parts of them that end where letters, digits or signs do.

mTOP asks for `7 pm` where people write `7pm?`, and for `soon` where they write `soon?`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

_PART = re.compile(r"[^\W\d_]+|\d+|.", re.DOTALL)


def split_word(word: str) -> list[str]:
    """Cut a word into runs of letters, runs of digits, and single signs.

    Args:
        word: Any text without white space.

    Returns:
        The parts; joined, they are the word.

    Examples:
        >>> split_word("7pm?"), split_word("Mum's"), split_word("AC/DC")
        (['7', 'pm', '?'], ['Mum', "'", 's'], ['AC', '/', 'DC'])
    """
    parts: list[str] = []
    joined = False  # a mark, such as a vowel sign of Hindi, stays with the letters around it
    for part in _PART.findall(word):
        mark = unicodedata.category(part[0]).startswith("M")
        if parts and (mark or (joined and part.isalpha())):
            parts[-1] += part
        else:
            parts.append(part)
        joined = mark
    return parts


def slot_words(text: str, forbidden: str = "") -> Counter[str]:
    """Count the words that slots of a text may hold.

    Args:
        text: An utterance.
        forbidden: Signs that no word may hold: the brackets of parses.

    Returns:
        Each word and each run of its parts, with the number of times that it stands in the text.

    Examples:
        >>> sorted(slot_words("at 7pm?"))
        ['7', '7pm', '7pm?', '?', 'at', 'pm', 'pm?']
    """
    found: Counter[str] = Counter()
    for word in text.split():
        parts = split_word(word)
        for start in range(len(parts)):
            for stop in range(start + 1, len(parts) + 1):
                found["".join(parts[start:stop])] += 1
    return Counter({word: count for word, count in found.items() if not set(word) & set(forbidden)})
