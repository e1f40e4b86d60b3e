"""Rows of one language as rows of another: with the models that come with the package, and with made-up ones."""

import pytest

from hf_synth.errors import ConfigError, TeacherError
from hf_synth.schema import Span
from hf_synth.transforms import marian
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.translation import Translation

WORDS = {
    "wake": "réveille", "me": "moi", "at": "à", "five": "cinq", "on": "le", "friday": "vendredi", "pizza": "La pizza!",
    "cheap": "cher", "order": "commande", "by": "par", "play": "joue", "in": "à", "rain": "pluie",
}  # fmt: skip
BACK = {"réveille": "wake", "moi": "me", "à": "at", "cinq": "five", "le": "the", "vendredi": "Friday.", "la": "the",
        "pizza!": "pizza", "cher": "expensive"}  # fmt: skip


class Dictionary:
    """Translates word by word; what it does not know it copies."""

    def __init__(self, words):
        self.words = words

    def translate(self, texts, decoding):
        return [[" ".join(self.words.get(word.lower(), word) for word in text.split())] for text in texts]


@pytest.fixture
def dictionaries(monkeypatch):
    def load(function, name, *engine):
        return Dictionary(WORDS if name.endswith("en-fr") else BACK)

    monkeypatch.setattr(marian, "load_once", load)


def rows(*annotated, locale="en-US"):
    """Columns of rows such as `wake me at five:time`."""
    pairs = [[word.partition(":") for word in text.split()] for text in annotated]
    return {
        "tokens": [[word for word, _, _ in row] for row in pairs],
        "slot_tags": [[f"B-{slot}" if slot else "O" for _, _, slot in row] for row in pairs],
        "locale": [locale] * len(pairs),
    }


def tagged(made):
    pairs = zip(made["tokens"], made["slot_tags"], strict=True)
    return [
        " ".join(f"{word}:{tag[2:]}" if tag != "O" else word for word, tag in zip(*row, strict=True)) for row in pairs
    ]


@pytest.mark.usefixtures("dictionaries")
@pytest.mark.parametrize("spans", ["verify", "protect"])
def test_values_move_with_the_row(spans):
    made = Translation("fr-FR", spans=spans)(rows("wake me at five:time on friday:date"))
    assert tagged(made) == ["réveille moi à cinq:time le vendredi:date"]
    assert made["locale"] == ["fr-FR"]
    assert made["method"] == ["translation@1"]
    assert made["teacher"][0].startswith("marian-mini-en-fr@")
    assert made["origin"] == ["augmented"]


@pytest.mark.usefixtures("dictionaries")
def test_a_value_that_does_not_come_back_stays():
    made = Translation("fr-FR", spans="protect")(rows("order cheap:price pizza:food", "play boston:album"))
    assert tagged(made) == ["commande cheap:price pizza:food", "joue boston:album"]
    trusted = Translation("fr-FR", spans="protect", slot_values="trust")(rows("order cheap:price pizza:food"))
    assert tagged(trusted) == ["commande cher:price pizza:food"]
    named = Translation("fr-FR", spans="protect", slot_values="trust")(rows("order Pizza:food"))
    assert tagged(named) == ["commande Pizza:food"]
    assert trusted["teacher"] != made["teacher"], "it names the models that took part"
    kept = Translation("fr-FR", spans="protect", slot_values="keep")(rows("wake me at five:time"))
    assert tagged(kept) == ["réveille moi à five:time"]


@pytest.mark.usefixtures("dictionaries")
def test_verified_rows_may_hold_the_value_itself(monkeypatch):
    monkeypatch.setitem(WORDS, "five", "cinq")
    monkeypatch.setitem(BACK, "paris", "rome")
    made = Translation("fr-FR", spans="verify", refused="keep")(rows("rain in paris:city", "rain by five:time"))
    assert tagged(made) == ["pluie à paris:city", "pluie par cinq:time"]


@pytest.mark.usefixtures("dictionaries")
def test_values_out_of_context():
    source = Passage(("wake", "me", "at", "five", "7"), (Span(3, 4, "time"), Span(4, 5, "date")), (), "en-US")
    (made,) = Translation("fr-FR").translate_values([source])
    assert (made.text, made.spans, made.locale) == ("wake me at cinq 7", source.spans, "fr-FR")
    (pizza,) = Translation("fr-FR").translate_values([Passage(("pizza",), (Span(0, 1, "food"),), (), "en-US")])
    assert pizza.tokens == ("pizza",), "written as the value is: no article, no mark, in lower case"


def test_what_is_refused(monkeypatch):
    def refused(answer, row, **settings):
        parrot = type("Parrot", (), {"translate": lambda self, texts, decoding: [list(answer) for _ in texts]})()
        monkeypatch.setattr(marian, "load_once", lambda *arguments: parrot)
        return Translation("fr-FR", refused="keep", **settings)(row)["reject"]

    assert refused(["tom"], rows("wake me", locale="de-DE")) == ["other_language"]
    assert refused(["tom"], rows("wake me at five:time")) == ["has_slots"]
    assert refused(["à une heure"], rows("wake me at five:time"), spans="protect") == ["span_lost"]
    assert refused(["tom et tom"], rows("wake me at five:time"), spans="protect") == ["span_repeated"]
    assert refused(["à une heure"], rows("wake me at five:time"), spans="verify") == ["span_lost"]
    assert refused([], rows("wake me")) == ["no_translation"]
    assert refused(["nononono"], rows("wake me")) == ["repetition"]
    assert refused(["wake me"], rows("wake me")) == ["unchanged"], "a row that is not translated is none"


def test_the_shipped_models():
    made = Translation("fr-FR", spans="protect", num_beams=4)(
        rows("how do you make cookies:food", "where is the station")
    )
    assert tagged(made) == ["comment fais-tu biscuits:food", "où est la gare"]


def test_copies_are_further_translations():
    made = Translation("fr-FR", num_beams=4, copies=3)({"text": ["we have to leave now", "do you like this book"]})
    assert 3 <= len(made["text"]) <= 6
    assert len(set(made["text"])) == len(made["text"])


def test_a_dataset_without_locales():
    made = Translation("fr-FR")({"text": ["we have to leave now"]})
    assert "locale" not in made


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"target": "en-GB"}, "target is the locale of another language than 'en', got 'en-GB'"),
        ({"target": ""}, "target is the locale of another language"),
        ({"target": "fr-FR", "slot_values": "guess"}, "slot_values is one of translate, trust, keep"),
        ({"target": "fr-FR", "spans": "guess"}, "spans is one of refuse, verify, protect"),
    ],
)
def test_settings(settings, message):
    with pytest.raises(ConfigError, match=message):
        Translation(**settings)


def test_a_pair_that_is_not_there():
    with pytest.raises(TeacherError, match="cannot load the translation model 'marian-mini-en-sw'"):
        Translation("sw-KE")({"text": ["we have to leave now"]})
