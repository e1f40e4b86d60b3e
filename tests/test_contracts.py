"""What every registered part owes, whoever wrote it: a new part is picked up by being registered."""

import inspect
import os
import pickle
import re
import subprocess
import sys
from copy import deepcopy
from dataclasses import fields, replace
from pathlib import Path

import pytest
from small import held_out_records, human_row, seed_records, utterances

from hf_synth import registry
from hf_synth.columns import features
from hf_synth.configuration import from_dict
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Verdict, fit_filters
from hf_synth.filters.dataset import filter_dataset
from hf_synth.schema import Provenance, Row, label_names

TESTS = Path(__file__).parent
PARTS = sorted(registry._PARTS)
FILTERS = [name for kind, name in PARTS if kind == "filter"]


def parsed_row(text, parse):
    row = human_row(text)
    return replace(row, utterance=replace(row.utterance, parse=f"(FORECAST {parse} )"))


REFERENCE = [
    *(Row.human(utterance) for utterance in utterances(seed_records())),
    parsed_row("will there be rain", "(SKY rain )"),
    parsed_row("tomorrow without fog", "(NOT (SKY fog ) )"),
    parsed_row("today without wind", "(NOT (SKY wind ) )"),
]


def made_rows():
    """Rows with something for every filter: copies, one word, many words, odd slots, an address, German."""
    rows = [Row(u, Provenance("synthetic", "linguist@1", "t", ("s",))) for u in utterances(held_out_records("test"))]
    strange = (
        "stop",
        "so " * 60,
        "weather in oslo is what i want",
        "weather in [city : oslo] is what i want",
        "weather in [planet : mars]",
        "mail ann@example.org",
        "wie wird das wetter morgen in der stadt werden",
    )
    untold = parsed_row("will there be snow", "(NOT (SKY snow ) )")
    return [*rows, *(human_row(text) for text in strange), untold, *rows[:2], REFERENCE[0]]


def make_filter(name):
    """A filter as a recipe has it: fitted on the human rows, if it can be."""
    held_out = [Row.human(utterance) for utterance in utterances(held_out_records("test"))]
    return fit_filters([registry.find("filter", name)()], REFERENCE, held_out)[0]


@pytest.mark.parametrize(("kind", "name"), PARTS)
def test_part(kind, name):
    part = registry.find(kind, name)
    assert inspect.isclass(part)
    assert part.__module__ == registry._PARTS[kind, name].partition(":")[0]
    assert inspect.getdoc(part), "a part has a docstring"
    assert re.fullmatch(r"[a-z][a-z0-9_]*", name)
    if kind != "metric":  # a metric's version is that of the datasets library's own form
        assert part.name == name
        assert isinstance(part.version, int)
        assert part.version >= 1


@pytest.mark.parametrize(("kind", "name"), PARTS)
def test_part_has_tests_of_its_own(kind, name):
    _, folder, module = registry._PARTS[kind, name].partition(":")[0].split(".")
    assert (TESTS / folder / f"test_{module}.py").is_file()


def test_every_file_of_a_kind_is_registered():
    """A file that defines a filter, a transform or a metric and is not registered cannot be used by name."""
    package = Path(registry.__file__).parent
    registered = {target.partition(":")[0] for target in registry._PARTS.values()}
    counts = "bootstrap counts label_counts outcomes parse_counts parse_outcomes".split()
    helpers = {f"hf_synth.metrics.{name}" for name in counts}
    helpers |= {
        f"hf_synth.filters.{name}"
        for name in "base buckets chain classifier dataset embedding reading shingles word_runs".split()
    }
    helpers |= {
        f"hf_synth.transforms.{name}"
        for name in ("alignment", "base", "lexicon", "marian", "passage", "process", "stand_in", "values")
    }
    for kind in ("filter", "transform", "metric"):
        for file in (package / f"{kind}s").glob("[!_]*.py"):
            assert f"hf_synth.{kind}s.{file.stem}" in registered | helpers


