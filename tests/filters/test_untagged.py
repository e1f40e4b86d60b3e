import pytest
from small import human_row

from hf_synth.errors import ConfigError
from hf_synth.filters.untagged import UntaggedFilter, plain_runs

HUMAN = [human_row(text) for text in ("rain in [city : New York]", "snow in [city : rome]", "is it [mood : nice]")]


def reason(text, human=HUMAN, **settings):
    (verdict,) = UntaggedFilter(**settings)([human_row(text)], human)
    return verdict.reason


def test_a_value_outside_of_a_slot():
    assert reason("what is new york like") == "untagged_value"
    assert reason("what is [city : new york] like") == ""
    assert reason("new things in york") == "", "part of a value is no value"


def test_case_does_not_count():
    assert reason("ROME in winter") == "untagged_value"


def test_another_slot_may_hold_the_words():
    assert reason("[place : rome] in winter") == ""


def test_words_that_are_mostly_plain_are_no_value():
    plain = [human_row("a nice day"), human_row("nice rain")]
    assert reason("how nice") == "untagged_value"
    assert reason("how nice", [*HUMAN, *plain]) == ""
    assert reason("how nice", [*HUMAN, *plain], share=1 / 3) == "untagged_value"
    assert reason("how nice", [*HUMAN, *plain], share=0.34) == ""


def test_without_a_reference_all_is_kept():
    assert reason("rome", []) == ""


def test_runs_stop_at_slots_and_at_four_words():
    runs = plain_runs(human_row("a b [city : rome] C").utterance)
    assert runs == ["a", "a b", "b", "c"]
    assert max(len(run.split()) for run in plain_runs(human_row("a b c d e f").utterance)) == 4


@pytest.mark.parametrize("share", [0, -1, 1.01])
def test_share_out_of_range(share):
    with pytest.raises(ConfigError, match="share must lie in"):
        UntaggedFilter(share=share)
