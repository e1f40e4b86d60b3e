"""What every registered transform owes, whoever wrote it: a new one is picked up by being registered."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest
from datasets import Dataset, load_dataset
from datasets.fingerprint import Hasher

from hf_synth import registry
from hf_synth.schema import tags_to_spans
from hf_synth.transforms.alignment import bare
from transforms.rows import NAMES, SETTINGS, VALUES, make, tagged_rows, texts

TESTS = Path(__file__).parent.parent
ODD = ["", None, "  ", "\n", "word " * 2000, "x" * 10_000, "👩‍🚀🎉", "שלום עולם, מה שלומך היום", "مرحبا بالعالم", "a"]
# Another value of every kind of setting, to see that it moves the cache key.
OTHER = {
    "column": "utterance", "copies": 2, "seed": 7, "tag_names": ("O",), "refused": "keep", "rate": 0.9, "swaps": 3,
    "in_slots": True, "values": {"city": VALUES["city"]}, "n": 1, "language": "fr", "weights": (2.0, 1.0),
    "probability": 0.1, "teacher_name": "another", "level": "high", "spans": "refuse", "temperature": 0.5,
    "max_new_tokens": 9, "source": "de", "pivots": ("zh",), "models": "x-{source}-{target}", "engine": "transformers",
    "compute_type": "bfloat16", "num_beams": 2, "num_return_sequences": 1, "slot_values": "translate",
    "target": "fr-CA",
}  # fmt: skip


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Plain and tagged rows on disk: only such datasets are cached by `map`."""
    folder = tmp_path_factory.mktemp("rows")
    kinds = {"plain": {"text": texts(40)}, "tagged": tagged_rows(40)}
    for kind, rows in kinds.items():
        Dataset.from_dict({**rows, "number": list(range(40))}).to_parquet(str(folder / f"{kind}.parquet"))
    return {
        kind: load_dataset(
            "parquet", data_files=str(folder / f"{kind}.parquet"), split="train", cache_dir=str(folder / kind)
        )
        for kind in kinds
    }


def run(dataset, transform, **arguments):
    return dataset.map(transform, batched=True, remove_columns=dataset.column_names, **arguments)[:]


@pytest.mark.parametrize("name", NAMES)
def test_it_is_frozen_and_pickles(name):
    transform = make(name)
    assert transform.name == name
    assert pickle.loads(pickle.dumps(transform)) == transform
    with pytest.raises(FrozenInstanceError):
        transform.seed = 3


def fingerprints():
    found = {}
    for name in NAMES:
        transform = make(name)
        before = Hasher.hash(transform)
        transform({"text": texts(5)})
        found[name] = [before, Hasher.hash(transform), transform.cache_key()]
    return found


def test_fingerprints_are_equal_in_other_processes_before_and_after_use():
    code = "import json\nfrom transforms.test_contract import fingerprints\nprint(json.dumps(fingerprints()))"
    here = fingerprints()
    assert all(before == after for before, after, _ in here.values())
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(TESTS)},
        )
        assert json.loads(done.stdout.splitlines()[-1]) == here


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_that_decides_rows_moves_the_fingerprint_and_no_other(name, monkeypatch):
    transform = make(name)
    seen = {Hasher.hash(transform)}
    for field in fields(transform):
        if not field.metadata.get("in_key", True):
            other = replace(transform, **{field.name: "elsewhere" if isinstance(field.default, str) else 99})
            assert Hasher.hash(other) == Hasher.hash(transform), field.name
            continue
        if field.name in ("transforms", "transform"):
            step = make("spelling_noise", rate=0.77)
            changed = replace(transform, **{field.name: (step, step) if field.name == "transforms" else step})
        elif field.name == "num_return_sequences":
            changed = replace(transform, num_beams=2, num_return_sequences=2)
        else:
            assert field.name in OTHER, "say here what else the setting may be"
            changed = replace(transform, **{field.name: OTHER[field.name]})
        assert Hasher.hash(changed) not in seen, field.name
        seen.add(Hasher.hash(changed))
    before = Hasher.hash(transform)
    monkeypatch.setattr(type(transform), "version", transform.version + 1)
    assert Hasher.hash(transform) != before


