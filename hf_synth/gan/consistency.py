"""A simple classifier of real points: it is trained once, then frozen, and gradients flow through it to points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import require_extra
from hf_synth.gan.points import Points
from hf_synth.gan.space import Space

STRENGTH = 0.01  # with 384 numbers of unit deviation; close to 1 on unit vectors as they are
TRUST = 1.0  # how freely the answer of an earlier classifier is weighed, beside all numbers of a point together
UNSEEN = -30.0  # the logit of a class without a point

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PointClassifier:
    """Logistic regression on points, whatever their scale.

    Args:
        space: Where the points lie.
        weights: Shape (classes, d), for points of unit deviation.
        bias: Shape (classes).
    """

    space: Space
    weights: Array
    bias: Array

    @classmethod
    def fit(
        cls,
        points: Points,
        strength: float = STRENGTH,
        space: Space | None = None,
        before: PointClassifier | None = None,
    ) -> PointClassifier:
        """Train one.

        Args:
            points: Points of two classes at least; those with chances count for each class by its chance.
            strength: Inverse of the regularisation, above 0.
            space: Where they lie; looked up if left out.
            before: A classifier of points of another kind with these classes, whose logits are more numbers of each
                point: how much they count is learnt.

        Returns:
            The classifier.

        Raises:
            MissingExtraError: scikit-learn is not installed.
        """
        require_extra("quality", "sklearn")
        from sklearn.linear_model import LogisticRegression

        where = space or Space.of(points.vectors)
        vectors = where.enter(points.vectors).astype(np.float64)
        lent, offset = np.zeros((0, points.size)), np.zeros(0)
        if before is not None:
            moved = before.move(where)
            size = TRUST * np.sqrt(points.size) / max(float((vectors @ moved.weights.T).std()), 1e-9)
            lent, offset = size * moved.weights, size * moved.bias
        places, labels, weights = points.weigh()
        told = np.hstack([vectors, vectors @ lent.T + offset])[places]
        model = LogisticRegression(C=strength, max_iter=1000).fit(told, labels, sample_weight=weights)
        found, bias = model.coef_, model.intercept_
        if len(model.classes_) == 2:  # one row, for the second class
            found, bias = np.stack([-found[0], found[0]]) / 2, np.array([-bias[0], bias[0]]) / 2
        weights, biases = np.zeros((len(points.names), points.size)), np.full(len(points.names), UNSEEN)
        weights[model.classes_] = found[:, : points.size] + found[:, points.size :] @ lent
        biases[model.classes_] = bias + found[:, points.size :] @ offset
        return cls(where, weights, biases)

    def answer(self, vectors: NDArray[np.float32]) -> Array:
        """Chances of all classes.

        Args:
            vectors: Shape (points, d).

        Returns:
            Shape (points, classes).
        """
        logits = self.space.enter(vectors) @ self.weights.T + self.bias
        chances: Array = np.exp(logits - logits.max(axis=1, keepdims=True))
        chances /= chances.sum(axis=1, keepdims=True)
        return chances

    def move(self, space: Space) -> PointClassifier:
        """The same classifier for points of another space; its weights are 0 on average over classes.

        Args:
            space: Where points lie.

        Returns:
            A classifier that gives the same answers.
        """
        weights = self.weights * (space.scale / self.space.scale)
        bias = self.bias + self.weights @ self.space.enter(space.centre[None])[0]
        return PointClassifier(space, weights - weights.mean(axis=0), bias - bias.mean())

    def freeze(self) -> Any:
        """The same classifier as a layer that takes part in a training, without being trained.

        Returns:
            A `torch.nn.Linear` from points of the space to logits.
        """
        import torch

        layer = torch.nn.Linear(*reversed(self.weights.shape))
        with torch.no_grad():
            layer.weight.copy_(torch.from_numpy(self.weights))
            layer.bias.copy_(torch.from_numpy(self.bias))
        return layer.requires_grad_(False)
