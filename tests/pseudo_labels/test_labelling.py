import pickle
import subprocess
import sys

import pytest
from datasets import ClassLabel, Dataset, Features, Value
from datasets.fingerprint import Hasher

from hf_synth import Guard
from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.pseudo_labels import (
    ClassifierSettings,
    LabelLossSettings,
    LabelRow,
    PseudoLabel,
    balance_labels,
    train_classifier,
)

NAMES = ("card", "new", "lost")
TEXTS = [f"{words} {n}" for n in "123456" for words in ("a card", "new thing", "lost it")]
GOLDS = [NAMES[place % 3] for place in range(len(TEXTS))]


@pytest.fixture(scope="module")
def folders(encoder, tmp_path_factory):
    """Two classifiers of the same labels."""
    settings = ClassifierSettings(base=encoder, epochs=60, learning_rate=4e-3, max_tokens=64)
    made = []
    for seed in (0, 1):
        labels = [LabelRow((NAMES.index(label),)) for label in GOLDS]
        folder = tmp_path_factory.mktemp("classifier") / "model"
        loss = LabelLossSettings(decay=1.0, negative_weight=0.0)
        train_classifier(TEXTS, labels, NAMES, settings, loss, seed).save(folder)
        made.append(str(folder))
    return tuple(made)


def rows(texts=TEXTS, **columns):
    return Dataset.from_dict({"text": list(texts), "id": [f"r{n}" for n in range(len(texts))], **columns})


def run(dataset, transform, **arguments):
    return dataset.map(transform, batched=True, remove_columns=dataset.column_names, **arguments)


def test_rows_get_labels_and_say_where_they_are_from(folders):
    made = run(rows(), PseudoLabel(folders, threshold=0.5))
    assert made["label"][:] == GOLDS
    assert made["text"][:] == TEXTS
    assert set(made["origin"]) == {"augmented"}
    assert set(made["method"]) == {"pseudo_label@1"}
    assert made["seed_ids"][0] == ["r0"]
    assert all(0.5 <= chance <= 1 for chance in made["confidence"])
    with pytest.raises(ContaminationError, match="has the origin 'augmented'"):
        Guard().check(made)


def test_rows_do_not_depend_on_batches_processes_or_order(folders):
    transform, dataset = PseudoLabel(folders, threshold=0.5), rows()
    wanted = run(dataset, transform)[:]
    for arguments in ({"batch_size": 1}, {"batch_size": 7}, {"num_proc": 2}):
        assert run(dataset, transform, load_from_cache_file=False, **arguments)[:] == wanted
    turned = run(dataset.select(range(len(TEXTS))[::-1]), transform)
    assert sorted(map(repr, turned)) == sorted(map(repr, run(dataset, transform)))


def test_unsure_rows_are_dropped_or_kept_with_the_reason(folders):
    dataset = rows(["a card 1", "", None])
    sure = PseudoLabel(folders, thresholds={"card": 1.0})
    assert run(dataset, sure).num_rows == 0
    kept = run(dataset, PseudoLabel(folders, thresholds={"card": 1.0}, refused="keep"))
    assert kept["reject"][:] == ["unsure", "empty", "empty"]
    assert kept["label"][:] == [None] * 3
    assert kept["origin"][:] == ["human"] * 3


def test_a_row_may_get_several_labels(folders):
    made = run(rows(["a new card 1"]), PseudoLabel(folders, threshold=0.0, multi_label=True, top_k=2))
    assert len(made["labels"][0]) == 2
    assert made["confidences"][0] == sorted(made["confidences"][0], reverse=True)
    every = run(rows(["a new card 1"]), PseudoLabel(folders, threshold=0.0, multi_label=True))
    assert len(every["labels"][0]) == 3


def test_the_mean_of_several_models_counts(folders):
    chances = [PseudoLabel((folder,)).judge(TEXTS[:1])[1] for folder in folders]
    both = PseudoLabel(folders).judge(TEXTS[:1])[1]
    assert both == pytest.approx((chances[0] + chances[1]) / 2, abs=1e-3)


