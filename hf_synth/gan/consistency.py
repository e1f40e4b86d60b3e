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
UNSEEN = -30.0  # the logit of a class without a point


@dataclass(frozen=True, eq=False)
class PointClassifier:
    """Logistic regression on points, whatever their scale.

    Args:
        space: Where the points lie.
        model: The classifier of scikit-learn, on points of unit deviation.
        classes: How many classes there are, those without a point included.
    """

    space: Space
    model: Any
    classes: int

    @classmethod
    def fit(cls, points: Points, strength: float = STRENGTH, space: Space | None = None) -> PointClassifier:
        """Train one.

        Args:
            points: Points of two classes at least.
            strength: Inverse of the regularisation, above 0.
            space: Where they lie; looked up if left out.

        Returns:
            The classifier.

        Raises:
            MissingExtraError: scikit-learn is not installed.
        """
        require_extra("quality", "sklearn")
        from sklearn.linear_model import LogisticRegression

        where = space or Space.of(points.vectors)
        model = LogisticRegression(C=strength, max_iter=1000).fit(where.enter(points.vectors), points.labels)
        return cls(where, model, len(points.names))

    def answer(self, vectors: NDArray[np.float32]) -> NDArray[np.float64]:
        """Chances of all classes.

        Args:
            vectors: Shape (points, d).

        Returns:
            Shape (points, classes).
        """
        chances = np.zeros((len(vectors), self.classes))
        chances[:, self.model.classes_] = self.model.predict_proba(self.space.enter(vectors))
        return chances

    def freeze(self) -> Any:
        """The same classifier as a layer that takes part in a training, without being trained.

        Returns:
            A `torch.nn.Linear` from points of the space to logits.
        """
        import torch

        seen, weight, bias = self.model.classes_, self.model.coef_, self.model.intercept_
        if len(seen) == 2:  # one row for the second class
            weight, bias = np.stack([-weight[0], weight[0]]) / 2, np.array([-bias[0], bias[0]]) / 2
        layer = torch.nn.Linear(weight.shape[1], self.classes)
        with torch.no_grad():
            layer.weight.zero_()
            layer.bias.fill_(UNSEEN)
            layer.weight[seen] = torch.tensor(weight, dtype=torch.float32)
            layer.bias[seen] = torch.tensor(bias, dtype=torch.float32)
        return layer.requires_grad_(False)
