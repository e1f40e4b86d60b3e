"""Other values in the slots of a parse, and the same change in its text: resampling without a teacher."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from hf_synth.generation import Reject
from hf_synth.parses.tree import SQUARE, Tree, find_brackets, read_parse, write_parse
from hf_synth.parses.values import cut_forms, cut_tokens, find_places, find_values, place_in_order
from hf_synth.schema import Utterance, normalise

BRACKETS = frozenset("()[]")
ARTICLES = ("a", "an")
VOWELS = ("a", "e", "i", "o", "u", "8", "11", "18", "hour", "honest", "heir")
CONSONANTS = ("one", "once", "uni", "us", "eu", "uk")  # these sound like consonants


def replace_values(tree: Tree, values: Sequence[str]) -> Tree:
    """Give the slots of a parse other values.

    Args:
        tree: A parse.
        values: A value for each of its leaves, in order.

    Returns:
        The parse with those values.

    Examples:
        >>> write_parse(replace_values(read_parse("(ORDER (NUMBER two ) (DRINKTYPE coke ) )"), ["a", "diet coke"]))
        '(ORDER (NUMBER a ) (DRINKTYPE diet coke ) )'
    """
    return _replace(tree, iter(values))


def _replace(tree: Tree, values: Iterator[str]) -> Tree:
    if tree.is_leaf:
        return Tree(tree.label, tuple(next(values).split()))
    children = (_replace(child, values) if isinstance(child, Tree) else child for child in tree.children)
    return Tree(tree.label, tuple(children))


def swap_slots(
    tree: Tree, values: Mapping[str, Sequence[str]], generator: np.random.Generator, count: int = 1
) -> Tree:
    """Put other values of the same label into some slots of a parse.

    A value is never swapped for one that differs from it, or from that of another slot of the same label beside it, in
    case alone. Values with brackets in them are left out: no parse could hold them.

    Args:
        tree: A parse.
        values: Values by label; slots of other labels keep theirs.
        generator: Source of all draws.
        count: Slots to change, at least 1; all that can be if there are fewer.

    Returns:
        The parse with other values; the same parse if no slot has another value.

    Examples:
        >>> order = read_parse("(ORDER (NUMBER two ) (DRINKTYPE coke ) )")
        >>> write_parse(swap_slots(order, {"DRINKTYPE": ["Coke", "fanta"]}, np.random.default_rng(0)))
        '(ORDER (NUMBER two ) (DRINKTYPE fanta ) )'
    """
    leaves, parents = tree.leaves(), _list_parents(tree)
    current = [leaf.value for leaf in leaves]
    left = count
    for index in generator.permutation(len(leaves)):
        if not left:
            break
        label = leaves[index].label
        taken = {
            normalise(current[other])
            for other in range(len(leaves))
            if parents[other] == parents[index] and leaves[other].label == label
        }
        choices = [value for value in values.get(label, ()) if can_hold(value) and normalise(value) not in taken]
        if choices:
            current[index] = choices[int(generator.integers(len(choices)))]
            left -= 1
    return replace_values(tree, current)


def can_hold(value: str) -> bool:
    """Whether a slot of a parse can hold a value: it has a word, and no brackets."""
    return bool(value.split()) and not BRACKETS.intersection(value)


def _list_parents(tree: Tree, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Where the node is that each leaf stands in, in the order of the leaves."""
    if tree.is_leaf:
        return [path]
    parents: list[tuple[int, ...]] = []
    for number, node in enumerate(tree.nodes):
        parents += [path] if node.is_leaf else _list_parents(node, (*path, number))
    return parents


