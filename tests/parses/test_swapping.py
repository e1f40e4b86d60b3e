import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from parsed import SEEDS, VALUES, read, seed_records

from hf_synth.generation import Reject
from hf_synth.parses.swapping import replace_values, resample_row, swap_in_text, swap_slots
from hf_synth.parses.tree import Tree, read_parse
from hf_synth.parses.values import find_values
from hf_synth.seeding import rng

ROWS = read(seed_records())
SHOP = read_parse(SEEDS[3][1])


def shape(tree):
    return Tree(tree.label, tuple(map(shape, tree.nodes)))


def values_of(tree):
    return [(leaf.label, leaf.value) for leaf in tree.leaves()]


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_some_slots_get_another_value_of_their_label(count):
    for seed in range(30):
        new = swap_slots(SHOP, VALUES, np.random.default_rng(seed), count)
        assert shape(new) == shape(SHOP), "the order of children stays"
        changed = [(a, b) for a, b in zip(values_of(SHOP), values_of(new), strict=True) if a != b]
        assert len(changed) == min(count, 3), "two counts and a kind have values"
        assert all(value in VALUES[label] for _, (label, value) in changed)


def test_labels_without_another_value_stay():
    for values in ({}, {"KIND": ["rose", "ROSE"]}, {"KIND": ["ro(se", " "]}):
        assert swap_slots(SHOP, values, rng(0), 9) == SHOP


def test_no_value_twice_beside_each_other():
    tree = read_parse("(SHOP (PLANT (KIND fern ) (KIND rose ) (KIND ivy ) ) (PLANT (KIND moss ) ) )")
    for seed in range(30):
        new = swap_slots(tree, {"KIND": ["fern", "rose", "Ivy", "moss"]}, rng(seed), 4)
        beside = [leaf.value.casefold() for leaf in new.nodes[0].nodes]
        assert len(set(beside)) == 3


def swap(text, *pairs, articles=True):
    """Swap values in a text whose parse has the pairs of old and new values."""
    old, new = (Tree("A", tuple(Tree("B", tuple(pair[side].split())) for pair in pairs)) for side in (0, 1))
    return swap_in_text(text, old, new, articles)


@pytest.mark.parametrize(
    ("text", "pairs", "expected"),
    [
        ("two ferns, please!", [("two", "three"), ("ferns", "water lilies")], "three water lilies, please!"),
        ("ham and ham", [("ham", "ham"), ("ham", "egg")], "ham and egg"),
        ("ham and ham", [("ham", "egg"), ("ham", "ham")], "egg and ham"),
        ("black olives and olives", [("black olives", "ham"), ("olives", "egg")], "ham and egg"),
        ("olives on black olives", [("olives", "egg"), ("black olives", "ham")], "egg on ham"),
        ("Two of the two", [("Two", "six"), ("the", "the"), ("two", "ten")], "six of the ten"),
        ("rose before fern", [("fern", "ivy"), ("rose", "moss")], "moss before ivy"),
        ("a big pot with a lot", [("a", "one"), ("big", "big")], "one big pot with a lot"),
        ("let's go", [("let", "do")], "do's go"),
        ("a fern", [("fern", "iris")], "an iris"),
        ("An iris", [("iris", "fern")], "A fern"),
        ("an 8 inch pot", [("8", "9")], "a 9 inch pot"),
        ("a uniform", [("uniform", "hour")], "an hour"),
        ("a apple and a pear", [("pear", "fig")], "a apple and a fig"),
    ],
)
def test_the_same_change_in_a_text(text, pairs, expected):
    assert swap(text, *pairs) == expected


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("ham i said ham", [("ham", "egg")]),
        ("black olives", [("olives", "egg"), ("black olives", "ham")]),
        ("a hamburger", [("ham", "egg")]),
        ("olives and black olives", [("black olives", "ham"), ("olives", "egg")]),
        ("a fern", [("a", "a"), ("fern", "iris")]),
        ("two pots", [("two", "an")]),
    ],
)
def test_never_a_guess(text, pairs):
    assert swap(text, *pairs) is None


def test_articles_are_english():
    assert swap("il a raison", ("raison", "oublié"), articles=False) == "il a oublié"
    row = read([{"id": "f", "text": "il a raison", "parse": "(X (Y raison ) )"}], "fr-FR")[0]
    made = resample_row(row, {"Y": ["oublié"]}, rng(0))
    assert (made.text, made.parse, made.locale) == ("il a oublié", "(X (Y oublié ) )", "fr-FR")


@pytest.mark.parametrize("count", [1, 2])
def test_rows_resampled(count):
    made = [
        resample_row(row, VALUES, rng(0, place, number), count)
        for place, row in enumerate(ROWS)
        for number in range(9)
    ]
    rows = [row for row in made if not isinstance(row, Reject)]
    assert len(rows) > 35
    for row in rows:
        assert not find_values(row.text, read_parse(row.parse))
        assert (row.intent, row.seed_id) == ("SHOP", "")
        assert row.text not in {seed.text for seed in ROWS}
    assert {reject.reason for reject in made if isinstance(reject, Reject)} <= {"unclear"}
    assert resample_row(ROWS[5], {"KIND": ["ivy"]}, rng(0)).reason == "no_values"
    assert resample_row(ROWS[0], VALUES, rng(3)) == resample_row(ROWS[0], VALUES, rng(3))


def test_square_brackets_stay():
    row = read([{"id": "m", "text": "call Ann now", "parse": "[IN:CALL [SL:WHO Ann ] [SL:WHEN now ] ]"}])[0]
    assert resample_row(row, {"SL:WHO": ["Bob"]}, rng(0)).parse == "[IN:CALL [SL:WHO Bob ] [SL:WHEN now ] ]"


words = st.sampled_from("ham egg olives black two 7pm it's an a the".split())
phrases = st.lists(words, min_size=1, max_size=3).map(" ".join)


@given(st.lists(st.tuples(phrases, phrases, st.lists(words, max_size=2)), min_size=1, max_size=4))
def test_a_text_that_could_follow_holds_the_new_values(parts):
    old, new = (Tree("A", tuple(Tree("B", tuple(part[side].split())) for part in parts)) for side in (0, 1))
    text = " ".join(word for value, _, filler in parts for word in (*value.split(), *filler))
    made = swap_in_text(text, old, new)
    if made is not None:
        assert not find_values(made, new)
    if old == new:
        assert made == text


def test_values_are_replaced_in_the_order_of_leaves():
    order = read_parse("(A (B x ) (C (D y ) ) (B z ) )")
    assert values_of(replace_values(order, ["1", "2 3", "4"])) == [("B", "1"), ("D", "2 3"), ("B", "4")]
