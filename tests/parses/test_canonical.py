import re

import pytest

from hf_synth.errors import SchemaError
from hf_synth.parses.canonical import read_canonical, write_canonical
from hf_synth.parses.catalogue import EntityCatalogue
from hf_synth.parses.phrases import read_phrases
from hf_synth.parses.tree import ParseError, read_parse, write_parse

OWN = {
    "TOPPING": ("kelp", "sea salt", "sea", "brie", "figs"),
    "QUANTITY": ("some", "extra"),
    "SIZE": ("tiny", "extra large"),
    "STYLE": ("square", "square and thin", "rustic style"),
    "DRINKTYPE": ("tea", "green tea"),
    "CONTAINERTYPE": ("jug",),
}
PHRASES = read_phrases(
    EntityCatalogue(
        {
            **{label: {value: value.upper().replace(" ", "_") for value in values} for label, values in OWN.items()},
            "NUMBER": {"a": "1", "two": "2", "3": "3"},
            "VOLUME": {"half a pint": "284, ML"},
        }
    )
)


@pytest.mark.parametrize(
    ("form", "parse"),
    [
        ("i want one pizza", "(PIZZAORDER (NUMBER 1 ) )"),
        (
            "i want two extra large square and thin rustic style pizza",
            "(PIZZAORDER (NUMBER 2 ) (SIZE EXTRA_LARGE ) (STYLE SQUARE_AND_THIN ) (STYLE RUSTIC_STYLE ) )",
        ),
        ("i want one pizza with kelp", "(PIZZAORDER (NUMBER 1 ) (TOPPING KELP ) )"),
        (
            "i want one pizza with kelp and extra sea salt",
            "(PIZZAORDER (NUMBER 1 ) (TOPPING KELP ) (COMPLEX_TOPPING (QUANTITY EXTRA ) (TOPPING SEA_SALT ) ) )",
        ),
        (
            "i want one pizza with kelp , sea , and brie and no some figs and no kelp",
            "(PIZZAORDER (NUMBER 1 ) (TOPPING KELP ) (TOPPING SEA ) (TOPPING BRIE ) "
            "(NOT (COMPLEX_TOPPING (QUANTITY SOME ) (TOPPING FIGS ) ) ) (NOT (TOPPING KELP ) ) )",
        ),
        (
            "i want one square pizza with no kelp and no figs",
            "(PIZZAORDER (NUMBER 1 ) (STYLE SQUARE ) (NOT (TOPPING KELP ) ) (NOT (TOPPING FIGS ) ) )",
        ),
        (
            "i want one pizza with kelp and no sea , not rustic style style , not square style and no brie",
            "(PIZZAORDER (NUMBER 1 ) (TOPPING KELP ) (NOT (TOPPING SEA ) ) (NOT (STYLE RUSTIC_STYLE ) ) "
            "(NOT (STYLE SQUARE ) ) (NOT (TOPPING BRIE ) ) )",
        ),
        (
            "i want one pizza , not square style with no brie and no kelp",
            "(PIZZAORDER (NUMBER 1 ) (NOT (STYLE SQUARE ) ) (NOT (TOPPING BRIE ) ) (NOT (TOPPING KELP ) ) )",
        ),
        (
            "i want two tiny 284 ml green tea jug",
            "(DRINKORDER (NUMBER 2 ) (SIZE TINY ) (VOLUME 284 ML ) (DRINKTYPE GREEN_TEA ) (CONTAINERTYPE JUG ) )",
        ),
        (
            "i want one pizza with kelp and sea , and one tea",
            "(PIZZAORDER (NUMBER 1 ) (TOPPING KELP ) (TOPPING SEA ) ) (DRINKORDER (NUMBER 1 ) (DRINKTYPE TEA ) )",
        ),
        (
            "i want one tea , two pizza with brie , not square style , and three tiny pizza",
            "(DRINKORDER (NUMBER 1 ) (DRINKTYPE TEA ) ) (PIZZAORDER (NUMBER 2 ) (TOPPING BRIE ) "
            "(NOT (STYLE SQUARE ) ) ) (PIZZAORDER (NUMBER 3 ) (SIZE TINY ) )",
        ),
    ],
)
def test_there_and_back(form, parse):
    tree = read_canonical(form, PHRASES)
    assert write_parse(tree) == f"(ORDER {parse} )"
    assert write_canonical(tree, PHRASES) == form


