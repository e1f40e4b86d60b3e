"""The students of points: logistic regression, and a small network."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from hf_synth.errors import require_extra
from hf_synth.gan.consistency import PointClassifier
from hf_synth.gan.points import Points
from hf_synth.gan.space import Space

HIDDEN, BATCH, EPOCHS, TUNED = 64, 32, 40, 20
MANY, FEW_EPOCHS = 10_000, 5  # points from which on fewer epochs are enough
Network = tuple[Space, Any]


def train_student(kind: str, train: Points, seed: int, before: PointClassifier | Network | None = None) -> Any:
    """Train a student.

    Args:
        kind: `logistic` or `network` (one hidden layer).
        train: What it learns from; points with chances count for each class by its chance.
        seed: Of the network.
        before: A student of the same kind that learnt from points of another kind with these classes; it is not
            changed. Logistic regression has its answer as one more number of each point; a network goes on from there.

    Returns:
        The student, to be asked by `score_student`, or gone on with.

    Raises:
        MissingExtraError: scikit-learn is not installed.
    """
    if kind == "logistic":
        return PointClassifier.fit(train, before=before if isinstance(before, PointClassifier) else None)
    require_extra("quality", "sklearn")
    from sklearn.neural_network import MLPClassifier

    if isinstance(before, tuple):
        (space, model), epochs = copy.deepcopy(before), TUNED
    else:
        model = MLPClassifier((HIDDEN,), alpha=1.0, random_state=seed)
        space, epochs = Space.of(train.vectors), EPOCHS if len(train) < MANY else FEW_EPOCHS
    places, labels, weights = train.weigh()
    model.set_params(batch_size=min(BATCH, len(places)))
    inside, classes = space.enter(train.vectors)[places], np.arange(len(train.names))
    for _ in range(epochs):
        model.partial_fit(inside, labels, sample_weight=weights, classes=classes)
    return space, model


def score_student(student: Any, test: Points) -> float:
    """Score a student that `train_student` trained.

    Args:
        student: The student.
        test: What it is scored on.

    Returns:
        The share of test points whose class it found.
    """
    if isinstance(student, PointClassifier):
        answers = student.answer(test.vectors).argmax(axis=1)
    else:
        space, model = student
        answers = model.predict(space.enter(test.vectors))
    return float((answers == test.labels).mean())
