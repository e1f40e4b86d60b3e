"""Rows and transforms that the tests of transforms share."""

import random

from hf_synth import registry
from hf_synth.schema import Span, spans_to_tags
from hf_synth.transforms.deletion import RandomDeletion
from hf_synth.transforms.noise import SpellingNoise
from hf_synth.transforms.swap import RandomSwap

VALUES = {"city": (("oslo",), ("new", "york"), ("são", "paulo")), "time": (("six", "thirty"), ("noon",))}
# What a transform needs besides its defaults; one that needs nothing is tested as it is.
SETTINGS = {
    "slot_resampling": {"values": VALUES},
    "compose": {"transforms": (RandomSwap(), SpellingNoise())},
    "one_of": {"transforms": (RandomDeletion(), SpellingNoise()), "weights": (1.0, 3.0)},
    "sometimes": {"transform": SpellingNoise(), "probability": 0.5},
    "paraphrase": {"teacher_name": "scripted", "spans": "verify"},
    "back_translation": {"spans": "verify"},
    "translation": {"target": "fr-FR", "spans": "verify", "slot_values": "keep"},
}
NAMES = sorted(name for kind, name in registry.parts() if kind == "transform")
TEXTS = [
    "please show me the nearest station",
    "Where is my brother?",
    "we often travel to that village in summer",
    "he bought two books",
    "what is the weather like today",
    "nobody knows why the train stops here",
    "I like  double  spaces ",
]
WORDS = [
    "please", "show", "weather", "in", "the", "often", "buy", "quickly", "Berlin", "réservation", "שלום", "مرحبا",
    "東京", "👩\u200d🚀", "e\u0301", "[1", "]", "*", "<br>", "a:b", "don't", "?", "...", "x", "train", "station,",
    "(now)",
]  # fmt: skip


def make(name, **changes):
    """A registered transform with the settings it needs, and others."""
    return registry.find("transform", name)(**{**SETTINGS.get(name, {}), **changes})


def texts(count):
    """Different texts, a few of which stand twice."""
    return [f"{TEXTS[at % len(TEXTS)]} {at % (count - 3) or ''}".strip(" ") for at in range(count)]


def tagged_rows(count, seed=0):
    """Random rows of words and slots, some of them without slots, some all slot."""
    generator = random.Random(seed)
    rows = {"tokens": [], "slot_tags": []}
    for _ in range(count):
        words, spans = [], []
        for _ in range(generator.randint(1, 7)):
            slot = generator.choice(["", "", "city", "time"])
            value = generator.choice(VALUES[slot]) if slot else (generator.choice(WORDS),)
            if slot:
                spans.append(Span(len(words), len(words) + len(value), slot))
            words += value
        rows["tokens"].append(words)
        rows["slot_tags"].append(list(spans_to_tags(spans, len(words))))
    return rows
