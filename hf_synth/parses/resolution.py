"""Executable parses: the words of each slot give way to the entity that they name."""

from __future__ import annotations

from collections.abc import Mapping

from hf_synth.errors import ConfigError
from hf_synth.parses.catalogue import EntityCatalogue, split_entity
from hf_synth.parses.decoupling import drop_words
from hf_synth.parses.tree import ROUND, ParseError, Tree, read_parse

UNKNOWN = "<UNKNOWN_ENTITY>"


def read_defaults(texts: Mapping[str, str]) -> dict[str, Tree]:
    """Read the nodes that are added where an utterance says nothing.

    Args:
        texts: Label to the node that each node of this label has at least, such as `{"PIZZAORDER": "(NUMBER 1 )"}`.

    Returns:
        The same with trees.

    Raises:
        ConfigError: A text is no parse.
    """
    defaults = {}
    for label, text in texts.items():
        try:
            defaults[label] = read_parse(text, ROUND)
        except ParseError as error:
            raise ConfigError(
                f"defaults.{label}: {text!r}, {error.message}", hint="Write it as in (NUMBER 1 )."
            ) from None
    return defaults


def resolve_entities(
    tree: Tree, catalogue: EntityCatalogue, defaults: Mapping[str, Tree]
) -> tuple[Tree, list[tuple[str, str]]]:
    """Turn a parse with words of the utterance into an executable one: TOP or TOP-DECOUPLED into EXR.

    Args:
        tree: The parse; words that stand in no slot are dropped.
        catalogue: The entities; labels without an entry keep their words.
        defaults: Label to the node that is added to each node of the label if none of its kind stands there.

    Returns:
        The executable parse, and label and value of each slot that the catalogue does not know: it holds
        `<UNKNOWN_ENTITY>`.

    Examples:
        >>> from hf_synth.parses.tree import write_parse
        >>> catalogue = EntityCatalogue({"TOPPING": {"smoked ham": "HAM"}, "VOLUME": {"a big one": "2,LITER"}})
        >>> order = read_parse("(ORDER (PIZZAORDER pie with (TOPPING smoked ham ) and (TOPPING kelp ) ) )")
        >>> exr, unknown = resolve_entities(order, catalogue, read_defaults({"PIZZAORDER": "(NUMBER 1 )"}))
        >>> write_parse(exr)
        '(ORDER (PIZZAORDER (TOPPING HAM ) (TOPPING <UNKNOWN_ENTITY> ) (NUMBER 1 ) ) )'
        >>> unknown
        [('TOPPING', 'kelp')]
    """
    unknown: list[tuple[str, str]] = []

    def resolve(node: Tree) -> Tree:
        if node.is_leaf:
            known = catalogue.entities.get(node.label)
            if known is None:
                return node
            if node.value not in known:
                unknown.append((node.label, node.value))
            return Tree(node.label, split_entity(known.get(node.value, UNKNOWN)))
        children = tuple(resolve(child) for child in node.nodes)
        default = defaults.get(node.label)
        if default and default.label not in (child.label for child in children):
            children = (*children, default)
        return Tree(node.label, children)

    return resolve(drop_words(tree)), unknown
