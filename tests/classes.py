"""Texts of three classes, and teachers that write lists of texts, well and badly."""

import json
import re

from hf_synth.schema import Utterance
from hf_synth.seeding import rng
from hf_synth.splits import HumanSplits

CLASSES = {"card_arrival": "the customer waits for a card", "top_up": "", "refund": "the customer wants money back"}
SEEDS = {
    "card_arrival": ["where is my card", "card still not here", "when does the new card come"],
    "top_up": ["add money to my account", "top up does not work"],
    "refund": ["i want my money back"],
}
HELD_OUT = {"card_arrival": "my card is late", "top_up": "put money in", "refund": "give the money back"}


def seed_records():
    return [
        {"id": f"{label}-{number}", "intent": label, "text": text}
        for label, texts in SEEDS.items()
        for number, text in enumerate(texts)
    ]


def held_out_records(part):
    return [{"id": f"{part}-{label}", "intent": label, "text": f"{text} {part}"} for label, text in HELD_OUT.items()]


def read(records, locale="en-US"):
    return tuple(Utterance(tuple(r["text"].split()), (), r["intent"], locale, r["id"]) for r in records)


def human_splits(targets=tuple(CLASSES), train=None):
    return HumanSplits(
        read(seed_records()) if train is None else tuple(train),
        read(held_out_records("validation")),
        read(held_out_records("test")),
        tuple(targets),
    )


def asked_for(prompt):
    """Class, language and number of texts of a prompt."""
    count, language, name = re.search(r'Write (\d+) new texts? in (\w+), of the class "(.*?)"', prompt).groups()
    return name, language, int(count)


def write_texts(prompt, number, count=None):
    """As many texts as are asked for, of the class and in the language by name; others for each prompt and number."""
    name, language, asked = asked_for(prompt)
    generator = rng(0, prompt, number)
    return [f"{name} in {language} {generator.integers(10**9)}" for _ in range(asked if count is None else count)]


def write_list(draw, sampling):
    """A script: a perfect teacher."""
    return json.dumps({"texts": write_texts(draw.prompt.text, draw.number)})


def write_badly(prompt, seed, number):
    """All broken forms in turn, about one good text in two."""
    generator = rng(0, prompt, seed, number)
    texts = write_texts(prompt, number, int(generator.integers(0, 15)))
    form = int(generator.integers(10))
    listed = json.dumps(texts)
    return (
        listed,
        json.dumps([{"text": text, "style": "formal"} for text in texts]),
        f"Sure!\n```json\n{json.dumps(texts, indent=1)}\n```\nAnything else?",
        listed[: len(listed) * 2 // 3],
        f"{listed[:-1]},]",
        "\n".join(f"{place}. {text}" for place, text in enumerate(texts, 1)),
        "\n".join(json.dumps({"utterance": text}) for text in texts),
        json.dumps([*texts[:3], 7, None, "", *texts[:2], "where is my card"]),
        "I am sorry, I cannot do that.",
        "",
    )[form]
