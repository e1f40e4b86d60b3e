import pytest
from datasets import Dataset

from hf_synth.errors import ConfigError
from hf_synth.filters.copied import CopyFilter

SEED = "could you please put on some jazz in the kitchen"


def judge(text, reference=(SEED,), **settings):
    return CopyFilter(**settings).judge_texts([text], reference)[0]


def test_the_whole_and_a_part():
    for text in (SEED.upper(), "put on some jazz", f"oh {SEED}"):
        assert judge(text).reason == "copy"
    assert judge(SEED).detail == f"copied from {SEED!r}"
    assert judge(SEED).score == 1.0


def test_common_words_are_no_copy():
    assert judge("please put on some blues in the bathroom").keep
    assert judge("jazz").keep
    assert judge("put on").keep


def test_a_short_text_is_a_copy_of_an_equal_one():
    assert judge("play jazz", ["Play  jazz", "play jazz now"]).detail == "copied from 'Play  jazz'"


def test_a_share_of_the_threshold_itself_stays():
    text = "put on some jazz now"  # two of three runs
    assert judge(text, threshold=2 / 3).keep
    assert judge(text, threshold=0.66).score == 0.667


def test_parts_of_two_seeds_are_not_one_copy():
    seeds = ["wake me at seven tomorrow", "then play some jazz"]
    assert judge("wake me at seven then play some jazz", seeds).keep


def test_on_a_dataset():
    data = Dataset.from_dict({"text": ["put on some jazz", "play the blues"]})
    assert CopyFilter()(data, Dataset.from_dict({"text": [SEED]}))["text"] == ["play the blues"]
    assert CopyFilter()(data)["text"] == data["text"]


@pytest.mark.parametrize("settings", [{"threshold": 1}, {"threshold": -0.1}, {"words": 0}])
def test_settings_out_of_range(settings):
    with pytest.raises(ConfigError, match="copy filter"):
        CopyFilter(**settings)
