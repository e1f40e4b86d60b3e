import json

import pytest
from some_dataset import FACTS, some_splits

from hf_synth.cards.dataset import write_dataset
from hf_synth.cards.manifest import Review, Writer, read_manifest, write_manifest
from hf_synth.errors import ConfigError


@pytest.fixture
def folder(tmp_path):
    write_dataset(some_splits(), tmp_path / "dataset", FACTS)
    return tmp_path / "dataset"


def test_keys_that_others_read(folder):
    values = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (values["license"], values["teacher"]["license"], values["locales"]) == (None, None, ["en-US"])
    assert values["rows"]["train"] == {"augmented": 1, "human": 3, "synthetic": 7}
    assert (values["format"], values["uplift"], values["review"]) == (1, None, None)
    assert "/home" not in json.dumps(values)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": 2}, "has format 2, expected 1"),
        ({"task": "translation"}, "unknown task 'translation'"),
        ({"extra": 1}, "unknown key 'extra'"),
        ({"rows": {"train": {"human": "many"}}}, r"rows\.train\.human: expected int, got 'many'"),
        ({"rows": 3}, "rows: expected key: value pairs"),
        ({"splits": {"../x": {"num_examples": 1, "num_bytes": 1}}}, r"a split is named by letters"),
        ({"labels": {"intents": ["a", "a"]}}, r"labels\.intents names something twice"),
        ({"teacher": {"nam": "x"}}, r"unknown key 'teacher\.nam'"),
        ({"uplift": {"metric": "x"}}, "missing key uplift"),
    ],
    ids=str,
)
def test_a_broken_manifest(folder, change, message):
    values = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (folder / "manifest.json").write_text(json.dumps({**values, **change}), encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as caught:
        read_manifest(folder / "manifest.json")
    assert str(folder / "manifest.json") in caught.value.message


@pytest.mark.parametrize("text", ["[1]", '{"recipe": {}}', "null"])
def test_what_is_no_manifest_of_a_dataset(folder, text):
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"no such file|no manifest of a dataset"):
        read_manifest(folder / "manifest.json")


def test_facts_that_are_stated_later():
    stated = FACTS.state("cc-by-4.0", "mit", ("Seeds (/home/me/x.jsonl)",))
    assert (stated.license, stated.teacher.license, stated.sources) == ("cc-by-4.0", "mit", ("Seeds (x.jsonl)",))
    assert stated.state() == stated
    assert stated.state(sources=("other",)).license == "cc-by-4.0"


def test_teachers():
    assert Writer.of("scripted") == Writer("scripted")
    assert Writer.of("linguist-mini+1500rows@0a4c:float32").revision == "0a4c"


def test_half_a_manifest_is_never_seen(folder, monkeypatch):
    before = (folder / "manifest.json").read_bytes()
    monkeypatch.setattr("os.replace", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_manifest(FACTS, folder / "manifest.json")
    assert (folder / "manifest.json").read_bytes() == before


def with_review(folder, **review):
    file = folder / "manifest.json"
    file.write_text(json.dumps({**json.loads(file.read_text(encoding="utf-8")), "review": review}), encoding="utf-8")
    return read_manifest(file).review


@pytest.mark.parametrize("review", [{"sampled": 9, "interval": [0.1]}, {"sampled": 0, "interval": [0, 1]}])
def test_a_review_that_cannot_be(folder, review):
    with pytest.raises(ConfigError, match="interval of a review"):
        with_review(folder, wrong=0, passed=True, **review)


def test_a_review_of_an_earlier_version_is_read(folder):
    assert with_review(folder, sampled=9, wrong=0, passed=True) == Review(9, 0, True)
