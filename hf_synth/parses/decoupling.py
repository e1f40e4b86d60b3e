"""Parses without the words that mean nothing: TOP becomes TOP-DECOUPLED."""

from __future__ import annotations

from hf_synth.parses.tree import INTENT, Tree

SLOT = "SL:"  # how labels of mTOP's slots begin


def drop_words(tree: Tree) -> Tree:
    """Take out the words that stand in no slot.

    In PIZZA a node with nodes below it loses its own words, and one with words alone is a slot and keeps them. In
    mTOP labels say which is which: words stay where the innermost open bracket is a slot.

    Args:
        tree: A parse in which all words of the utterance may stand.

    Returns:
        The decoupled parse; a decoupled parse comes back as it is.

    Examples:
        >>> from hf_synth.parses.tree import SQUARE, read_parse, write_parse
        >>> write_parse(drop_words(read_parse("(ORDER i want (PIZZAORDER (NUMBER two ) pies ) please )")))
        '(ORDER (PIZZAORDER (NUMBER two ) ) )'
        >>> write_parse(drop_words(read_parse("[IN:GET_TIME what time is it [SL:LOCATION here ] ]")), SQUARE)
        '[IN:GET_TIME [SL:LOCATION here ] ]'
    """
    if tree.label.startswith(INTENT):
        words_stay = False
    else:
        words_stay = tree.label.startswith(SLOT) or not tree.nodes
    kept = (child if isinstance(child, str) else drop_words(child) for child in tree.children)
    return Tree(tree.label, tuple(child for child in kept if words_stay or isinstance(child, Tree)))
