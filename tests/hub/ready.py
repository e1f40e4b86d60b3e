"""Datasets that may be published, as a run leaves them."""

import json
import shutil

from small import held_out_records, seed_records, utterances

from hf_synth.cards import CardFacts, write_dataset
from hf_synth.generation import Reject
from hf_synth.run_folder import write_rejects
from hf_synth.schema import Provenance, Row

FILES = {"test.parquet", "train.parquet", "validation.parquet", "manifest.json", "README.md"}
FACTS = CardFacts(
    "alarms", "small", "linguist@1", "tiny@ab12", ("en-US",), ("set_alarm",), "0.1.0", license="cc-by-4.0"
)
MANIFEST = {
    "name": "alarms",
    "recipe": "small",
    "task": "intent_slots",
    "license": "cc-by-4.0",
    "teacher": {"name": "tiny@ab12", "license": "apache-2.0"},
    "locales": ["en-US"],
    "rows": {"train": {"human": 18, "synthetic": 2}, "validation": {"human": 3}, "test": {"human": 6}},
    "review": {"sampled": 10, "wrong": 1, "passed": True},
}


def splits(made=2):
    train = utterances(seed_records())
    provenance = Provenance("synthetic", "linguist@1", "tiny@ab12", ("set_alarm-0",))
    written = utterances(
        [{"id": "", "intent": "set_alarm", "utterance": f"an alarm number {n} at [time : six]"} for n in range(made)]
    )
    return {
        "train": [*map(Row.human, train), *(Row(utterance, provenance) for utterance in written)],
        "validation": list(map(Row.human, utterances(held_out_records("validation")))),
        "test": list(map(Row.human, utterances(held_out_records("test")))),
    }


def write_run(run, rows=None, facts=FACTS, **changes):
    """Write the folder of a run with one dataset, its manifest and its rejects."""
    write_rejects([Reject("malformed", "an alarm [", "no end")], run / "rejects.parquet")
    shutil.rmtree(run / "dataset", ignore_errors=True)
    write_dataset(rows or splits(), run / "dataset", facts)
    write_manifest(run, **changes)
    return run


def write_manifest(run, **changes):
    (run / "dataset" / "manifest.json").write_text(json.dumps({**MANIFEST, **changes}), encoding="utf-8")
