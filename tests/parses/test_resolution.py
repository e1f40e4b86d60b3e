import pytest

from hf_synth.errors import ConfigError
from hf_synth.parses.catalogue import EntityCatalogue
from hf_synth.parses.resolution import read_defaults, resolve_entities
from hf_synth.parses.tree import Tree, read_parse, write_parse

CATALOGUE = EntityCatalogue(
    {
        "TOPPING": {"kelp": "SEAWEED", "sea weed": "SEAWEED"},
        "NUMBER": {"a": "1", "two": "2"},
        "VOLUME": {"half a pint": "284, ML"},
    }
)
DEFAULTS = {"PIZZAORDER": "(NUMBER 1 )", "DRINKORDER": "(NUMBER 1 )"}


def resolve(text, defaults=DEFAULTS):
    tree, unknown = resolve_entities(read_parse(text), CATALOGUE, read_defaults(defaults))
    return write_parse(tree), unknown


@pytest.mark.parametrize(
    ("parse", "resolved", "unknown"),
    [
        (
            "(ORDER get (PIZZAORDER (NUMBER two ) pies with (TOPPING sea weed ) and no (NOT (TOPPING kelp ) ) ) )",
            "(ORDER (PIZZAORDER (NUMBER 2 ) (TOPPING SEAWEED ) (NOT (TOPPING SEAWEED ) ) ) )",
            [],
        ),
        (
            "(ORDER (DRINKORDER (VOLUME half a pint ) of (DRINKTYPE green tea ) ) )",
            "(ORDER (DRINKORDER (VOLUME 284 ML ) (DRINKTYPE green tea ) (NUMBER 1 ) ) )",
            [],
        ),
        (
            "(ORDER (PIZZAORDER (NUMBER few ) (TOPPING weed sea ) (TOPPING Kelp ) ) )",
            "(ORDER (PIZZAORDER (NUMBER {0} ) (TOPPING {0} ) (TOPPING {0} ) ) )".format("<UNKNOWN_ENTITY>"),
            [("NUMBER", "few"), ("TOPPING", "weed sea"), ("TOPPING", "Kelp")],
        ),
    ],
    ids=["entities", "a volume, a drink without catalogue, a default", "unknown values"],
)
def test_words_become_entities(parse, resolved, unknown):
    assert resolve(parse) == (resolved, unknown)


def test_defaults_stand_directly_in_their_node():
    nested = "(ORDER (PIZZAORDER (NOT (NUMBER two ) ) ) )"
    assert resolve(nested)[0] == "(ORDER (PIZZAORDER (NOT (NUMBER 2 ) ) (NUMBER 1 ) ) )"
    assert resolve(nested, {})[0] == "(ORDER (PIZZAORDER (NOT (NUMBER 2 ) ) ) )"


def test_nothing_changes_in_place():
    tree = read_parse("(ORDER (PIZZAORDER (TOPPING kelp ) ) )")
    resolve_entities(tree, CATALOGUE, {})
    assert tree == read_parse("(ORDER (PIZZAORDER (TOPPING kelp ) ) )")


def test_defaults_are_parses():
    assert read_defaults({"A": "(B c )"}) == {"A": Tree("B", ("c",))}
    with pytest.raises(
        ConfigError, match=r"defaults\.A: 'NUMBER 1', character 1 of the parse: expected \(, got 'NUMBER'"
    ):
        read_defaults({"A": "NUMBER 1"})
