import pytest

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.new_language import NewLanguageSettings, draw_new_language
from hf_synth.schema import Utterance


def said(text, intent, locale):
    return Utterance(tuple(text.split()), (), intent, locale, f"{locale}:{text}")


ENGLISH = [said(f"{intent} number {n}", intent, "en-US") for intent in "abc" for n in range(8)]
FRENCH = [said(f"{intent} numéro {n}", intent, "fr-FR") for intent in "abc" for n in range(8)]
TEST = [said(f"{intent} essai {n}", intent, "fr-FR") for intent in "abc" for n in range(2)]


def draw(rows=0, number=0, english=ENGLISH, french=FRENCH, validation=(), test=TEST, targets=()):
    return draw_new_language(english, french, validation, test, targets, NewLanguageSettings("fr-FR", rows), number)


def test_no_rows_of_the_new_language():
    human = draw()
    assert {row.locale for row in human.train} == {"en-US"}
    assert {row.locale for row in human.test} == {"fr-FR"}
    assert len(human.full) == len(ENGLISH) + len(FRENCH), "the ceiling has all"
    assert human.targets == ("a", "b", "c")


def test_a_few_rows_are_taken_from_every_intent_in_turn():
    human = draw(rows=7)
    french = [row.intent for row in human.train if row.locale == "fr-FR"]
    assert sorted(map(french.count, "abc")) == [2, 2, 3]
    assert draw(rows=7) == human
    assert draw(rows=7, number=1) != human


def test_what_is_held_out_trains_nobody():
    leaked = [said("a essai 0", "a", "en-US"), said("A  essai 1", "a", "en-US")]
    human = draw(rows=8, english=[*ENGLISH, *leaked], french=[*FRENCH, *TEST], validation=FRENCH[:2])
    held_out = {row.text for row in (*TEST, *FRENCH[:2])}
    assert not {row.text.lower() for row in (*human.train, *human.full)} & held_out


def test_a_text_of_both_languages_stands_once():
    human = draw(rows=24, english=[*ENGLISH, said("a numéro 0", "a", "en-US")])
    assert [row.locale for row in human.train if row.text == "a numéro 0"] == ["fr-FR"]


@pytest.mark.parametrize("use", ["english", "french", "validation", "test"])
def test_a_row_of_the_wrong_language(use):
    wrong = [said("a x", "a", "fr-FR" if use == "english" else "en-US")]
    with pytest.raises(SchemaError, match=r"data\.\w+: row .* is of"):
        draw(**{use: wrong})


def test_too_few_rows():
    with pytest.raises(ConfigError, match=r"new_language\.rows is 25, data\.language has 24"):
        draw(rows=25)


@pytest.mark.parametrize(
    ("settings", "message"),
    [({"locale": " "}, "locale is blank"), ({"locale": "fr-FR", "rows": -1}, "rows must be at least 0"),
     ({"locale": "fr-FR", "draws": 0}, "draws must be at least 1")],
)  # fmt: skip
def test_settings(settings, message):
    with pytest.raises(ConfigError, match=message):
        NewLanguageSettings(**settings)


@pytest.mark.parametrize(
    ("arms", "transforms", "message"),
    [
        (["slot_resampling"], {}, "no arm 'slot_resampling'"),
        (["upsampled"], {}, "new_language.rows is 0"),
        (["linguist_and_translation"], {}, "needs transforms.translation"),
        ([], {"random_swap": {}}, "no use for transforms.random_swap"),
        ([], {"translation": {"target": "de-DE"}}, "target is 'de-DE', new_language.locale 'fr-FR'"),
    ],
)
def test_what_does_not_go_together(arms, transforms, message):
    with pytest.raises(ConfigError, match=message):
        NewLanguageSettings("fr-FR").check(arms, transforms)
