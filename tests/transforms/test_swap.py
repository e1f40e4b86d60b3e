import pytest

from hf_synth.errors import ConfigError
from hf_synth.transforms.swap import RandomSwap


def test_words_swap_and_values_stay_in_place():
    tokens = ["will", "it", "rain", "in", "rome"]
    tags = ["O", "O", "O", "O", "B-city"]
    made = RandomSwap(copies=5)({"tokens": [tokens], "slot_tags": [tags]})
    assert len(made["tokens"]) == 5
    for words, labels in zip(made["tokens"], made["slot_tags"], strict=True):
        assert sorted(words) == sorted(tokens)
        assert words[4] == "rome"
        assert labels == tags


def test_there_must_be_two_different_words():
    assert RandomSwap(refused="keep")({"text": ["no no no"]})["reject"] == ["too_short"]


def test_settings():
    with pytest.raises(ConfigError, match="swaps must be at least 1"):
        RandomSwap(swaps=0)
