import re

import pytest

from hf_synth.parses.tree import DEPTH, ROUND, SQUARE, ParseError, Tree, find_brackets, read_parse, write_parse

ORDER = "(ORDER i want (PIZZAORDER (NUMBER two ) pies with (TOPPING black olives ) ) )"
WEATHER = "[IN:GET_WEATHER [SL:LOCATION [IN:GET_LOCATION [SL:LOCATION_USER here (home) ] ] ] ]"


@pytest.mark.parametrize("text", [ORDER, WEATHER, "[IN:GET_TIME ]", "(A b )"])
def test_there_and_back(text):
    assert write_parse(read_parse(text), find_brackets(text)) == text


def test_white_space_around_brackets_does_not_matter():
    squeezed = " ( ORDER i want(PIZZAORDER(NUMBER two)pies\twith (TOPPING black  olives)))\n"
    assert read_parse(squeezed) == read_parse(ORDER)


def test_what_stands_where():
    tree = read_parse(ORDER)
    assert [node.label for node in tree.walk()] == ["ORDER", "PIZZAORDER", "NUMBER", "TOPPING"]
    assert [(leaf.label, leaf.value) for leaf in tree.leaves()] == [("NUMBER", "two"), ("TOPPING", "black olives")]
    assert (tree.value, tree.is_leaf, tree.nodes[0].words) == ("i want", False, ("pies", "with"))
    assert not read_parse("[IN:GET_TIME ]").leaves()


@pytest.mark.parametrize(
    ("text", "position", "message"),
    [
        ("", 1, "expected ( or [, got the end"),
        ("  ORDER (NUMBER 1 )", 3, "expected ( or [, got 'ORDER'"),
        ("(ORDER (NUMBER 1 )", 19, "expected ) for ORDER, got the end"),
        ("(ORDER (NUMBER 1 ) ) )", 22, "expected the end, got ')'"),
        ("(ORDER (NUMBER ) )", 16, "expected something in NUMBER, got ')'"),
        ("[IN:A [SL:B ] ]", 13, "expected something in SL:B, got ']'"),
        ("(ORDER (( NUMBER 1 ) )", 9, "expected a label after (, got '('"),
        ("(ORDER ( ) )", 10, "expected a label after (, got ')'"),
        ("(A b ) (A c )", 8, "expected the end, got '('"),
        ("(A b ) c", 8, "expected the end, got 'c'"),
        ("(", 2, "expected a label after (, got the end"),
    ],
)
def test_what_is_no_parse(text, position, message):
    with pytest.raises(ParseError, match=re.escape(f"character {position} of the parse: {message}")) as caught:
        read_parse(text)
    assert caught.value.position == position


def test_depth_is_bounded():
    deepest = "(A " * DEPTH + "b" + " )" * DEPTH
    assert write_parse(read_parse(deepest)) == deepest
    with pytest.raises(ParseError, match=f"expected at most {DEPTH} open brackets, got another one"):
        read_parse("(A " * 100_000)


def test_the_other_brackets_are_letters():
    assert read_parse("(A [b] )").words == ("[b]",)
    assert read_parse("[A (b) ]").words == ("(b)",)
    with pytest.raises(ParseError, match=r"expected \[, got"):
        read_parse("(A b )", SQUARE)
    assert find_brackets(" (A b )") == ROUND


def test_keys_forget_the_order_and_count_repetitions():
    one, other = (read_parse(text).key() for text in ("(A (B x y ) (C z ) )", "(A (C z ) (B y x ) )"))
    assert one == other
    assert Tree("A", ("x", "x")).key() != Tree("A", ("x",)).key()
    assert Tree("A", ("x",)).key() != Tree("A", (Tree("x", ("y",)),)).key()
