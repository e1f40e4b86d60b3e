"""Words in parts, which end where letters, digits or signs do: what a slot may hold.

mTOP asks for `7 pm` where people write `7pm?`, and for `soon` where they write `soon?`.
"""

from __future__ import annotations

import re
import unicodedata

from hf_synth.parses.tree import Tree

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


def split_words(text: str) -> str:
    """Put a space between the parts of each word.

    Args:
        text: Any text.

    Returns:
        The parts of its words, each after a space: a tokenizer then writes the first like the others.

    Examples:
        >>> split_words("at 7pm?")
        ' at 7 pm ?'
    """
    return "".join(f" {part}" for word in text.split() for part in split_word(word))


def split_parse(tree: Tree) -> Tree:
    """Split the words of a parse as `split_words` does."""
    children: list[Tree | str] = []
    for child in tree.children:
        children.extend([split_parse(child)] if isinstance(child, Tree) else split_word(child))
    return Tree(tree.label, tuple(children))


def find_strange(text: str, tree: Tree) -> list[str]:
    """The parts of words in a parse that its text does not have, which no parser that copies can write.

    Args:
        text: The text, as people write it.
        tree: Its parse.

    Returns:
        The parts (see `split_word`), from left to right; none if all stand in the text.

    Examples:
        >>> from hf_synth.parses.tree import read_parse
        >>> find_strange("two pies, 7pm", read_parse("(ORDER (NUMBER 2 ) (TIME 7 pm ) )"))
        ['2']
    """
    known = set(split_words(text).split())
    return [word for node in split_parse(tree).walk() for word in node.words if word not in known]
