from pathlib import Path

import pytest
from small import human_row, human_splits

from hf_synth.arms import arm_rows, copy_rows, join_copies, load_transforms
from hf_synth.builders.built import Built
from hf_synth.builders.generation import Generated
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.length import LengthFilter
from hf_synth.new_language import BOTH
from hf_synth.recipe import ARMS
from hf_synth.schema import Provenance, Row, normalise

HUMAN = human_splits(("set_alarm",))
WITH_DATASET = ("linguist", "linguist_zero_shot", "classification")
REAL = [Row.human(utterance) for utterance in HUMAN.train]


def built(*rows):
    return Built(list(rows), [], [], Generated())


MADE = [
    Row(
        human_row(f"wake me at [time : {n} o'clock]", "set_alarm").utterance,
        Provenance("synthetic", "linguist@1", "t"),
    )
    for n in range(9)
]
BUILT = built(*REAL, *MADE)


def arm(name, human=HUMAN, data=BUILT, draw=0):
    return arm_rows(name, human, data, draw)


def transform_rows(transforms, human, copies, filters=None, limit=None):
    rows, refused = copy_rows(transforms, human, copies)
    train, counts = join_copies(rows, human, [DuplicateFilter()] if filters is None else filters, limit)
    return train, {**refused, **counts}


def of_target(rows):
    return [row for row in rows if row.utterance.intent == "set_alarm"]


def test_what_is_in_each_arm():
    assert arm("real_only") == REAL
    assert arm("two_stage") == BUILT.train
    assert {row.provenance.origin for row in arm("upsampled")} == {"human"}
    assert {row.provenance.origin for row in arm("slot_resampling")} == {"human", "augmented"}


def test_the_arms_that_add_rows_bring_the_target_to_one_size():
    sizes = {name: len(of_target(arm(name))) for name in ("upsampled", "slot_resampling", "linguist_mixed")}
    assert set(sizes.values()) == {15}
    for name in sizes:
        others = [row for row in arm(name) if row.utterance.intent != "set_alarm"]
        assert others == [row for row in REAL if row.utterance.intent != "set_alarm"]


def test_half_of_the_generated_rows_give_way_in_the_mixed_arm():
    made = [row.provenance.origin for row in of_target(arm("linguist_mixed"))]
    assert made.count("synthetic") == 5
    assert made.count("augmented") == 4
    assert len(made) == 15


def test_full_data_is_human():
    human = type(HUMAN)(HUMAN.train, (), HUMAN.test, HUMAN.targets, (*HUMAN.train, *HUMAN.validation))
    assert arm("full_data", human, None, None) == [Row.human(utterance) for utterance in human.full]


def test_no_arm_holds_a_held_out_text():
    held_out = {normalise(utterance.text) for utterance in (*HUMAN.validation, *HUMAN.test)}
    for name in set(ARMS) - {"full_data", BOTH, *WITH_DATASET}:
        for draw in range(5):
            assert not held_out & {normalise(row.utterance.text) for row in arm(name, draw=draw)}


def test_resampling_draws_a_held_out_text_and_drops_it():
    test = human_row("ring at [time : noon]", "set_alarm").utterance
    human = type(HUMAN)(HUMAN.train, (), (test,), HUMAN.targets)
    big = built(*REAL, *MADE, *MADE, *MADE, *MADE, *MADE, *MADE)
    plain = arm("slot_resampling", type(HUMAN)(HUMAN.train, (), (), HUMAN.targets), big)
    assert test.text in {row.utterance.text for row in plain}
    assert test.text not in {row.utterance.text for row in arm("slot_resampling", human, big)}


def test_arms_are_deterministic_and_the_draw_counts():
    assert arm("slot_resampling", draw=1) == arm("slot_resampling", draw=1) != arm("slot_resampling", draw=2)


def test_nothing_generated_leaves_the_real_rows():
    for name in ("upsampled", "slot_resampling", "two_stage"):
        assert arm(name, data=built(*REAL)) == REAL


def test_a_missing_dataset():
    with pytest.raises(ValueError, match="arm linguist_mixed needs generated rows"):
        arm("linguist_mixed", data=None)


