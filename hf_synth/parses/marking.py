"""The values of a parse marked in its text, as slots that are named by the labels above them."""

from __future__ import annotations

from collections.abc import Sequence

from hf_synth.parses.tree import Tree, read_parse
from hf_synth.parses.values import place_values
from hf_synth.schema import Span, Utterance

JOINT = "_"


def mark_slots(row: Utterance) -> Utterance | None:
    """Mark the values of a row's parse in its text.

    Args:
        row: A row with a parse.

    Returns:
        An utterance whose slots are named by the labels above each value; None if the values do not stand in the text
        in the order of the parse, each in one piece.

    Examples:
        >>> mark_slots(Utterance(("no", "ham!"), (), "A", parse="(A (PIZZA (NOT (TOPPING ham ) ) ) )")).slots
        (('PIZZA_NOT_TOPPING', 'ham'),)
    """
    tree, text = read_parse(row.parse), row.text
    leaves = name_leaves(tree)
    places = place_values(text, [value for _, value in leaves])
    if places is None:
        return None
    words: list[str] = []
    spans: list[Span] = []
    reached = 0
    for (name, _), (start, end) in zip(leaves, places, strict=True):
        words += text[reached:start].split()
        inside = text[start:end].split()
        spans.append(Span(len(words), len(words) + len(inside), name))
        words += inside
        reached = end
    words += text[reached:].split()
    return Utterance(tuple(words), tuple(spans), name_label(tree.label), row.locale, row.seed_id)


def name_leaves(tree: Tree) -> list[tuple[str, str]]:
    """Name the values of a parse by the labels above them, all but the outermost.

    Args:
        tree: A parse.

    Returns:
        Name and value of each leaf, in order.

    Examples:
        >>> name_leaves(read_parse("[IN:CALL [SL:CONTACT [IN:GET_CONTACT [SL:RELATION mum ] ] ] [SL:APP whatsapp ] ]"))
        [('CONTACT_GET_CONTACT_RELATION', 'mum'), ('APP', 'whatsapp')]
    """

    def collect(node: Tree, above: tuple[str, ...]) -> list[tuple[str, str]]:
        if node.is_leaf:
            return [(JOINT.join(above) or name_label(node.label), node.value)]
        return [leaf for child in node.nodes for leaf in collect(child, (*above, name_label(child.label)))]

    return collect(tree, ())


def match_leaves(tree: Tree, slots: Sequence[tuple[str, str]], given: bool = False) -> list[int]:
    """Say which slot each leaf of a parse takes: the first of its name that is left.

    Args:
        tree: A parse.
        slots: Names (see `name_leaves`) and values, enough for all leaves.
        given: A leaf takes a slot with its own value only.

    Returns:
        For each leaf, in order, the place of its slot.

    Examples:
        >>> match_leaves(read_parse("(A (B x ) (C y ) (B z ) )"), [("B", "1"), ("B", "2"), ("C", "3")])
        [0, 2, 1]
    """
    left = list(enumerate(slots))
    places = []
    for name, value in name_leaves(tree):
        item = next(item for item in left if item[1][0] == name and (item[1][1] == value or not given))
        left.remove(item)
        places.append(item[0])
    return places


def name_label(label: str) -> str:
    """A label without the `IN:` or `SL:` of mTOP."""
    return label.rpartition(":")[2]
