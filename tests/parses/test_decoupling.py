import pytest

from hf_synth.parses.decoupling import drop_words
from hf_synth.parses.tree import find_brackets, read_parse, write_parse


@pytest.mark.parametrize(
    ("full", "decoupled"),
    [
        (
            "(ORDER get me (PIZZAORDER (NUMBER a ) pie with (TOPPING sea salt ) and no (NOT (TOPPING kelp ) ) ) bye )",
            "(ORDER (PIZZAORDER (NUMBER a ) (TOPPING sea salt ) (NOT (TOPPING kelp ) ) ) )",
        ),
        ("(ORDER just words )", "(ORDER just words )"),
        ("[IN:GET_TIME what time is it ]", "[IN:GET_TIME ]"),
        (
            "[IN:SEND tell [SL:WHO [IN:GET_CONTACT my [SL:RELATED aunt ] ann ] ] that [SL:TEXT i am late ] now ]",
            "[IN:SEND [SL:WHO [IN:GET_CONTACT [SL:RELATED aunt ] ] ] [SL:TEXT i am late ] ]",
        ),
        (
            "[IN:REMIND [SL:TODO call [IN:GET_CONTACT my [SL:RELATED aunt ] ] again ] ]",
            "[IN:REMIND [SL:TODO call [IN:GET_CONTACT [SL:RELATED aunt ] ] again ] ]",
        ),
    ],
    ids=["pizza", "words alone", "an intent without slots", "a nested intent", "words beside a nested intent"],
)
def test_words_in_no_slot_go(full, decoupled):
    tree = drop_words(read_parse(full))
    assert write_parse(tree, find_brackets(full)) == decoupled
    assert drop_words(tree) == tree
