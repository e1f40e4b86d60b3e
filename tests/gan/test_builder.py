from dataclasses import replace

import numpy as np
import pytest
from datasets import List, Value
from small import write_lines

from gan.shapes import some_points
from hf_synth import EmbeddingGanBuilder
from hf_synth.errors import ConfigError, ContaminationError, SchemaError, TeacherError
from hf_synth.gan import generation, training
from hf_synth.gan.settings import GanSettings
from hf_synth.guard import Guard

SMALL = GanSettings(steps=300, pretraining_steps=100, hidden=32, noise_size=8, learning_rate=2e-3, check_every=50)
QUICK = replace(SMALL, steps=2)
FILMS = {
    "good": ("a fine film", "warm and funny", "the best of the year", "i loved every minute"),
    "bad": ("a dull film", "cold and slow", "the worst of the year", "i hated every minute"),
}


def records(count=30, seed=0, **more):
    points = some_points(count, seed=seed)
    return [
        {"embedding": vector, "label": points.names[label], **more}
        for vector, label in zip(points.vectors.tolist(), points.labels.tolist(), strict=True)
    ]


@pytest.fixture
def make(tmp_path):
    """Write files, and make a builder of them."""

    def make(train=None, validation=None, test=None, pretraining=None, **settings):
        parts = {"seeds": train or records(), "validation": validation, "test": test, "pretraining": pretraining}
        for name, rows in parts.items():
            if rows:
                write_lines(tmp_path / f"{name}.jsonl", rows)
        files = {name: str(tmp_path / f"{name}.jsonl") for name, rows in parts.items() if rows}
        folders = {"work_dir": str(tmp_path / "work"), "cache_dir": str(tmp_path / "cache")}
        return EmbeddingGanBuilder(**{"gan": SMALL, **files, **folders, **settings})

    return make


def build(builder):
    builder.download_and_prepare()
    return builder.as_dataset()


def test_a_few_rows_become_a_dataset_with_made_ones(make):
    parts = {"validation": records(20, seed=1), "test": records(20, seed=2), "pretraining": records(80, seed=3)}
    dataset = build(make(**parts))
    assert {name: len(rows) for name, rows in dataset.items()} == {"train": 100, "validation": 20, "test": 20}
    train = dataset["train"]
    assert train.features["embedding"] == List(Value("float32"), length=6)
    assert train.features["label"].names == ["bad", "good"]
    made = train.filter(lambda row: row["origin"] != train.features["origin"].str2int("human"))
    assert set(made["method"]) == {"embedding_gan@1"}
    assert np.bincount(made["label"]).tolist() == [35, 35]
    assert np.isfinite(np.array(made["embedding"])).all()
    assert train.features["chances"] == List(Value("float32"), length=2)
    chances = np.array(train["chances"])
    assert np.allclose(chances.sum(axis=1), 1, atol=1e-5)
    assert np.array_equal(chances.argmax(axis=1), train["label"])
    assert set(chances[:30].ravel()) == {0, 1}
    assert ((chances[30:] > 0) & (chances[30:] < 1)).any()
    with pytest.raises(ContaminationError, match=r"train row 30 .* has the origin 'synthetic'"):
        Guard(column="embedding").check(train, split="train")
    with pytest.raises(ContaminationError, match="also stands in the training rows"):
        Guard(column="embedding").check(dataset["test"], dataset["test"])
    Guard(column="embedding").check(dataset["test"], train)


def test_equal_settings_share_a_cache_and_others_do_not(make, monkeypatch):
    first = build(make())["train"]["embedding"][:]
    monkeypatch.setattr(training, "_Run", None)  # nothing is trained again
    assert build(make(work_dir="elsewhere"))["train"]["embedding"][:] == first
    with pytest.raises(TypeError):
        build(make(seed=1))


