import pytest

from hf_synth.profiles.findings import judge_profile
from hf_synth.profiles.rows import profile_rows

from .beside import human_rows, made_row, made_rows


@pytest.fixture(scope="module")
def profile():
    """A profile with neighbours, and nothing to look at that the test does not put there."""
    found = profile_rows(human_rows(), made_rows(), encoder=None)
    sides = {"human": 0.5, "made": 0.5}
    return {
        **found,
        "lengths": {"human": {"mean": 10.0}, "made": {"mean": 10.0}},
        "vocabulary": {"unseen": 0.1, "new_words": {"soul": 2}},
        "ngrams": {"2": {"sample": 100, **sides}},
        "self_bleu": {"rows": 10, **sides},
        "neighbours": {
            "memorised": 0.01, "human_memorised": 0.02, "memorised_above": 0.95, "far": 0.05, "far_below": 0.4,
        },
    }  # fmt: skip


def looks(profile):
    return [finding["text"] for finding in judge_profile(profile) if not finding["good"]]


def test_nothing_to_look_at(profile):
    assert looks(profile) == []
    assert len(judge_profile(profile)) == 7


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lengths": {"human": {"mean": 10.0}, "made": {"mean": 7.0}}}, "30% shorter: on average 7.0 words, human"),
        ({"lengths": {"human": {"mean": 10.0}, "made": {"mean": 12.0}}}, "20% longer"),
        ({"vocabulary": {"unseen": 0.31, "new_words": {}}}, "31% of the words in made rows are in no human row."),
        ({"ngrams": {"2": {"sample": 1000, "human": 0.9, "made": 0.7}}}, "of 1,000 pairs of words 70% are different"),
        ({"self_bleu": {"rows": 9, "human": 0.3, "made": 0.41}}, "self-BLEU 0.41, human rows 0.30"),
        ({"classes": {"a": {"human": 5}, "b": {"human": 5, "synthetic": 9}}}, "One class has no made rows: a."),
        ({"classes": {"a": {"synthetic": 5}, "b": {"human": 5, "synthetic": 9}}}, "made rows but no human row: a."),
    ],
)
def test_what_to_look_at(profile, change, told):
    (found,) = looks({**profile, **change})
    assert told in found


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"memorised": 0.12}, "12% of the made rows say nearly the same as a human row (cosine above 0.95;"),
        ({"far": 0.1}, "10% of the made rows are unlike any human row (cosine below 0.40"),
    ],
)
def test_neighbours_to_look_at(profile, change, told):
    (found,) = looks({**profile, "neighbours": {**profile["neighbours"], **change}})
    assert told in found


def test_as_many_near_rows_as_among_human_rows_are_fine(profile):
    assert looks({**profile, "neighbours": {**profile["neighbours"], "memorised": 0.2, "human_memorised": 0.2}}) == []


def test_other_shares_of_classes():
    human = [*human_rows()[:6], *human_rows()[6:8]]
    made = [made_row("ring")] * 2 + [made_row("music", "play_music")] * 6
    (found,) = [text for text in looks(profile_rows(human, made, encoder=None)) if "shares" in text]
    assert found == (
        "Classes have other shares than in human rows, 50% of the made rows would need another class; most above its "
        "share: play_music; most below: set_alarm."
    )


def test_many_classes_and_long_names_stay_short():
    classes = {f"{'class ' * 20}{number}": {"human": 1} for number in range(50)}
    profile = profile_rows(human_rows(), made_rows(), encoder=None)
    (told,) = [text for text in looks({**profile, "classes": classes | profile["classes"]}) if "no made" in text]
    assert told.startswith("50 of 53 classes have no made rows: class")
    assert told.endswith("and 45 more.")
    assert len(told) < 250


def test_without_made_rows_or_human_rows():
    assert judge_profile(profile_rows(human_rows(), [], encoder=None)) == []
    cold = judge_profile(profile_rows([], made_rows(), encoder=None))
    assert cold == [{"good": False, "text": "There is no human row to compare with."}]
