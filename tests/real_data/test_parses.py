"""Parses of PIZZA and mTOP: every row is read and written, resolved and said in canonical form."""

from collections import Counter

import pytest
from datasets import load_dataset

from hf_synth.errors import SchemaError
from hf_synth.metrics.parse_counts import count_brackets, match_spaceless, match_unordered
from hf_synth.parses.canonical import read_canonical, write_canonical
from hf_synth.parses.catalogue import read_catalogue
from hf_synth.parses.decoupling import drop_words
from hf_synth.parses.phrases import read_phrases
from hf_synth.parses.resolution import read_defaults, resolve_entities
from hf_synth.parses.tree import ROUND, SQUARE, read_parse, write_parse
from hf_synth.sources import Source

pytestmark = pytest.mark.real_data
LABELS = {
    "topping": "TOPPING", "number": "NUMBER", "size": "SIZE", "style": "STYLE", "drinks": "DRINKTYPE",
    "drink_volume": "VOLUME", "container": "CONTAINERTYPE", "quant_qualifier": "QUANTITY",
}  # fmt: skip
ONE = read_defaults({"PIZZAORDER": "(NUMBER 1 )", "DRINKORDER": "(NUMBER 1 )"})
HUMAN = ("validation", "test")
LANGUAGES = ("de", "en", "es", "fr", "hi", "th")


@pytest.fixture(scope="module")
def pizza(data):
    return load_dataset(str(data / "pizza"))


@pytest.fixture(scope="module")
def source(data):
    columns = {"slot": "catalog", "value": "value", "entity": "canonical"}
    return Source(str(data / "slot_catalogs"), columns=columns, where={"source": "pizza"})


@pytest.fixture(scope="module")
def catalogue(source):
    return read_catalogue(source, LABELS, last_wins=True)


def resolve(row, catalogue):
    """The executable parse, the values without entity, and whether it is the parse that people wrote."""
    tree, unknown = resolve_entities(read_parse(row["top"]), catalogue, ONE)
    return tree, unknown, tree.key() == read_parse(row["exr"]).key()


def test_every_pizza_row_there_and_back(pizza):
    counts = Counter()
    for split in pizza:
        for row in pizza[split]:
            for column in ("top", "top_decoupled", "exr"):
                if row[column] is not None:
                    assert write_parse(read_parse(row[column], ROUND)) == row[column]
                    counts[column] += 1
    assert counts == {"top": 1705, "top_decoupled": 11_705, "exr": 1705}


def test_every_mtop_row_there_and_back(data):
    folders = [data / "mtop_en", *(data / "mtop_multilingual" / language for language in LANGUAGES)]
    count = 0
    for folder in folders:
        for rows in load_dataset(str(folder)).values():
            for parse in rows["logical_form"]:
                tree = read_parse(parse, SQUARE)
                assert write_parse(tree, SQUARE) == parse
                assert drop_words(tree) == tree, "mTOP is decoupled here"
                assert match_spaceless(write_parse(tree, SQUARE).replace(" ", ""), parse)
            count += len(rows)
    assert count == 15_667 + 2235 + 1000 + len(LANGUAGES) * (859 + 1237)


def test_without_words_top_is_top_decoupled(pizza):
    for split in HUMAN:
        for row in pizza[split]:
            assert write_parse(drop_words(read_parse(row["top"]))) == row["top_decoupled"]


@pytest.mark.parametrize(
    ("split", "rows", "right", "unknown"),
    [
        ("validation", 348, 336, {"QUANTITY": 5, "SIZE": 2, "TOPPING": 3, "DRINKTYPE": 2}),
        (
            *("test", 1357, 1300),
            {"QUANTITY": 15, "TOPPING": 16, "SIZE": 12, "DRINKTYPE": 9, "STYLE": 5, "NUMBER": 1},
        ),
    ],
)
def test_executable_parses_are_those_of_people_but_for_unknown_entities(pizza, catalogue, split, rows, right, unknown):
    reasons, others, found = Counter(), [], 0
    for row in pizza[split]:
        tree, missing, agrees = resolve(row, catalogue)
        assert match_unordered(write_parse(tree), row["exr"]) is agrees
        found += agrees
        assert not (agrees and missing)
        if missing:
            reasons.update({label for label, _ in missing})
            assert all(value not in catalogue.values(label) for label, value in missing)
        elif not agrees:
            others.append((tree, read_parse(row["exr"])))
    assert (len(pizza[split]), found) == (rows, right)
    assert reasons == unknown
    assert len(others) == (split == "test")
    for tree, wanted in others:
        assert lost_values(tree, wanted) == {("TOPPING", "BACON"): 1}, (
            "wanted with and without `extra`: people kept one"
        )
        assert not lost_values(wanted, tree)


def lost_values(tree, other):
    """Values of one parse that the other lacks."""
    values, rest = (Counter((leaf.label, leaf.value) for leaf in which.leaves()) for which in (tree, other))
    return values - rest


def test_canonical_forms_both_ways(pizza, catalogue):
    phrases = read_phrases(catalogue)
    differing = []
    for split in HUMAN:
        for row in pizza[split]:
            exr, tree = read_parse(row["exr"]), read_canonical(row["canonical"], phrases)
            assert write_canonical(tree, phrases) == row["canonical"]
            assert read_canonical(write_canonical(exr, phrases), phrases).key() == exr.key()
            if tree.key() != exr.key():
                differing.append((tree, exr, resolve(row, catalogue)))
    assert len(differing) == 1, "the row whose executable parse is not that of its words either"
    for tree, exr, (resolved, unknown, agrees) in differing:
        assert lost_values(tree, exr) == {("TOPPING", "BACON"): 1}
        assert tree.key() == resolved.key()
        assert not unknown
        assert not agrees


def test_gold_parses_match_themselves(pizza):
    for split in HUMAN:
        for row in pizza[split]:
            assert match_unordered(row["exr"], row["exr"], "exr")
            assert match_unordered(row["exr"].replace(" )", ")")[:-1], row["exr"], "exr")
            assert match_unordered(row["top"], row["top"], "top")
            assert not match_unordered(row["top"].removesuffix(" )"), row["top"], "top")
            right, found, wanted = count_brackets(row["top_decoupled"], row["top_decoupled"])
            assert right == found == wanted


def test_a_value_with_two_entities_is_seen(source):
    with pytest.raises(SchemaError, match=r"slot_catalogs/train:\d+: VOLUME '.*' is '.*', at .* it is '.*'"):
        read_catalogue(source, LABELS)


def test_the_catalogue_has_all_labels(catalogue):
    catalogue.check(LABELS.values())
    assert {label: len(catalogue.values(label)) for label in ("TOPPING", "DRINKTYPE", "STYLE", "NUMBER")} == {
        "TOPPING": 160, "DRINKTYPE": 61, "STYLE": 55, "NUMBER": 34,
    }  # fmt: skip