def test_without_a_dataset_the_copies_give_the_size():
    for name in ("upsampled", "slot_resampling"):
        assert len(of_target(arm_rows(name, HUMAN, None, 0, copies=2))) == 18


def transforms(**settings):
    return load_transforms(settings, HUMAN, Path("journal.sqlite"))


def test_rows_of_a_transform():
    rows, counts = transform_rows([*transforms(random_deletion={"rate": 0.3}).values()], HUMAN, 2)
    made = rows[len(REAL) :]
    assert rows[: len(REAL)] == REAL
    assert counts == {"requested": 12, "made": len(made)}
    assert {row.provenance.method for row in made} == {"random_deletion@1"}
    assert {row.utterance.intent for row in made} == {"set_alarm"}
    sources = {row.seed_id: set(row.tokens) for row in HUMAN.train}
    for row in made:
        assert set(row.utterance.tokens) < sources[row.provenance.seed_ids[0]]


def test_transforms_take_turns():
    both = transforms(random_deletion={"rate": 0.3}, spelling_noise={})
    rows, _ = transform_rows([*both.values()], HUMAN, 2)
    methods = {}
    for row in rows[len(REAL) :]:
        methods.setdefault(row.provenance.seed_ids, []).append(row.provenance.method)
    assert len(methods) == 6
    assert all(sorted(names) == ["random_deletion@1", "spelling_noise@1"] for names in methods.values())


def test_refused_and_held_out_rows_are_counted():
    (resampling,) = transforms(slot_resampling={"values": {"time": [["noon"]]}}).values()
    test = human_row("ring at [time : noon]", "set_alarm").utterance
    human = type(HUMAN)(HUMAN.train, (), (test,), HUMAN.targets)
    rows, counts = transform_rows([resampling], human, 1)
    assert test.text not in {row.utterance.text for row in rows}
    assert counts["held_out"] == counts["no_slots"] == 1
    assert counts["made"] == len(rows) - len(REAL)


def test_copies_pass_filters_that_are_fitted_on_the_human_rows():
    chosen = transforms(random_deletion={"rate": 0.3}).values()
    free, counts = transform_rows([*chosen], HUMAN, 2, filters=[])
    assert counts["made"] == len(free) - len(REAL)
    short = LengthFilter(longest=3)
    kept, counts = transform_rows([*chosen], HUMAN, 2, filters=[short])
    assert kept == [row for row in free if row in REAL or len(row.utterance.tokens) <= 3]
    assert counts["too_long"] == len(free) - len(kept) > 0
    leak = LeakOf(HUMAN.test[0].text)
    transform_rows([*chosen], HUMAN, 1, filters=[leak])
    assert LeakOf.fitted == (REAL, [Row.human(utterance) for utterance in HUMAN.held_out])


class LeakOf:
    name, version, fitted = "leak_of", 1, None

    def __init__(self, text):
        self.text = text

    def fit(self, human, held_out):
        LeakOf.fitted = human, held_out
        return self

    def __call__(self, rows, reference):
        return [Verdict() for _ in rows]


def test_copies_keep_to_the_limit_intent_by_intent(caplog):
    human = human_splits()
    chosen = [*transforms(random_deletion={"rate": 0.3}).values()]
    free = transform_rows(chosen, human, 2)[0]
    rows, counts = transform_rows(chosen, human, 2, limit=6)
    made = rows[len(human.train) :]
    assert (counts["made"], counts["surplus"]) == (6, len(free) - len(rows))
    assert {made.count(row) for row in made} == {1}
    by_intent = [sum(row.utterance.intent == target for row in made) for target in human.targets]
    assert max(by_intent) - min(by_intent) <= 1
    assert "mixing keeps 6" in caplog.text


def test_slot_resampling_takes_the_values_of_the_human_rows():
    (resampling,) = transforms(slot_resampling={}).values()
    assert ("five",) in resampling.values["time"]


def test_an_unknown_transform_or_setting():
    with pytest.raises(ConfigError, match="no transform is called 'spelling'"):
        transforms(spelling={})
    with pytest.raises(ConfigError, match=r"unknown key 'transforms.random_swap.rounds'"):
        transforms(random_swap={"rounds": 2})
    with pytest.raises(ConfigError, match=r"transforms.random_swap: expected key: value pairs, got 3"):
        transforms(random_swap=3)
