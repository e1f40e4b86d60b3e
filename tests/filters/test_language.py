import pytest
from datasets import Dataset

from hf_synth.errors import ConfigError
from hf_synth.filters.language import LanguageFilter

ENGLISH = "could you tell me what the weather will be like tomorrow"
GERMAN = "kannst du mir sagen, wie das Wetter morgen werden wird"
FRENCH = "est-ce que tu peux me dire quel temps il fera demain matin"


def reasons(language, *texts, **settings):
    return [verdict.reason for verdict in LanguageFilter(language, **settings).judge_texts(texts, [])]


def test_texts_in_another_language_go():
    assert reasons("en", ENGLISH, GERMAN, FRENCH) == ["", "wrong_language", "wrong_language"]
    assert reasons("de-AT", ENGLISH, GERMAN, FRENCH) == ["wrong_language", "", "wrong_language"]


def test_the_score_is_the_probability_of_the_other_language():
    (verdict,) = LanguageFilter("en").judge_texts([GERMAN], [])
    assert verdict.detail == "looks like de, en wanted"
    assert 0.9 <= verdict.score <= 1


def test_texts_too_short_to_tell_stay():
    assert reasons("en", "guten Morgen", "1234567890 1234567890 12345", "") == ["", "", ""]
    assert reasons("en", GERMAN, letters=100) == [""]


def test_on_a_dataset():
    assert LanguageFilter("fr")(Dataset.from_dict({"t": [ENGLISH, FRENCH]}), column="t")["t"] == [FRENCH]


def test_settings():
    with pytest.raises(ConfigError, match="no language 'klingon'"):
        reasons("klingon", ENGLISH)
    with pytest.raises(ConfigError, match="confidence"):
        LanguageFilter(confidence=0)
    with pytest.raises(ConfigError, match="letters"):
        LanguageFilter(letters=0)