def test_the_order_of_children_is_lost_in_part():
    parse = "(ORDER (PIZZAORDER (NOT (TOPPING SEA ) ) (TOPPING KELP ) (SIZE TINY ) (TOPPING BRIE ) (NUMBER 1 ) ) )"
    form = write_canonical(read_parse(parse), PHRASES)
    assert form == "i want one tiny pizza with kelp and brie and no sea"
    assert read_canonical(form, PHRASES).key() == read_parse(parse).key()


@pytest.mark.parametrize(
    "form",
    [
        "i want one pizza with kelp , sea and brie , one tea",
        "i want one pizza with kelp and sea and brie and one tea",
        " i  want one pizza with kelp, sea, brie, and one tea\n",
    ],
)
def test_lists_may_be_joined_otherwise(form):
    wanted = "i want one pizza with kelp , sea , and brie , and one tea"
    assert read_canonical(form, PHRASES) == read_canonical(wanted, PHRASES)


@pytest.mark.parametrize(
    ("form", "position", "message"),
    [
        ("", 1, "expected i want, got the end"),
        ("get me one pizza", 1, "expected i want, got 'get'"),
        ("i want", 7, "expected a number, got the end"),
        ("i want a pizza", 8, "expected a number, got 'a'"),
        ("i want one kelp", 12, "expected pizza or a drink, got 'kelp'"),
        ("i want one square pie", 19, "expected pizza, got 'pie'"),
        ("i want one 284 ml pizza", 19, "expected a drink, got 'pizza'"),
        ("i want one pizza with", 22, "expected a topping or no, got the end"),
        ("i want one pizza with ham", 23, "expected a topping or no, got 'ham'"),
        ("i want one pizza with extra", 28, "expected a topping, got the end"),
        ("i want one pizza with no extra", 31, "expected a topping, got the end"),
        ("i want one pizza with kelp and no ham", 35, "expected a topping, got 'ham'"),
        ("i want one pizza with kelp and ham", 28, "expected the end, got 'and'"),
        ("i want one pizza , not kelp style", 24, "expected a style, got 'kelp'"),
        ("i want one pizza , not square , and one tea", 31, "expected style, got ','"),
        ("i want one tea green tea", 16, "expected the end, got 'green'"),
        ("i want one pizza , and", 18, "expected the end, got ','"),
    ],
)
def test_what_is_not_of_the_form(form, position, message):
    with pytest.raises(ParseError, match=re.escape(f"character {position} of the parse: {message}")) as caught:
        read_canonical(form, PHRASES)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("parse", "message"),
    [
        ("(PIZZAORDER (NUMBER 1 ) )", "expected ORDER outermost, got PIZZAORDER"),
        ("(ORDER soon (PIZZAORDER (NUMBER 1 ) ) )", "expected PIZZAORDER, DRINKORDER in ORDER, got 'soon'"),
        ("(ORDER (SIDEORDER (NUMBER 1 ) ) )", "expected PIZZAORDER, DRINKORDER in ORDER, got SIDEORDER"),
        ("(ORDER (DRINKORDER (NUMBER 1 ) (TOPPING SEA ) ) )", "in DRINKORDER, got TOPPING"),
        ("(ORDER (DRINKORDER (NUMBER 1 ) ) )", "expected one DRINKTYPE in DRINKORDER, got 0"),
        ("(ORDER (PIZZAORDER (NUMBER 1 ) (NUMBER 2 ) ) )", "expected one NUMBER in PIZZAORDER, got 2"),
        ("(ORDER (PIZZAORDER (NUMBER 1 ) (TOPPING HAM ) ) )", "no phrase for TOPPING 'HAM'"),
        ("(ORDER (PIZZAORDER (NUMBER 1 ) (TOPPING (TOPPING SEA ) ) ) )", "no phrase for TOPPING ''"),
        ("(ORDER (PIZZAORDER (NUMBER 1 ) (COMPLEX_TOPPING (TOPPING SEA ) ) ) )", "expected one QUANTITY in COMPLEX_"),
        (
            "(ORDER (PIZZAORDER (NUMBER 1 ) (NOT (TOPPING SEA ) (TOPPING KELP ) ) ) )",
            "expected one node in NOT, got 2",
        ),
        ("(ORDER (PIZZAORDER (NUMBER 1 ) (NOT (SIZE TINY ) ) ) )", "expected TOPPING, COMPLEX_TOPPING, STYLE in NOT"),
    ],
)
def test_what_the_form_has_no_place_for(parse, message):
    with pytest.raises(SchemaError, match=re.escape(message)):
        write_canonical(read_parse(parse), PHRASES)