def test_it_is_calibrated_on_rows_of_people_alone(folders):
    features = Features({"text": Value("string"), "label": ClassLabel(names=NAMES), "origin": Value("string")})
    wrong = [*GOLDS[1:], GOLDS[0]]  # nothing is as it seems: the classifier is far too sure
    human = {"text": TEXTS, "origin": ["human"] * len(TEXTS)}
    validation = Dataset.from_dict({**human, "label": wrong}, features=features)
    transform = PseudoLabel(folders).calibrate(validation)
    assert transform.temperature > 5
    right = Dataset.from_dict({**human, "label": GOLDS}, features=features)
    exact = PseudoLabel(folders).calibrate(right, precision=1.0)
    assert exact.temperature < 1
    assert set(exact.thresholds) == set(NAMES)
    assert run(rows(), exact)["label"][:] == GOLDS
    made = Dataset.from_dict({**human, "label": GOLDS, "origin": ["synthetic"] * len(TEXTS)}, features=features)
    with pytest.raises(ContaminationError, match="validation row 0 has the origin 'synthetic'"):
        PseudoLabel(folders).calibrate(made)


def test_settings_and_weights_move_the_fingerprint_and_processes_do_not(folders):
    transform = PseudoLabel(folders[:1])
    seen = {Hasher.hash(PseudoLabel(folders[:1], **changes)) for changes in ({}, {"threshold": 0.8}, {"top_k": 1})}
    assert len(seen | {Hasher.hash(PseudoLabel(folders[1:]))}) == 4
    assert pickle.loads(pickle.dumps(transform)) == transform
    code = (
        "from datasets.fingerprint import Hasher\nfrom hf_synth.pseudo_labels import PseudoLabel\n"
        f"print(Hasher.hash(PseudoLabel(({folders[0]!r},))))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split()[-1] == Hasher.hash(transform)


def test_no_label_crowds_out_the_others():
    dataset = Dataset.from_dict({"label": list("aaab"), "confidence": [0.7, 0.9, 0.9, 0.6]})
    assert balance_labels(dataset, most=2)[:] == {"label": ["a", "a", "b"], "confidence": [0.9, 0.9, 0.6]}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"models": ()}, "models is a tuple of folders or Hub ids"),
        ({"models": "one"}, "models is a tuple of folders or Hub ids, got 'one'"),
        ({"threshold": 1.5}, r"threshold must be in \[0, 1\], got 1.5"),
        ({"top_k": -1}, "top_k must be at least 0, got -1"),
        ({"temperature": 0}, "temperature must be above 0, got 0"),
        ({"refused": "no"}, "refused is one of drop, keep, got 'no'"),
    ],
)
def test_wrong_settings(changes, message):
    with pytest.raises(ConfigError, match=message):
        PseudoLabel(**{"models": ("x",), **changes})


def test_wrong_rows_and_models(folders, encoder):
    with pytest.raises(SchemaError, match="the rows have a column 'label' already"):
        PseudoLabel(folders)({"text": ["x"], "label": ["a"]})
    with pytest.raises(SchemaError, match=r"no column 'text' in the batch\nHint: Did you mean 'texts'"):
        PseudoLabel(folders)({"texts": ["x"]})
    with pytest.raises(SchemaError, match="batched=True is missing"):
        PseudoLabel(folders)({"text": "x"})
    with pytest.raises(ConfigError, match=r"thresholds: unknown label 'crad'\nHint: Did you mean 'card'"):
        PseudoLabel(folders, thresholds={"crad": 0.5})({"text": ["x"]})
    with pytest.raises(ConfigError, match="is no classifier"):
        PseudoLabel((encoder,))({"text": ["x"]})
    features = Features({"text": Value("string"), "label": Value("string")})
    other = Dataset.from_dict({"text": ["x"], "label": ["other"]}, features=features)
    with pytest.raises(SchemaError, match="validation row 0: unknown label 'other'"):
        PseudoLabel(folders).calibrate(other)
