"""`register()` changes tables of the datasets library, so everything here runs in processes of its own."""

import json
import subprocess
import sys

import parsed
import pytest
from small import held_out_records, seed_records, write_lines

PRELUDE = """
import os, sys, json, datasets
datasets.disable_progress_bars()
import hf_synth
from datasets import load_dataset
settings = {"teacher": "scripted", "rows_per_intent": 6, "work_dir": "work", "cache_dir": "cache"}
"""


@pytest.fixture
def python(tmp_path):
    """Run code in a folder with seeds; gives what it printed last as JSON."""
    write_lines(tmp_path / "seeds.jsonl", seed_records())
    for part in ("validation", "test"):
        write_lines(tmp_path / f"{part}.jsonl", held_out_records(part))

    def python(code):
        done = subprocess.run(
            [sys.executable, "-c", PRELUDE + code], cwd=tmp_path, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    return python


def test_load_dataset_runs_the_builder(python):
    found = python("""
hf_synth.register(); hf_synth.register()
files = {"train": "seeds.jsonl", "validation": "validation.jsonl", "test": "test.jsonl"}
loaded = load_dataset("linguist", data_files=files, **settings)
builder = hf_synth.LinguistBuilder(seeds="seeds.jsonl", validation="validation.jsonl", test="test.jsonl", **settings)
builder.download_and_prepare()
direct = builder.as_dataset()
streamed = load_dataset("linguist", data_files=files, streaming=True, **settings)
two = load_dataset("linguist", data_files=files, num_proc=2, **{**settings, "cache_dir": "other"})
part = load_dataset("linguist", data_files=files, split="train[:10%]", **settings)
named = load_dataset("linguist", "german", data_files=files, **settings)
key = lambda rows: sorted(json.dumps(row) for row in rows)
print(json.dumps({
    "sizes": {name: len(rows) for name, rows in loaded.items()},
    "features": loaded["train"].features == direct["train"].features == two["train"].features,
    "streamed_features": streamed["train"].features == direct["train"].features,
    "rows": all(key(loaded[name]) == key(direct[name]) == key(two[name]) == key(streamed[name]) for name in loaded),
    "order": loaded["train"][:] == direct["train"][:] == two["train"][:],
    "part": len(part),
    "named": len(named["train"]),
}))
""")
    assert found == {
        "sizes": {"train": 36, "validation": 3, "test": 6},
        "features": True,
        "streamed_features": True,
        "rows": True,
        "order": True,
        "part": 4,
        "named": 36,
    }


def test_seeds_alone(python):
    assert python("""
hf_synth.register()
loaded = load_dataset("linguist", data_files="seeds.jsonl", **settings)
print(json.dumps({name: len(rows) for name, rows in loaded.items()}))
""") == {"train": 36}


def test_classes(python):
    found = python("""
hf_synth.register()
files = {"train": "seeds.jsonl", "test": "test.jsonl"}
del settings["rows_per_intent"]
loaded = load_dataset("classification", data_files=files, rows_per_class=6, **settings)
print(json.dumps([loaded["train"].features["label"].names, {name: len(rows) for name, rows in loaded.items()}]))
""")
    assert found == [["get_weather", "play_music", "set_alarm"], {"train": 36, "test": 6}]


def test_parses(python, tmp_path):
    """The teacher knows nothing of parses: the human rows are left, and can be read as any dataset."""
    write_lines(tmp_path / "parses.jsonl", parsed.seed_records())
    found = python("""
hf_synth.register()
del settings["rows_per_intent"]
loaded = load_dataset("clasp", data_files="parses.jsonl", rows=4, **settings)
print(json.dumps([loaded["train"].column_names[:3], loaded["train"][0]["parse"], loaded["train"].num_rows]))
""")
    assert found == [["text", "parse", "locale"], parsed.SEEDS[0][1], 6]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ('load_dataset("linguist", teacher="scripted")', "needs data_files"),
        ('load_dataset("linguist", data_dir=".", teacher="scripted")', "needs data_files"),
        ('load_dataset("linguist", data_files=["seeds.jsonl", "test.jsonl"], **settings)', "2 files for train"),
        ('load_dataset("linguist", data_files={"dev": "seeds.jsonl"}, **settings)', "split 'dev'"),
    ],
)
def test_clear_errors(python, call, told):
    found = python(f"""
hf_synth.register()
try:
    {call}
except hf_synth.HfSynthError as error:
    print(json.dumps(str(error)))
""")
    assert told in found


def test_other_builders_are_as_before(python):
    assert python("""
hf_synth.register()
rows = load_dataset("json", data_files="seeds.jsonl", split="train", cache_dir="cache")
print(json.dumps(len(rows)))
""") == len(seed_records())


@pytest.mark.parametrize(
    "change",
    [
        "datasets.packaged_modules._PACKAGED_DATASETS_MODULES = [1]",
        "del datasets.packaged_modules._PACKAGED_DATASETS_MODULES",
        "del datasets.load.PackagedDatasetModuleFactory",
        "datasets.packaged_modules._PACKAGED_DATASETS_MODULES['linguist'] = ('theirs', 'x')",
    ],
)
def test_a_version_of_datasets_with_other_tables(python, change):
    found = python(f"""
import datasets.load, datasets.packaged_modules
{change}
try:
    hf_synth.register()
except hf_synth.HfSynthError as error:
    print(json.dumps(str(error)))
""")
    assert "builder" in found
