from itertools import pairwise

import numpy as np
import pytest

from hf_synth.parses.recombination import Parts, recombine
from hf_synth.parses.tree import Tree, read_parse, write_parse

SEEDS = [
    read_parse(text)
    for text in (
        "(SHOP (PLANT (COUNT two ) (KIND roses ) ) )",
        "(SHOP (PLANT (COUNT three ) (KIND ferns ) (NOT (COLOUR red ) ) ) )",
        "(SHOP (POT (COUNT one ) ) (PLANT (COUNT a ) (HEIGHT small ) (KIND rose ) ) )",
    )
]
PARTS = Parts.collect(SEEDS)


def pairs(tree):
    """Label, and the labels of two neighbours in it, for each node; ends of a node included."""
    found = set()
    for node in tree.walk():
        ends = ["<", *(child.label for child in node.nodes), ">"]
        found |= {(node.label, *pair) for pair in pairwise(ends)}
    return found


def test_what_is_collected():
    assert PARTS.most == {
        ("SHOP", "PLANT"): 1, ("SHOP", "POT"): 1, ("POT", "COUNT"): 1, ("PLANT", "COUNT"): 1, ("PLANT", "KIND"): 1,
        ("PLANT", "HEIGHT"): 1, ("PLANT", "NOT"): 1, ("NOT", "COLOUR"): 1,
    }  # fmt: skip
    assert [write_parse(node) for node in PARTS.donors["NOT"]] == ["(COLOUR red )"]


@pytest.mark.parametrize("number", range(60))
def test_every_part_is_known_from_a_seed(number):
    seed = SEEDS[number % 3]
    made = recombine(seed, PARTS, np.random.default_rng(number), 1 + number % 3)
    assert pairs(made) <= {pair for tree in SEEDS for pair in pairs(tree)}
    assert {leaf.key() for leaf in made.leaves()} <= {leaf.key() for tree in SEEDS for leaf in tree.leaves()}
    assert all(node.children for node in made.walk())
    assert recombine(seed, PARTS, np.random.default_rng(number), 1 + number % 3) == made


def test_parts_are_dropped_and_added():
    made = {write_parse(recombine(SEEDS[0], PARTS, np.random.default_rng(n))) for n in range(80)}
    assert "(SHOP (PLANT (COUNT two ) (KIND roses ) (NOT (COLOUR red ) ) ) )" in made
    assert "(SHOP (POT (COUNT one ) ) (PLANT (COUNT two ) (KIND roses ) ) )" in made
    assert "(SHOP (PLANT (COUNT two ) (HEIGHT small ) (KIND roses ) ) )" in made
    # No seed has a plant without a count, or one that ends before its kind.
    assert not any(tree.startswith("(SHOP (PLANT (KIND") for tree in made)


def test_a_parse_that_cannot_change_stays():
    alone = Tree("A", (Tree("B", ("x",)),))
    assert recombine(alone, Parts.collect([alone]), np.random.default_rng(0), 3) == alone