def test_texts_are_embedded_by_any_encoder(make, encoder, tmp_path):
    rows = [{"text": text, "label": label} for label, texts in FILMS.items() for text in texts]
    words = sorted({word for row in rows for word in row["text"].split()})
    generator = np.random.default_rng(0)
    lines = [f"{word} {' '.join(map(str, generator.normal(size=3).round(3)))}" for word in words]
    (tmp_path / "words.vec").write_text("\n".join([f"{len(words)} 3", *lines]))
    sizes = {encoder: 32, f"words:{encoder}": 32, str(tmp_path / "words.vec"): 3}
    for name, size in sizes.items():
        train = build(make(train=rows, encoder=name, rows=4, gan=QUICK))["train"]
        assert train.features["embedding"].length == size
        assert 8 <= len(train) <= 12


def test_rows_of_the_test_are_not_trained_on(make):
    test = records(10, seed=4)
    train = build(make(train=[*records(), *test, records()[0]], test=test, gan=QUICK))["train"]
    assert sum(origin == train.features["origin"].str2int("human") for origin in train["origin"]) == 30


def test_points_that_are_missing_are_told(make, caplog, monkeypatch):
    monkeypatch.setattr(generation, "BATCH", 4)
    monkeypatch.setattr(generation, "BUDGET", 1)
    with caplog.at_level("WARNING"):
        made = len(build(make(gan=QUICK, rows=20))["train"]) - 30
    assert made < 20
    assert f"{made} of 20 points" in caplog.text


@pytest.mark.parametrize(
    ("rows", "settings", "error", "message"),
    [
        ([{**row, "label": "good"} for row in records()], {}, SchemaError, "all rows have the class 'good'"),
        ([*records()[:1], *records()[1::2]], {}, SchemaError, "the class 'bad' has 1 row, expected at least 2"),
        (
            [*records(), {"embedding": [1.0], "label": "good"}],
            {},
            SchemaError,
            r"row 30 has an embedding of shape \(1,",
        ),
        ([*records(), {"embedding": [float("nan")] * 6, "label": "good"}], {}, SchemaError, "row 30 .* NaN"),
        ([*records(), {"text": "hm", "label": "good"}], {}, SchemaError, "1 of 31 rows have a text"),
        ([{"label": "good"}], {}, SchemaError, r"seeds\.jsonl:1: expected a text or an embedding"),
        ([{"embedding": "0.1 0.2", "label": "good"}], {}, SchemaError, r"seeds\.jsonl:1: expected a list of numbers"),
        (
            [{"embedding": [0.1, None], "label": "good"}],
            {},
            SchemaError,
            r"seeds\.jsonl:1: expected a list of numbers",
        ),
        ([{"text": "hm"}], {}, SchemaError, r"seeds\.jsonl:1: expected the name of a class in 'label', got None"),
        (records(origin="synthetic"), {}, ContaminationError, r"seeds\.jsonl:1"),
        ([{"text": "hm", "label": x} for x in "ab"], {"encoder": "./none"}, TeacherError, "'./none': no such folder"),
        (
            [{"text": "hm", "label": x} for x in "ab"],
            {"encoder": "none.vec"},
            TeacherError,
            "'none.vec': no such file",
        ),
        (records(), {"mixing": "all"}, ConfigError, "it has no bound"),
        (records(), {"mixing": "most"}, ConfigError, "mixing must be"),
    ],
)
def test_rows_and_settings_that_are_wrong(make, rows, settings, error, message):
    with pytest.raises(error, match=message):
        build(make(train=rows, **settings))


def test_classes_and_spaces_that_do_not_fit(make):
    with pytest.raises(SchemaError, match="row 0 has the class 'so-so', expected one of bad, good"):
        build(make(pretraining=[{**row, "label": "so-so"} for row in records()]))
    with pytest.raises(ConfigError, match="makes 7 numbers of bad, good, the real points have 6"):
        build(make(pretraining=[{**row, "embedding": [*row["embedding"], 1.0]} for row in records(40, seed=3)]))
    with pytest.raises(ConfigError, match="needs seeds"):
        EmbeddingGanBuilder()
