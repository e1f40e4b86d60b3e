"""Orders of a plant shop with parses, in two languages, and a teacher that answers CLASP prompts by its own rules."""

import re

from hf_synth.parses.tree import read_parse
from hf_synth.schema import Utterance
from hf_synth.seeding import rng
from hf_synth.splits import HumanSplits

SEEDS = [
    ("i'd like two roses", "(SHOP (PLANT (COUNT two ) (KIND roses ) ) )"),
    ("a tall fern please", "(SHOP (PLANT (COUNT a ) (HEIGHT tall ) (KIND fern ) ) )"),
    ("three ferns but no red ones", "(SHOP (PLANT (COUNT three ) (KIND ferns ) (NOT (COLOUR red ) ) ) )"),
    ("one pot and a small rose", "(SHOP (POT (COUNT one ) ) (PLANT (COUNT a ) (HEIGHT small ) (KIND rose ) ) )"),
    ("a pot", "(SHOP (POT (COUNT a ) ) )"),
    ("get me five green pots", "(SHOP (POT (COUNT five ) (COLOUR green ) ) )"),
]
HELD_OUT = {
    "validation": [("six tall roses", "(SHOP (PLANT (COUNT six ) (HEIGHT tall ) (KIND roses ) ) )")],
    "test": [
        ("a red pot", "(SHOP (POT (COUNT a ) (COLOUR red ) ) )"),
        ("please two ferns", "(SHOP (PLANT (COUNT two ) (KIND ferns ) ) )"),
    ],
}
GERMAN = ("ich möchte zwei rosen", "(SHOP (PLANT (COUNT zwei ) (KIND rosen ) ) )")
VALUES = {"KIND": ["cactus", "water lily", "roses", "iris"], "COUNT": ["seven", "a", "two"]}


def record(number, row, part="seed"):
    return {"id": f"{part}-{number}", "text": row[0], "parse": row[1]}


def seed_records():
    return [record(number, row) for number, row in enumerate(SEEDS)]


def held_out_records(part):
    return [record(number, row, part) for number, row in enumerate(HELD_OUT[part])]


def read(records, locale="en-US"):
    return tuple(
        Utterance(tuple(r["text"].split()), (), read_parse(r["parse"]).label, locale, r["id"], r["parse"])
        for r in records
    )


def human_splits(train=None):
    return HumanSplits(
        read(seed_records()) if train is None else tuple(train),
        read(held_out_records("validation")),
        read(held_out_records("test")),
        ("SHOP",),
    )


def german_splits():
    """One German seed, which translates the first English row."""
    return HumanSplits(read([record(0, GERMAN)], "de-DE"), (), (), ("SHOP",))


def say(parse, word):
    return " ".join([word, *(leaf.value for leaf in read_parse(parse).leaves())])


def write_answer(draw, sampling):
    """A script: a text of a random word and the values of the parse, which for `gb` and `tb` is the last one seen."""
    text = draw.prompt.text
    word = f"word{rng(sampling.seed, text, draw.number).integers(10**9)}"
    parse = re.findall(r"\([^;]*\)", text)[-1]
    name, kind = re.search(r"(?:(\w+) Parse|(\w+)):$", text).groups()
    if kind:
        return say(parse, word)
    return f"{parse} ; {'English' if name == 'Semantic' else name}: {say(parse, word)} ;"


def write_badly(draw, sampling):
    """Good and bad answers of every kind in turn."""
    good = write_answer(draw, sampling)
    place = int(rng(1, draw.prompt.text, draw.number).integers(8))
    return (
        good,
        f'"{good}"' if "(" not in good else f"```\n{good}\n```",
        f"{good} ; English: and more",
        "",
        "I cannot help with that.",
        good.replace("(KIND", "(KINDS").replace("word", "(KIND word"),
        good.rpartition(" ")[0],
        SEEDS[0][0],
    )[place]
