from collections import Counter

import pytest
from parsed import VALUES, human_splits, read, record

from hf_synth.errors import ConfigError
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.parses.tree import read_parse
from hf_synth.parses.values import find_values
from hf_synth.schema import Provenance, Row
from hf_synth.semantic_parsing.arms import draw_grammar, join_rows, resample_parses, select_written

HUMAN = human_splits()


def made_row(number, method="clasp_rs@1", text=None):
    (utterance,) = read([record(number, (text or f"{number} pots", "(SHOP (POT (KIND pots ) ) )"), "")])
    return Row(utterance, Provenance("synthetic", method))


def test_copies_with_other_values():
    made, counts = resample_parses(HUMAN.train, VALUES, 30, 0)
    assert counts["requested"] == 30
    assert counts["made"] == len(made) == 30
    assert len({row.utterance.text for row in made} | {row.text for row in HUMAN.train}) == 36
    for row in made:
        assert row.provenance == Provenance("augmented", "slot_resampling@1", "", row.provenance.seed_ids)
        assert not find_values(row.utterance.text, read_parse(row.utterance.parse))
    assert resample_parses(HUMAN.train, VALUES, 30, 0) == (made, counts)
    assert resample_parses(HUMAN.train, VALUES, 30, 1)[0] != made


def test_as_many_copies_as_there_can_be():
    made, counts = resample_parses(HUMAN.train[4:5], {"COUNT": ["a", "seven"]}, 5, 0)
    assert [row.utterance.text for row in made] == ["seven pot"]
    assert counts == {"requested": 5, "made": 1, "duplicate": 49}
    made, counts = resample_parses(HUMAN.train, {}, 2, 0)
    assert (made, counts["made"], counts["no_values"]) == ([], 0, 20)


def test_rows_of_a_grammar_are_made_rows():
    rows = read([record(n, (f"{n % 8} pots", "(SHOP (POT (KIND pots ) ) )")) for n in range(10)])
    made = draw_grammar(rows, 5, 0)
    assert len({row.utterance.text for row in made}) == 5
    assert {(row.provenance.origin, row.utterance.seed_id) for row in made} == {("synthetic", "")}
    assert len(draw_grammar(rows, 99, 0)) == 8  # each text once
    assert draw_grammar(rows, 5, 1) != made


def test_each_strategy_alone_and_all_in_turn():
    train = [made_row(n, f"clasp_{'rs' if n < 4 else 'gb'}@1") for n in range(8)]
    train.insert(0, Row.human(HUMAN.train[0]))
    assert select_written("clasp_rs", train, 4) == train[1:5]
    assert select_written("clasp_gb", train, 4) == train[5:]
    assert Counter(row.provenance.method for row in select_written("clasp", train, 4)) == {
        "clasp_rs@1": 2,
        "clasp_gb@1": 2,
    }


@pytest.mark.parametrize(("share", "copies"), [(0.0, 1), (0.5, 1), (0.75, 3)])
def test_human_rows_are_repeated_for_their_share(share, copies):
    rows, _ = join_rows(HUMAN, [made_row(n) for n in range(6)], "all", share)
    counts = Counter(row.utterance.seed_id for row in rows if row.provenance.origin == "human")
    assert counts == {f"seed-{n}": copies for n in range(6)}
    assert len(rows) == 6 * copies + 6


def test_texts_of_held_out_rows_and_duplicates_are_dropped():
    made = [made_row(0), made_row(0), made_row(1, text="A red  pot")]
    rows, counts = join_rows(HUMAN, made, "all", 0.0, [DuplicateFilter()])
    assert len(rows) == 7
    assert counts == {"duplicate": 1, "held_out": 1}


def test_mixing_limits_and_over_augmentation_is_refused():
    rows, counts = join_rows(HUMAN, [made_row(n) for n in range(9)], "0.5", 0.0)
    assert (len(rows), counts) == (12, {"surplus": 3})
    with pytest.raises(ConfigError, match="600 made rows for 6 human ones is over-augmentation"):
        join_rows(HUMAN, [made_row(n) for n in range(600)], "all", 0.0)
