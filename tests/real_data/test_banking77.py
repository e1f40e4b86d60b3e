"""Generation for the 77 classes of Banking77 over HTTP: counts, seeds, languages, and the guard of held-out rows."""

from collections import Counter, defaultdict

import pytest
from classes import asked_for, write_badly
from endpoint_server import EndpointServer, answer

from hf_synth import ClassificationBuilder
from hf_synth.builders.built import read_splits
from hf_synth.schema import ORIGINS, normalise
from hf_synth.sources import Source

pytestmark = pytest.mark.real_data
COLUMNS = {"text": "text", "intent": "intent"}


@pytest.fixture(scope="module")
def sources(data):
    folder = str(data / "banking77")
    return {"seeds": Source(folder, "train", COLUMNS, limit_per_intent=12), "test": Source(folder, "test", COLUMNS)}


def make(tmp_path, server, **changes):
    work = {"cache_dir": str(tmp_path / "cache"), "work_dir": str(tmp_path / "work")}
    made = ClassificationBuilder(teacher=f"{server.url}#m", **{**work, **changes})
    made.download_and_prepare()
    return made.as_dataset()


def serve(held_out):
    """A teacher that writes badly and also repeats test rows: they must not come through."""

    def write(prompt, seed, number):
        return write_badly(prompt, seed, number) if len(prompt) % 5 else str(held_out[:3])

    return EndpointServer(lambda request, path, headers: answer(request, content=write))


def test_every_class_gets_its_rows(tmp_path, sources):
    train, _, test = read_splits(sources["seeds"], None, sources["test"])
    held_out = [row.text for row in test]
    with serve(held_out) as server:
        splits = make(tmp_path, server, **sources, rows_per_class=20, locales=("en-GB", "de-DE"), max_completions=15)
        prompts = [body["messages"][0]["content"] for body, _, _ in server.requests]
    rows, labels = splits["train"], splits["train"].features["label"]
    assert len(labels.names) == 77
    assert len(splits["test"]) == 3080
    made = [row for row in rows if row["origin"] == ORIGINS.index("synthetic")]
    assert Counter(row["label"] for row in made) == dict.fromkeys(range(77), 20)
    assert Counter(row["locale"] for row in made) == {"en-GB": 770, "de-DE": 770}
    assert all(row["text"].startswith(labels.int2str(row["label"]).replace("_", " ").lower()[:4]) for row in made)

    own = defaultdict(set)
    for row in train:
        own[row.intent].add(row.seed_id)
    for row in made:
        assert len(row["seed_ids"]) == 10
        assert set(row["seed_ids"]) <= own[labels.int2str(row["label"])]

    forbidden = {normalise(text) for text in held_out}
    assert not forbidden & {normalise(text) for text in rows["text"]}
    lines = {normalise(line.removeprefix("- ").strip('"')) for prompt in prompts for line in prompt.splitlines()}
    assert not forbidden & lines


def test_minorities_are_balanced(tmp_path, data):
    source = Source(str(data / "banking77"), "train", COLUMNS)
    train, _, _ = read_splits(source, None, None)
    sizes = Counter(row.intent for row in train)
    with serve(["x"]) as server:
        splits = make(tmp_path, server, seeds=source, balance_to=50, mixing="all")
        asked = {asked_for(body["messages"][0]["content"])[0] for body, _, _ in server.requests}
    rare = {label: 50 - size for label, size in sizes.items() if size < 50}
    rows = splits["train"]
    made = Counter(rows.features["label"].int2str(row["label"]) for row in rows if row["origin"])
    assert rare
    assert made == rare
    assert len(asked) == len(rare)