@pytest.mark.parametrize("name", NAMES)
def test_rows_do_not_depend_on_processes_batches_or_order(name, saved):
    transform = make(name, copies=2)
    rows = saved["tagged" if name == "slot_resampling" else "plain"]
    wanted = run(rows, transform, batch_size=1000)
    assert wanted["number"], "the transform made no row"
    numbers = (1, 2, 4) if name in ("spelling_noise", "back_translation") else (2,)
    for arguments in ({"batch_size": 1}, {"batch_size": 7}, *({"num_proc": count} for count in numbers)):
        assert run(rows, transform, load_from_cache_file=False, **arguments) == wanted, arguments
    turned = run(rows.select(range(len(rows))[::-1]), transform, batch_size=3)
    assert sorted(map(repr, Dataset.from_dict(wanted))) == sorted(map(repr, Dataset.from_dict(turned)))
    stream = rows.to_iterable_dataset().map(transform, batched=True, remove_columns=rows.column_names)
    assert list(stream) == list(Dataset.from_dict(wanted))


@pytest.mark.parametrize("name", NAMES)
def test_odd_texts_pass_or_are_refused_with_a_reason(name):
    made = make(name, refused="keep")({"text": list(ODD), "number": list(range(len(ODD)))})
    assert [made["number"].count(number) for number in range(len(ODD))] == [1] * len(ODD)
    for text, source, reason, origin in zip(
        made["text"], (ODD[n] for n in made["number"]), made["reject"], made["origin"], strict=True
    ):
        assert (origin == "augmented") == (reason == "")
        assert (text == source) == bool(reason), reason
    assert set(made["reject"][:4]) == {"empty"}


@pytest.mark.parametrize("name", NAMES)
def test_what_it_makes_differs_from_its_source_and_says_where_it_is_from(name):
    transform = make(name, copies=3)
    made = transform({"text": texts(20), "id": [f"r{n}" for n in range(20)]})
    sources = dict(zip((f"r{n}" for n in range(20)), texts(20), strict=True))
    for text, ids, method in zip(made["text"], made["seed_ids"], made["method"], strict=True):
        assert text != sources[ids[0]]
        assert f"{name}@{transform.version}" == method or name in ("compose", "one_of", "sometimes")
    pairs = list(zip(made["text"], made["id"], strict=True))
    assert len(set(pairs)) == len(pairs)


def values_of(tokens, tags):
    return [(span.slot, tuple(tokens[span.start : span.end])) for span in tags_to_spans(tags)]


@pytest.mark.parametrize("name", NAMES)
def test_tags_always_point_at_their_words(name):
    rows = tagged_rows(200 if name in ("back_translation", "translation") else 5000)
    rows["number"] = list(range(len(rows["tokens"])))
    made = make(name, copies=1)(rows)
    changed = 0
    for tokens, tags, number in zip(made["tokens"], made["slot_tags"], made["number"], strict=True):
        assert len(tokens) == len(tags)
        before = values_of(rows["tokens"][number], rows["slot_tags"][number])
        after = values_of(tokens, tags)
        if name == "slot_resampling":
            assert [slot for slot, _ in before] == [slot for slot, _ in after]
            assert all(value in VALUES[slot] for slot, value in after)
        else:
            plain = [sorted((slot, tuple(map(bare, value))) for slot, value in side) for side in (before, after)]
            assert plain[0] == plain[1]
        changed += bool(after)
    if name not in ("paraphrase", "back_translation", "translation"):  # theirs have tests of their own
        assert changed > 500


def test_settings_are_named_for_parts_that_exist():
    assert set(SETTINGS) <= set(NAMES)
    assert not set(OTHER) - {field.name for name in NAMES for field in fields(registry.find("transform", name))}


def test_importing_them_loads_no_model_and_no_data():
    code = (
        "import sys\nfrom hf_synth import registry\n"
        "[registry.find('transform', name) for kind, name in registry.parts() if kind == 'transform']\n"
        "heavy = {'torch', 'transformers', 'ctranslate2', 'nltk', 'faker', 'ray', 'sacrebleu'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
