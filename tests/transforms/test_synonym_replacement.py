import pytest

from hf_synth.errors import ConfigError
from hf_synth.transforms import lexicon
from hf_synth.transforms.lexicon import find_synonyms, inflect
from hf_synth.transforms.synonym_replacement import SynonymReplacement

T = SynonymReplacement(refused="keep")


def replace(text, **settings):
    made = SynonymReplacement(refused="keep", **settings)({"text": [text]})
    return made["text"][0] if not made["reject"][0] else made["reject"][0]


def test_words_in_use_of_the_same_part_of_speech_and_form():
    assert find_synonyms("buy") == ("purchase",)
    assert find_synonyms("buys") == ("purchases",)
    assert find_synonyms("stopped") == ("halted",)
    assert find_synonyms("stations") == ("depots",)
    assert find_synonyms("weather") == ("conditions",), "what is never used in this sense is left out"
    assert find_synonyms("qwertz") == ()


def test_the_part_of_speech_counts():
    assert find_synonyms("travel") == find_synonyms("travel", part="v") == ("journey",)
    assert find_synonyms("station", part="v") == ()
    assert replace("we travel") == "we journey"
    assert replace("the show") == "no_synonym", "after an article it is a noun, for which there is no synonym here"


def test_irregular_forms_are_left_alone():
    assert inflect("take", "bought", "buy", "v") == ""
    assert inflect("child", "kids", "kid", "n") == "children"


def test_content_words_only():
    assert replace("with which would they have been there") == "no_synonym"
    assert replace("Anna met Oslo") == "no_synonym"


def test_the_number_of_words():
    source = "nobody often remembers the quick station of the brave soldiers"
    counts = [sum(a not in replace(source, n=n).split() for a in source.split()) for n in (1, 2, 3)]
    assert counts == [1, 2, 3]


def test_capitals_and_punctuation_stay():
    made = replace("Often, he sleeps.")
    assert made[0].isupper()
    assert made.endswith(".")
    assert "," in made


def test_slots_stay():
    made = T({"tokens": [["often", "quickly"]], "slot_tags": [["B-x", "O"]]})
    assert made["tokens"][0][0] == "often"


def test_another_language_needs_its_wordnet(monkeypatch):
    with pytest.raises(ConfigError, match="no WordNet of language 'tlh'") as caught:
        SynonymReplacement(language="tlh")({"text": ["some klingon words"]})
    assert "nltk.downloader" in caught.value.hint


def test_without_a_wordnet_the_command_is_named(monkeypatch, tmp_path):
    lexicon.load_wordnet.cache_clear()
    lexicon.find_synonyms.cache_clear()
    monkeypatch.setattr(lexicon, "_find", lambda name: None)
    monkeypatch.setattr(lexicon, "SYSTEM_FOLDER", tmp_path)
    with pytest.raises(ConfigError, match="no WordNet on this machine") as caught:
        T({"text": ["some words of content"]})
    assert "python -m nltk.downloader wordnet omw-1.4" in caught.value.hint
