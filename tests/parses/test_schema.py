import pytest

from hf_synth.errors import ConfigError
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import SQUARE, read_parse

SCHEMA = ParseSchema.from_trees(
    map(
        read_parse,
        [
            "(ORDER (PIZZAORDER (NUMBER a ) (TOPPING ham ) ) )",
            "(ORDER (PIZZAORDER (NOT (TOPPING ham ) ) ) (DRINKORDER (NUMBER a ) ) )",
        ],
    )
)


def test_what_is_collected():
    assert SCHEMA.roots == ("ORDER",)
    assert SCHEMA.below["PIZZAORDER"] == ("NOT", "NUMBER", "TOPPING")
    assert SCHEMA.worded == ("NUMBER", "TOPPING")
    assert SCHEMA.labels == ("DRINKORDER", "NOT", "NUMBER", "ORDER", "PIZZAORDER", "TOPPING")


@pytest.mark.parametrize(
    ("parse", "problem"),
    [
        ("(ORDER (PIZZAORDER (NUMBER 2 ) ) )", ""),
        ("(ORDRE (PIZZAORDER (NUMBER 2 ) ) )", "unknown label 'ORDRE' (Did you mean 'ORDER'?)"),
        ("(PIZZAORDER (NUMBER 2 ) )", "the parse begins with PIZZAORDER, parses begin with ORDER"),
        ("(ORDER (PIZZAORDER (TOPPINGS x ) ) )", "unknown label 'TOPPINGS' (Did you mean 'TOPPING'?)"),
        ("(ORDER (DRINKORDER (TOPPING x ) ) )", "TOPPING stands in DRINKORDER, in which there are NUMBER"),
        ("(ORDER (PIZZAORDER two (TOPPING x ) ) )", "words stand in PIZZAORDER: 'two'"),
        ("(ORDER (PIZZAORDER (NUMBER (NUMBER x ) ) ) )", "NUMBER stands in NUMBER, in which there are words only"),
    ],
)
def test_problems(parse, problem):
    assert SCHEMA.find_problem(read_parse(parse)) == problem


def test_there_and_back():
    assert ParseSchema.from_dict(SCHEMA.to_dict()) == SCHEMA
    square = ParseSchema.from_trees([read_parse("[IN:A ]")], SQUARE)
    assert ParseSchema.from_dict(square.to_dict()) == square


def test_declared():
    inside = {"ORDER": ["PIZZA"], "PIZZA": ["NUMBER", "NOT"], "NOT": ["TOPPING", "NOT"]}
    schema = ParseSchema.declare({**inside, "NUMBER": ["words"], "TOPPING": ["words"]})
    assert (schema.roots, schema.worded) == (("ORDER",), ("NUMBER", "TOPPING"))
    assert not schema.find_problem(read_parse("(ORDER (PIZZA (NOT (NOT (TOPPING ham ) ) ) ) )"))
    with pytest.raises(ConfigError, match=r"schema\.ORDER: 'PIZA' is not declared"):
        ParseSchema.declare({"ORDER": ["PIZA"], "PIZZA": ["words"]})
    with pytest.raises(ConfigError, match="every label stands in another"):
        ParseSchema.declare({"A": ["B"], "B": ["A"]})