def swap_in_text(text: str, old: Tree, new: Tree, articles: bool = True) -> str | None:
    """Make in a text the change that was made in its parse.

    The values are looked for in the order of the parse, from left to right; where they stand in another order, a value
    that changes must stand in the text once, and in no other value.

    Args:
        text: The text of the old parse.
        old: The parse.
        new: The parse with other values in some slots.
        articles: Write `a` or `an` as the word after it sounds in English, where that word is new. An article that is
            a value itself is never changed.

    Returns:
        The text with the new values; None if it is not clear which words stand for a value that changed, or if an
        article that is a value does not suit the word after it.

    Examples:
        >>> old, new = (read_parse(f"(ORDER (TOPPING {value} ) (TOPPING olives ) )") for value in ("ham", "egg"))
        >>> swap_in_text("a ham pizza, with olives!", old, new)
        'an egg pizza, with olives!'
        >>> swap_in_text("ham, i said ham, and olives", old, new) is None
        True
    """
    tokens = cut_tokens(text)
    before, after = ([leaf.value for leaf in tree.leaves()] for tree in (old, new))
    changed = [index for index, (value, other) in enumerate(zip(before, after, strict=True)) if value != other]
    values = [cut_forms(value) for value in before]
    places = _locate([token.form for token in tokens], values, changed)
    if places is None:
        return None
    pieces, reached = [], 0  # (text before, words, whether they are new)
    starts = {place: index for place, index in zip(places, changed, strict=True)}
    number = 0
    while number < len(tokens):
        index = starts.get(number)
        size = 1 if index is None else len(values[index])
        start, end = tokens[number].start, tokens[number + size - 1].end
        pieces.append((text[reached:start], text[start:end] if index is None else after[index], index is not None))
        reached, number = end, number + size
    words = [word for _, word, _ in pieces]
    if articles and not _suit_articles(words, [new for _, _, new in pieces], cut_forms(" ".join([*before, *after]))):
        return None
    return "".join(gap + word for (gap, _, _), word in zip(pieces, words, strict=True)) + text[reached:]


def _locate(forms: Sequence[str], values: Sequence[Sequence[str]], changed: Sequence[int]) -> list[int] | None:
    """Where the values that change begin; None if that is not clear."""
    first = place_in_order(forms, values)
    if first is None:
        return _locate_alone(forms, values, changed)
    # Where the leftmost way to place all values is the rightmost as well, there is no other.
    backward = place_in_order(forms[::-1], [value[::-1] for value in values[::-1]]) or []
    last = [len(forms) - place - len(value) for place, value in zip(backward[::-1], values, strict=True)]
    return [first[index] for index in changed] if all(first[index] == last[index] for index in changed) else None


def _locate_alone(forms: Sequence[str], values: Sequence[Sequence[str]], changed: Sequence[int]) -> list[int] | None:
    """The places of values that stand in the text once and share no word with another value."""
    found = [find_places(forms, value) for value in values]
    taken = [
        {place + step for place in places for step in range(len(value))}
        for places, value in zip(found, values, strict=True)
    ]
    for index in changed:
        others = set().union(*(taken[other] for other in range(len(values)) if other != index))
        if len(found[index]) != 1 or taken[index] & others:
            return None
    return [found[index][0] for index in changed]


def _suit_articles(words: list[str], new: Sequence[bool], values: Collection[str]) -> bool:
    """Mend articles at words that are new; whether all could be: those in values cannot."""
    for place in range(len(words) - 1):
        last = words[place].split()[-1]
        wanted = "an" if _sounds_like_vowel(words[place + 1]) else "a"
        if last.casefold() not in ARTICLES or last.casefold() == wanted or not (new[place] or new[place + 1]):
            continue
        if new[place] or last.casefold() in values:
            return False
        words[place] = last[0] + wanted[1:]
    return True


def _sounds_like_vowel(words: str) -> bool:
    start = words.casefold()
    return start.startswith(VOWELS) and not start.startswith(CONSONANTS)


def resample_row(
    utterance: Utterance, values: Mapping[str, Sequence[str]], generator: np.random.Generator, count: int = 1
) -> Utterance | Reject:
    """Make a row from another by putting other values into both its text and its parse.

    Before: `a ham pizza`, `(ORDER (TOPPING ham ) )`. After: `an egg pizza`, `(ORDER (TOPPING egg ) )`.

    Args:
        utterance: A row with a parse.
        values: Values by label.
        generator: Source of all draws.
        count: Slots to change, at least 1.

    Returns:
        The new row, without an id; or a reject: `no_values` (no slot has another value), `unclear` (see
        `swap_in_text`).
    """
    old, brackets = read_parse(utterance.parse), find_brackets(utterance.parse)
    new = swap_slots(old, values, generator, count)
    if new == old:
        return Reject("no_values", utterance.text, "no slot of the row has another value to choose from")
    text = swap_in_text(utterance.text, old, new, articles=utterance.locale.casefold().startswith("en"))
    if text is None or find_values(text, new, gaps=brackets == SQUARE):
        return Reject("unclear", utterance.text, f"the text cannot follow the change to {write_parse(new, brackets)}")
    return replace(utterance, tokens=tuple(text.split()), seed_id="", parse=write_parse(new, brackets))
