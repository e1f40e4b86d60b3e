"""Datasets that may be published, as a run leaves them."""

import json
import shutil
from dataclasses import replace

from small import held_out_records, seed_records, utterances

from hf_synth.cards.dataset import write_dataset
from hf_synth.cards.manifest import DatasetManifest, Writer
from hf_synth.generation import Reject
from hf_synth.run_folder import write_rejects
from hf_synth.schema import Provenance, Row

FILES = {"test.parquet", "train.parquet", "validation.parquet", "manifest.json", "README.md"}
FACTS = DatasetManifest(
    name="alarms",
    recipe="small",
    task="intent_slots",
    method="linguist@1",
    teacher=Writer("tiny@ab12", "ab12", "apache-2.0"),
    targets=("set_alarm",),
    license="cc-by-4.0",
)
REVIEW = {"sampled": 10, "wrong": 1, "passed": True}


def splits(made=2, locale="en-US"):
    train = utterances(seed_records())
    provenance = Provenance("synthetic", "linguist@1", "tiny@ab12", ("set_alarm-0",))
    written = utterances(
        [{"id": "", "intent": "set_alarm", "utterance": f"an alarm number {n} at [time : six]"} for n in range(made)]
    )
    parts = {
        "train": [*map(Row.human, train), *(Row(utterance, provenance) for utterance in written)],
        "validation": list(map(Row.human, utterances(held_out_records("validation")))),
        "test": list(map(Row.human, utterances(held_out_records("test")))),
    }
    return {
        name: [replace(row, utterance=replace(row.utterance, locale=locale)) for row in rows]
        for name, rows in parts.items()
    }


def write_run(run, rows=None, facts=FACTS, **changes):
    """Write the folder of a run with one dataset, its manifest and its rejects."""
    write_rejects([Reject("malformed", "an alarm [", "no end")], run / "rejects.parquet")
    shutil.rmtree(run / "dataset", ignore_errors=True)
    write_dataset(rows or splits(), run / "dataset", facts)
    change_manifest(run, **{"review": REVIEW, **changes})
    return run


def change_manifest(run, **changes):
    file = run / "dataset" / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), **changes}), encoding="utf-8")
