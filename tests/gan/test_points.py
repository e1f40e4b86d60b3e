from dataclasses import replace

import numpy as np
import pytest
import torch
from small import write_lines

from gan.shapes import some_points
from hf_synth.embedding_space.students import train_student
from hf_synth.errors import ConfigError, SchemaError
from hf_synth.gan.consistency import PointClassifier
from hf_synth.gan.judging import split_points
from hf_synth.gan.points import Points, check_classes, make_points
from hf_synth.gan.rows import read_items
from hf_synth.gan.settings import GanSettings
from hf_synth.gan.space import Space
from hf_synth.sources import Source


@pytest.mark.parametrize(
    ("vectors", "labels", "message"),
    [
        ([[0.0], [1.0]], ["a", "a"], "all rows have the class 'a'"),
        ([[0.0], [1.0, 2.0]], ["a", "b"], r"row 1 has an embedding of shape \(2,\), row 0 one of shape \(1,\)"),
        ([[0.0], [np.nan]], ["a", "b"], "row 1 has an embedding with NaN"),
        ([[0.0], [np.inf]], ["a", "b"], "row 1 has an embedding with NaN or infinity"),
        ([], [], "got 0 and 0"),
        ([[0.0]], ["a", "b"], "got 1 and 2"),
    ],
)
def test_points_that_are_wrong(vectors, labels, message):
    with pytest.raises(SchemaError, match=message):
        make_points(vectors, labels)


def test_classes_that_are_unknown_or_too_small():
    with pytest.raises(SchemaError, match="row 1 has the class 'c', expected one of a, b"):
        make_points([[0.0], [1.0]], ["a", "c"], ["a", "b"])
    points = make_points([[0.0], [1.0], [2.0]], ["a", "b", "b"])
    with pytest.raises(SchemaError, match="the class 'a' has 1 row, expected at least 2"):
        check_classes(points)


@pytest.mark.parametrize("classes", [2, 3])
def test_some_of_each_class_are_held_out(classes):
    points = some_points(30, classes=classes)
    left, held_out = split_points(points, 0.2, seed=1)
    assert np.bincount(held_out.labels).tolist() == [round(0.2 * 30 / classes)] * classes
    rows = {tuple(row) for row in points.vectors.tolist()}
    assert {tuple(row) for row in left.join(held_out).vectors.tolist()} == rows
    tiny = make_points([[0.0], [1.0], [2.0], [3.0]], ["a", "a", "b", "b"])
    assert [np.bincount(part.labels).tolist() for part in split_points(tiny, 0.01, seed=0)] == [[1, 1], [1, 1]]


@pytest.mark.parametrize("unit", [True, False])
def test_a_space_gives_points_back(unit):
    vectors = some_points().vectors
    if unit:
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    space = Space.of(vectors)
    inside = space.enter(vectors)
    assert space.unit is unit
    assert np.allclose(inside.mean(axis=0), 0, atol=1e-5)
    assert inside.std() == pytest.approx(1, abs=1e-4)
    assert np.allclose(space.leave(inside), vectors, atol=1e-5)
    assert np.allclose(np.linalg.norm(space.leave(inside * 3), axis=1), 1, atol=1e-5) is unit


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"steps": 0}, "gan.steps must be at least 1, got 0"),
        ({"batch_size": 1}, "gan.batch_size must be at least 2"),
        ({"smoothing": 0.5}, "gan.smoothing must be above 0.5"),
        ({"dropout": 1.0}, r"gan.dropout must be in \[0, 1\)"),
        ({"loss": "wgan"}, "gan.loss is one of log, hinge"),
        ({"consistency": -1.0}, "gan.consistency must be at least 0"),
    ],
)
def test_settings_that_are_wrong(setting, message):
    with pytest.raises(ConfigError, match=message):
        GanSettings(**setting)


def test_rows_are_limited_by_class_and_numbers_need_names(tmp_path):
    rows = [{"text": f"text {number}", "label": "ab"[number % 2]} for number in range(8)]
    path = str(write_lines(tmp_path / "rows.jsonl", rows))
    assert [item.text for item in read_items(Source(path, limit_per_intent=1))] == ["text 0", "text 1"]
    numbered = str(write_lines(tmp_path / "numbers.jsonl", [{"text": "x", "label": 1}]))
    with pytest.raises(SchemaError, match="expected the name of a class in 'label', got 1"):
        read_items(Source(numbered))


def test_a_classifier_that_others_taught_first_is_still_one_layer():
    test, first = some_points(200, seed=30, spread=4.0), PointClassifier.fit(some_points(300, seed=20, spread=4.0))
    right = []
    for seed in range(5):
        few = some_points(6, seed=seed, spread=4.0)
        taught = PointClassifier.fit(few, before=first)
        for classifier in (PointClassifier.fit(few), taught):
            right.append((classifier.answer(test.vectors).argmax(axis=1) == test.labels).mean())
    assert np.mean(right[1::2]) > np.mean(right[::2]) + 0.02
    layer = taught.move(first.space).freeze()
    inside = torch.from_numpy(first.space.enter(test.vectors))
    assert np.allclose(layer(inside).softmax(dim=1).numpy(), taught.answer(test.vectors), atol=1e-4)


def test_points_that_are_unsure_are_joined_taken_and_weighed():
    sure = some_points(count=4)
    chances = np.array([[0.75, 0.25], [0.004, 0.996], [1, 0], [0.5, 0.5]], dtype=np.float32)
    unsure = Points(sure.vectors, sure.labels, sure.names, chances)
    assert unsure.key != sure.key
    both = sure.join(unsure)
    assert np.array_equal(both.shares[:4], np.eye(2)[sure.labels])
    assert np.array_equal(both.shares[4:], chances)
    assert sure.join(sure).chances is None
    places, classes, weights = both.take([0, 4, 5, 6]).weigh()
    assert (places.tolist(), classes.tolist()) == ([0, 1, 1, 2, 3], [0, 0, 1, 1, 0])  # 0.004 is left out
    assert np.allclose(weights, [1, 0.75, 0.25, 0.996, 1])


@pytest.mark.parametrize("kind", ["logistic", "network"])
def test_students_learn_more_of_a_classifier_from_chances_than_from_labels(kind):
    taught = PointClassifier.fit(some_points(spread=4.0))
    vectors = some_points(count=300, seed=5, spread=4.0).vectors
    chances = taught.answer(vectors).astype(np.float32)
    labels = Points(vectors, chances.argmax(axis=1), ("bad", "good"))
    apart = []
    for points in (labels, replace(labels, chances=chances)):
        student = train_student(kind, points, 0)
        if kind == "logistic":
            told = student.answer(vectors)
        else:
            told = student[1].predict_proba(student[0].enter(vectors))
        apart.append(np.abs(told - chances).mean())
    assert apart[1] < apart[0] / 2