@pytest.mark.parametrize("name", FILTERS)
def test_filter_of_a_recipe(name):
    """What a fitted filter has learnt is no setting."""
    kind, fitted = registry.find("filter", name), make_filter(name)
    assert from_dict(kind, {}) == kind()
    learnt = {field.name for field in fields(kind) if not field.init}
    for field in learnt:
        assert getattr(kind(), field) is None
        assert getattr(fitted, field) is not None
        with pytest.raises(ConfigError, match="unknown key"):
            from_dict(kind, {field: {}})


@pytest.mark.parametrize("name", FILTERS)
def test_filter(name):
    filter_ = make_filter(name)
    rows, reference = made_rows(), list(REFERENCE)
    before = deepcopy((rows, reference))
    verdicts = filter_(rows, reference)
    assert (rows, reference) == before, "a filter changes nothing"
    assert len(verdicts) == len(rows)
    assert all(isinstance(verdict, Verdict) for verdict in verdicts)
    assert not all(verdict.keep for verdict in verdicts), "made_rows lacks a row that this filter drops"
    assert any(verdict.keep for verdict in verdicts)
    assert all(re.fullmatch(r"[a-z_]+", verdict.reason) and verdict.detail for verdict in verdicts if not verdict.keep)
    assert filter_(rows, reference) == verdicts
    assert filter_(rows, reference[::-1]) == verdicts, "the order of the reference does not matter"
    again = pickle.loads(pickle.dumps(filter_))
    assert again == filter_
    assert again(rows, reference) == verdicts
    assert filter_([], reference) == []
    assert len(filter_(rows, [])) == len(rows)


def as_dataset(rows):
    from datasets import Dataset, Features, Value

    intents, slots = label_names([row.utterance for row in (*rows, *REFERENCE)])
    columns = Features({**features(intents, slots), "parse": Value("string")})
    return Dataset.from_list([{**row.to_dict(), "parse": row.utterance.parse} for row in rows], features=columns)


@pytest.mark.parametrize("name", FILTERS)
def test_filter_on_a_dataset(name):
    """The verdicts are those on rows; what stays has all columns, and what goes has its reason."""
    filter_ = make_filter(name)
    rows = made_rows()
    verdicts = filter_(rows, REFERENCE)
    data, reference = as_dataset(rows), as_dataset(REFERENCE)
    kept, rejects = filter_dataset(data, [filter_], reference)
    assert kept.features == data.features
    assert kept.to_list() == [record for record, verdict in zip(data, verdicts, strict=True) if verdict.keep]
    assert filter_(data, reference).to_list() == kept.to_list()
    assert [(reject["row"], reject["reason"], reject["detail"], reject["score"]) for reject in rejects.to_list()] == [
        (n, v.reason, v.detail, v.score) for n, v in enumerate(verdicts) if not v.keep
    ]


def reasons(name):
    filter_ = make_filter(name)
    return [verdict.reason for verdict in filter_(made_rows(), REFERENCE)]


def test_filters_are_deterministic_in_another_process():
    code = "from test_contracts import *\nprint([reasons(name) for name in FILTERS])"
    outputs = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(TESTS)},
        ).stdout
        for seed in ("1", "2")
    }
    assert outputs == {f"{[reasons(name) for name in FILTERS]}\n"}


def test_unknown_part():
    with pytest.raises(ConfigError, match="no filter is called 'duplicat'") as caught:
        registry.find("filter", "duplicat")
    assert caught.value.hint == "Did you mean 'duplicate'?"


def test_plugin_is_found(tmp_path, monkeypatch):
    (tmp_path / "their_parts.py").write_text("class Mine:\n    version = 7\n\n\nclass Duplicate:\n    version = 9\n")
    info = tmp_path / "their_parts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: their-parts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[hf_synth.plugins]\nfilter.mine = their_parts:Mine\nfilter.duplicate = their_parts:Duplicate\n"
        "soup.of_the_day = their_parts:Mine\nfilter = their_parts:Mine\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert registry.find("filter", "mine").version == 7
    assert registry.find("filter", "duplicate").version == 1, "a plugin cannot take the place of our own part"
    assert set(registry.parts()) - set(PARTS) == {("filter", "mine")}
