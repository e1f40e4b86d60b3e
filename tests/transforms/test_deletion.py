import pytest

from hf_synth.errors import ConfigError
from hf_synth.transforms.deletion import RandomDeletion


def test_words_go_and_values_stay():
    tokens = ["will", "it", "rain", "in", "new", "york", "today"]
    tags = ["O", "O", "O", "O", "B-city", "I-city", "O"]
    made = RandomDeletion(rate=0.5, copies=8)({"tokens": [tokens], "slot_tags": [tags]})
    assert len(made["tokens"]) > 3
    for words, labels in zip(made["tokens"], made["slot_tags"], strict=True):
        assert len(words) < len(tokens)
        assert words[labels.index("B-city") :][:2] == ["new", "york"]
        assert [word for word in tokens if word in words] == words


def test_one_word_stays():
    assert RandomDeletion(rate=1.0)({"text": ["never ever again"]})["text"][0] in ("never", "ever", "again")
    assert RandomDeletion(refused="keep")({"text": ["never"]})["reject"] == ["too_short"]


def test_settings():
    with pytest.raises(ConfigError, match="rate must lie in"):
        RandomDeletion(rate=0)
