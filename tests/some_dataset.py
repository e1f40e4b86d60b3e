"""A small dataset, and what is stated of it, for the tests of cards."""

from dataclasses import replace

from scores import some_scores

from hf_synth.annotation import read_annotation
from hf_synth.cards.counting import count_rows
from hf_synth.cards.front_matter import read_front_matter
from hf_synth.cards.manifest import AskedPrompt, DatasetManifest, Generation, SplitSize, Writer
from hf_synth.cards.uplift import Uplift
from hf_synth.report import make_report
from hf_synth.schema import Provenance, Row, Utterance

FACTS = DatasetManifest(
    name="alarms",
    recipe="quickstart",
    task="intent_slots",
    method="linguist@1",
    prompt=AskedPrompt("linguist@1", "<intent> set alarm </intent>", "Write one utterance.\n\nRequest:", 9),
    teacher=Writer.of("/home/me/models/tiny@ab12:float32"),
    targets=("set_alarm",),
    version="0.1.0",
    generation=Generation(7, 10, 19, 7, {"malformed": 3, "duplicate": 9}),
    sampling={"top_k": 50, "temperature": 0.7},
    filters=("length@1", "duplicate@1"),
).state(sources=("Written by hand for the recipe (/home/me/seeds.jsonl, https://example.org/seeds).",))


def utterance(text, intent, seed_id=""):
    return Utterance(*read_annotation(text), intent, "en-US", seed_id)


def some_splits():
    seeds = [("wake me at [time : seven]", "set_alarm"), ("no", "no"), ("rain in [city | town : rome]", "get|weather")]
    human = [Row.human(utterance(*seed, f"s{number}")) for number, seed in enumerate(seeds)]
    made = Provenance("synthetic", "linguist@1", "tiny@ab12:float32", ("s0",))
    words = ("one", "two", "three", "four", "five", "مرحبا", "```")
    synthetic = [Row(utterance(f"alarm for [time : {word}]", "set_alarm"), made) for word in words]
    augmented = [Row(utterance("rain in paris", "null"), Provenance("augmented", "slot_resampling@1", "", ("s2",)))]
    test = [Row.human(utterance("set an alarm", "set_alarm", "t0"))]
    return {"train": human + augmented + synthetic, "validation": [], "test": test}


def contents(folder):
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def some_manifest(splits=None, **changes):
    """The manifest of some rows, as `write_dataset` counts it, with changes."""
    columns = {name: [row.to_dict() for row in rows] for name, rows in (splits or some_splits()).items() if rows}
    sizes = {name: SplitSize(len(rows), 100 * len(rows)) for name, rows in columns.items()}
    return replace(count_rows(FACTS, columns), splits=sizes, **changes)


def some_uplift(arm="linguist", **settings):
    report = make_report(some_scores(**settings), ["upsampled", "slot_resampling"], {}, {}, test_rows=700)
    return Uplift.of(report, arm)


def metadata(card):
    return read_front_matter(card)[0]
