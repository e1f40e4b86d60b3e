"""Where the values of a parse stand in its text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from hf_synth.parses.tree import Tree
from hf_synth.schema import normalise


@dataclass(frozen=True)
class Token:
    """A word or a mark of a text, with case folded, and the characters that it stands at."""

    form: str
    start: int
    end: int


def cut_tokens(text: str) -> list[Token]:
    """Cut a text where a value may begin or end: at white space, at marks, and between a digit and a letter.

    Args:
        text: Any text.

    Returns:
        Its words and marks in order.

    Examples:
        >>> [token.form for token in cut_tokens("Let's go, at 7:30pm?")]
        ['let', "'", 's', 'go', ',', 'at', '7', ':', '30', 'pm', '?']
    """
    tokens: list[Token] = []
    for run in re.finditer(r"\S+", text):
        start = run.start()
        for place in range(run.start(), run.end()):
            if place + 1 == run.end() or _may_part(text[place], text[place + 1]):
                form = unicodedata.normalize("NFC", text[start : place + 1].casefold())
                tokens.append(Token(form, start, place + 1))
                start = place + 1
    return tokens


def cut_forms(text: str) -> tuple[str, ...]:
    """The forms of `cut_tokens` alone."""
    return tuple(token.form for token in cut_tokens(text))


def find_places(forms: Sequence[str | None], value: Sequence[str]) -> list[int]:
    """Where a value begins in a text, both as forms of tokens."""
    return [
        place for place in range(len(forms) - len(value) + 1) if list(forms[place : place + len(value)]) == list(value)
    ]


def place_in_order(forms: Sequence[str], values: Sequence[Sequence[str]]) -> list[int] | None:
    """The leftmost places of all values, each after the one before; None if there are none."""
    places: list[int] = []
    reached = 0
    for value in values:
        found = find_places(forms[reached:], value)
        if not found:
            return None
        places.append(reached + found[0])
        reached = places[-1] + len(value)
    return places


def place_values(text: str, values: Sequence[str]) -> list[tuple[int, int]] | None:
    """Say where values stand in a text, one after the other and each in one piece.

    The last value takes its first place behind the others; each before it stands as close to the next as it can, so
    that in `do me a favor, a large one` the value `a` before `large` is the second one.

    Args:
        text: The text.
        values: The values in their order.

    Returns:
        First and last character of each value, the latter excluded; None if they do not stand there in this order.

    Examples:
        >>> place_values("do me a favor: a large one", ["a", "large"])
        [(15, 16), (17, 22)]
    """
    tokens = cut_tokens(text)
    forms, wanted = [token.form for token in tokens], [cut_forms(value) for value in values]
    places = place_in_order(forms, wanted)
    if places is None:
        return None
    for index in range(len(places) - 2, -1, -1):
        places[index] = find_places(forms[: places[index + 1]], wanted[index])[-1]
    return [
        (tokens[place].start, tokens[place + len(value) - 1].end) for place, value in zip(places, wanted, strict=True)
    ]


def find_values(
    text: str, tree: Tree, gaps: bool = False, synonyms: Mapping[str, Collection[str]] | None = None
) -> list[tuple[str, str]]:
    """Say which values of a parse do not stand in its text.

    A value stands in a text from one end of a token to another, whatever the case, and no word of the text serves two
    values: what stands in two slots must stand in the text twice. Long values take their places first.

    Args:
        text: The text.
        tree: The parse.
        gaps: A value that stands nowhere in one piece may have other words between its own, as in mTOP.
        synonyms: Other ways to write a value, which count as well, by the value in lower case.

    Returns:
        Labels and values of the slots that are missing, in the order of the parse.

    Examples:
        >>> from hf_synth.parses.tree import read_parse
        >>> order = read_parse("(ORDER (TOPPING ham ) (TOPPING black olives ) (TOPPING olives ) )")
        >>> find_values("Ham, olives and black olives", order)
        []
        >>> find_values("a hamburger with black olives", order)
        [('TOPPING', 'ham'), ('TOPPING', 'olives')]
    """
    forms = cut_forms(text)
    free: list[str | None] = list(forms)
    leaves = tree.leaves()
    values = [cut_forms(leaf.value) for leaf in leaves]
    missing: list[int] = []
    for index in sorted(range(len(leaves)), key=lambda index: -len(values[index])):
        others = (synonyms or {}).get(normalise(leaves[index].value), ())
        if not any(_take(free, value) for value in (values[index], *map(cut_forms, others))):
            missing.append(index)
    if gaps:
        missing = [index for index in missing if find_places(forms, values[index]) or not _gather(free, values[index])]
    return [(leaves[index].label, leaves[index].value) for index in sorted(missing)]


def _take(free: list[str | None], value: Sequence[str]) -> bool:
    """Cross out the first place of a value; whether there is one."""
    for place in find_places(free, value)[:1]:
        free[place : place + len(value)] = [None] * len(value)
        return True
    return False


def _gather(free: list[str | None], value: Sequence[str]) -> bool:
    """Cross out the words of a value in their order, wherever they stand; whether they are all there."""
    places: list[int] = []
    for form in value:
        start = places[-1] + 1 if places else 0
        if form not in free[start:]:
            return False
        places.append(free.index(form, start))
    for place in places:
        free[place] = None
    return True


def _may_part(char: str, following: str) -> bool:
    """Whether a token may end between two characters."""
    return not (_in_word(char) and _in_word(following)) or (char.isdecimal() and following.isalpha())


def _in_word(char: str) -> bool:
    """Whether a character is part of a word: letters, digits, and the signs that other scripts add to letters."""
    return char.isalnum() or unicodedata.category(char) in ("Mn", "Mc", "Me", "Cf")
