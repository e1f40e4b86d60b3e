"""The students of points: logistic regression, and a small network."""

from __future__ import annotations

from typing import Any

import numpy as np

from hf_synth.errors import require_extra
from hf_synth.gan.consistency import PointClassifier
from hf_synth.gan.points import Points
from hf_synth.gan.space import Space

HIDDEN, EPOCHS, TUNED = 64, 40, 20
TRUST = 3.0  # how much larger the score of a pre-trained classifier is than another number of a point


def score_student(kind: str, train: Points, test: Points, seed: int, before: Points | None = None) -> float:
    """Train a student and score it.

    Args:
        kind: `logistic` or `network`.
        train: What it learns from.
        test: What it is scored on.
        seed: Of the network.
        before: Points of another kind that it learns from first; none if left out.

    Returns:
        The share of test points whose class it found.
    """
    answers = (_ask_logistic if kind == "logistic" else _ask_network)(train, test, seed, before)
    return float((answers == test.labels).mean())


def _ask_logistic(train: Points, test: Points, seed: int, before: Points | None) -> Any:
    """Logistic regression; one that was pre-trained lends its score as one more number of each point."""
    if before is None:
        return PointClassifier.fit(train).answer(test.vectors).argmax(axis=1)
    first = PointClassifier.fit(before)
    weight = (
        TRUST * Space.of(train.vectors).scale * np.sqrt(train.size) / max(float(_ask_first(first, train).std()), 1e-6)
    )
    lent, asked = (
        Points(np.hstack([points.vectors, weight * _ask_first(first, points)]), points.labels, points.names)
        for points in (train, test)
    )
    return PointClassifier.fit(lent).answer(asked.vectors).argmax(axis=1)


def _ask_first(first: PointClassifier, points: Points) -> Any:
    """The scores of a pre-trained classifier, of shape (points, classes)."""
    chances = np.log(first.answer(points.vectors).clip(1e-6))
    return (chances - chances.mean(axis=1, keepdims=True)).astype(np.float32)


def _ask_network(train: Points, test: Points, seed: int, before: Points | None) -> Any:
    """A network of one hidden layer; one that was pre-trained goes on from there."""
    require_extra("quality", "sklearn")
    from sklearn.neural_network import MLPClassifier

    space = Space.of((before or train).vectors)
    model = MLPClassifier((HIDDEN,), alpha=1.0, batch_size=min(32, len(train)), random_state=seed)
    classes = np.arange(len(train.names))
    for points, epochs in ((before, 5), (train, EPOCHS if before is None else TUNED)):
        if points is not None:
            inside = space.enter(points.vectors)
            for _ in range(epochs):
                model.partial_fit(inside, points.labels, classes=classes)
    return model.predict(space.enter(test.vectors))
