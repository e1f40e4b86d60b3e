"""Verdicts on what students may write, as facts: they are those of the comparison that PIZZA comes with."""

import pytest

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.metrics.parse_counts import count_brackets, match_spaceless, match_unordered, score_brackets
from hf_synth.parses.tree import DEPTH

GOLD = "(ORDER (PIZZAORDER (NUMBER 7 ) (TOPPING KELP ) (NOT (TOPPING SEA SALT ) ) ) (DRINKORDER (NUMBER 7 ) ) )"
PIZZA, DRINK = "(PIZZAORDER (NUMBER 7 ) (TOPPING KELP ) (NOT (TOPPING SEA SALT ) ) )", "(DRINKORDER (NUMBER 7 ) )"


@pytest.mark.parametrize(
    ("prediction", "exr", "top"),
    [
        pytest.param(GOLD, True, True, id="the same"),
        pytest.param(f"(ORDER {DRINK} {PIZZA} )", True, True, id="orders in another order"),
        pytest.param(GOLD.replace("SEA SALT", "SALT SEA"), True, True, id="words in another order"),
        pytest.param(GOLD.replace(" (", "\t ("), True, True, id="more white space"),
        pytest.param(GOLD.replace(" )", ")"), True, False, id="no space before closing brackets"),
        pytest.param(GOLD.replace(" (", "("), True, False, id="no space before opening brackets"),
        pytest.param(GOLD.replace("(", "( "), True, False, id="a space before labels"),
        pytest.param(GOLD.replace("KELP )", "KELP )) ((", 1), False, False, id="brackets glued"),
        pytest.param(GOLD.replace(" (TOP", ", (TOP"), True, False, id="commas as tokens of their own"),
        pytest.param(GOLD.replace(" (TOP", " , (TOP"), True, False, id="commas between spaces"),
        pytest.param(GOLD[:-1], True, False, id="the last bracket is missing"),
        pytest.param(GOLD[:-3], False, False, id="the last two brackets are missing"),
        pytest.param(GOLD.replace("KELP )", "KELP", 1), False, False, id="a bracket inside is missing"),
        pytest.param(f"{GOLD} )", False, False, id="a bracket too many"),
        pytest.param(f") {GOLD}", False, False, id="a bracket too early"),
        pytest.param(GOLD.replace("(NOT (TOPPING SEA SALT ) )", "(NOT )"), False, False, id="an empty node"),
        pytest.param(GOLD.replace("(NOT (TOPPING SEA SALT ) )", "( )"), False, False, id="a node without a label"),
        pytest.param(GOLD.replace("SEA SALT", "SEA (SALT )"), True, False, id="an empty node in the place of a word"),
        pytest.param(
            GOLD.replace("(TOPPING KELP )", "((TOPPING KELP )"), False, True, id="a bracket glued before one"
        ),
        pytest.param(GOLD.replace("(TOPPING KELP", "( (TOPPING KELP"), False, False, id="a bracket before one"),
        pytest.param(GOLD.replace("(TOPPING", "(TOPPING(", 1), False, True, id="a bracket glued after a label"),
        pytest.param(GOLD.replace("(TOPPING KELP )", "(STYLE KELP )"), False, False, id="another label"),
        pytest.param(GOLD.replace("PIZZAORDER", "DRINKORDER"), False, False, id="another label above"),
        pytest.param(GOLD.replace("ORDER", "ODER", 1), False, False, id="another root"),
        pytest.param(GOLD.replace("KELP", "HAM"), False, False, id="another word"),
        pytest.param(GOLD.replace("KELP", "kelp"), False, False, id="another case"),
        pytest.param(GOLD.replace("SEA SALT", "SEA_SALT"), False, False, id="one word for two"),
        pytest.param(GOLD.replace("SEA SALT", "SEA SALT SALT"), False, False, id="a word twice"),
        pytest.param(GOLD.replace("SEA SALT", "SEA"), False, False, id="a word less"),
        pytest.param(f"(ORDER {PIZZA} {DRINK} {DRINK} )", False, False, id="a subtree twice"),
        pytest.param(f"(ORDER {PIZZA} )", False, False, id="a subtree less"),
        pytest.param(f"(ORDER {PIZZA.replace('7', 'SEA')} {DRINK} )", False, False, id="a word that stands elsewhere"),
        pytest.param(
            "(ORDER (PIZZAORDER (NUMBER 7 ) (TOPPING SEA SALT ) (NOT (TOPPING KELP ) ) ) (DRINKORDER (NUMBER 7 ) ) )",
            *(False, False),
            id="values swapped",
        ),
        pytest.param(f"(ORDER (PIZZAORDER {DRINK} ) (NUMBER 7 ) )", False, False, id="a node in another place"),
        pytest.param(f"please {GOLD}", False, False, id="words before"),
        pytest.param(f"{GOLD} thanks", False, False, id="words after"),
        pytest.param(f"{GOLD} {GOLD}", False, False, id="two parses"),
        pytest.param(PIZZA, False, False, id="a part"),
        pytest.param("", False, False, id="nothing"),
        pytest.param("   ", False, False, id="white space"),
        pytest.param("(", False, False, id="a bracket"),
        pytest.param("seven pies with kelp", False, False, id="no parse"),
        pytest.param("(A " * 5000 + ") " * 5000, False, False, id="very deep"),
        pytest.param("(" * 100_000, False, False, id="a run of brackets"),
    ],
)
def test_verdicts(prediction, exr, top):
    assert match_unordered(prediction, GOLD, "exr") is exr
    assert match_unordered(prediction, GOLD, "top") is top


def test_words_outside_of_slots_count_in_either_notation():
    gold = "(ORDER get (PIZZAORDER (NUMBER a ) pie with (TOPPING kelp ) ) please )"
    for notation in ("exr", "top"):
        assert match_unordered(
            "(ORDER please get (PIZZAORDER pie (NUMBER a ) (TOPPING kelp ) with ) )", gold, notation
        )
        assert not match_unordered("(ORDER (PIZZAORDER (NUMBER a ) (TOPPING kelp ) ) )", gold, notation)


def test_letters_that_are_tokens_of_their_own():
    gold = "(ORDER (TOPPING <UNKNOWN_ENTITY> ) (VOLUME 7.5 FL-OZ ) )"
    spaced = gold.replace("<UNKNOWN_ENTITY>", "< UNKNOWN_ENTITY >")
    assert match_unordered(spaced, gold, "exr")
    assert not match_unordered(spaced, gold, "top")
    assert not match_unordered(gold.replace("7.5", "7 . 5"), gold, "exr")
    assert not match_unordered(gold.replace("FL-OZ", "FL - OZ"), gold, "exr")


@pytest.mark.parametrize("gold", ["", "ham", "(ORDER", "(A b ) )", "[IN:A [SL:B c ] ]", "(A " * (DEPTH + 1) + "b"])
@pytest.mark.parametrize("notation", ["exr", "top"])
def test_references_are_parses_in_round_brackets(gold, notation):
    if (gold, notation) != ("(ORDER", "exr"):  # the missing bracket that is forgiven
        with pytest.raises(SchemaError):
            match_unordered(GOLD, gold, notation)


def test_unknown_notation():
    with pytest.raises(ConfigError, match="notation is one of exr, top, got 'tops'") as caught:
        match_unordered(GOLD, GOLD, "tops")
    assert caught.value.hint == "Did you mean 'top'?"


@pytest.mark.parametrize(
    ("prediction", "right"),
    [
        ("[IN:GET_WEATHER [SL:LOCATION Straße 3 ] ]", True),
        ("[in:get_weather[sl:location STRASSE3]]", True),
        ("\n[IN:GET_WEATHER [SL:LOCATION Stra ße\u00a03 ] ] ", True),
        ("[IN:GET_WEATHER [SL:LOCATION Straße 4 ] ]", False),
        ("[IN:GET_WEATHER [SL:LOCATION Straße 3 ]", False),
        ("[IN:GET_WEATHER [SL:LOCATION 3 Straße ] ]", False),
        ("", False),
    ],
)
def test_matches_without_white_space(prediction, right):
    assert match_spaceless(prediction, "[IN:GET_WEATHER [SL:LOCATION Straße 3 ] ]") is right


@pytest.mark.parametrize(
    ("prediction", "counts"),
    [
        (GOLD, (8, 8, 8)),
        (f"(ORDER {DRINK} {PIZZA} )".replace("SEA SALT", "SALT SEA"), (8, 8, 8)),
        (GOLD.replace("KELP", "HAM"), (5, 8, 8)),  # wrong: the topping, the pizza and the whole
        (GOLD.replace("(NOT", "(TOPPING"), (7, 8, 8)),
        (f"(ORDER {PIZZA} )", (5, 6, 8)),
        (f"(ORDER {DRINK} {DRINK} )", (3, 5, 8)),  # both numbers, one drink
        (GOLD[:-1], (0, 0, 8)),
        ("", (0, 0, 8)),
        ("[ORDER x ]", (0, 0, 8)),
        ("(A " * 5000 + "b" + " )" * 5000, (0, 0, 8)),
    ],
)
def test_brackets(prediction, counts):
    assert count_brackets(prediction, GOLD) == counts


def test_brackets_are_summed_over_rows():
    predictions = [GOLD, f"(ORDER {DRINK} {DRINK} )", "("]
    scores = score_brackets(predictions, [GOLD] * 3)
    assert scores == {"precision": 11 / 13, "recall": 11 / 24, "f1": 22 / 37}
    assert score_brackets(["[", "["], ["[IN:A ]", "[IN:A ]"]) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    assert count_brackets("[IN:A ]", "[IN:A [SL:B c ] ]") == (0, 1, 2)


def test_rows_must_match():
    with pytest.raises(SchemaError, match="expected 2 predictions"):
        score_brackets([GOLD], [GOLD, GOLD])
    with pytest.raises(SchemaError, match="character 1 of the parse: expected"):
        score_brackets([GOLD], ["ham"])
