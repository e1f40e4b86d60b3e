"""A classifier of embedded texts that never judges a text it was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import ConfigError, require_extra
from hf_synth.filters.embedding import EmbeddedTexts
from hf_synth.schema import normalise
from hf_synth.seeding import stable_hash

_NO_FOLD = -1
# On 10 to 100 rows a class of Banking77 and SNIPS, 10 and 30 are the best of 1, 10, 30 and 100.
_STRENGTH = 10.0
_DIGITS = 6


@dataclass(frozen=True)
class Prediction:
    """What a classifier says of a text.

    Args:
        label: The most probable class.
        confidence: Its probability.
        given: The probability of the class that the text was given; None if the classifier does not know that class.
    """

    label: str
    confidence: float
    given: float | None


@dataclass(frozen=True)
class Classifier:
    """Logistic regression on vectors, with a further model for each fold of its own texts.

    Classes count equally, however many texts they have. Texts that are equal but for case and white space share a
    fold.

    Args:
        examples: Distinct pairs of text and class, sorted.
        known: The texts with their vectors.
        folds: How many, at least 2.
        seed: Decides which texts share a fold.

    Raises:
        ConfigError: There are fewer than two classes.
        MissingExtraError: scikit-learn is not installed.
    """

    examples: tuple[tuple[str, str], ...]
    known: EmbeddedTexts
    folds: int
    seed: int
    _models: dict[int, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.labels) < 2:
            raise ConfigError(
                f"a classifier learns at least two classes, got {', '.join(map(repr, self.labels)) or 'none'}",
                hint="Give it human rows of all classes: as the reference, or through fit.",
            )
        require_extra("quality", "sklearn")

    @cached_property
    def labels(self) -> frozenset[str]:
        """All classes."""
        return frozenset(label for _, label in self.examples)

    @cached_property
    def _fold_of(self) -> dict[str, int]:
        """The fold of each normalised text; those of a class are dealt out one by one."""
        first: dict[str, str] = {}
        for text, label in self.examples:
            first.setdefault(normalise(text), label)
        order = sorted(first, key=lambda text: (first[text], stable_hash(self.seed, text)))
        return {text: place % self.folds for place, text in enumerate(order)}

    def predict(self, texts: Sequence[str], vectors: NDArray[np.float32], given: Sequence[str]) -> list[Prediction]:
        """Classify texts; each of its own by a model that did not see it.

        Args:
            texts: Any texts.
            vectors: Their vectors.
            given: The class that each was given.

        Returns:
            One prediction a text.
        """
        folds = np.array([self._fold_of.get(normalise(text), _NO_FOLD) for text in texts], dtype=np.int64)
        found: dict[int, Prediction] = {}
        for fold in np.unique(folds).tolist():
            places = np.flatnonzero(folds == fold)
            labels, chances = self._weigh(vectors[places], fold)
            best = chances.argmax(axis=1)
            for row, place in enumerate(places.tolist()):
                own = labels.index(given[place]) if given[place] in labels else None
                top = own if own is not None and chances[row, own] == chances[row, best[row]] else int(best[row])
                chance = None if own is None else float(chances[row, own])
                found[place] = Prediction(labels[top], float(chances[row, top]), chance)
        return [found[place] for place in range(len(texts))]

    def _weigh(self, vectors: NDArray[np.float32], fold: int) -> tuple[list[str], NDArray[np.float64]]:
        """Classes, and their probabilities; rounded, because products depend on the rows beside them."""
        if fold not in self._models:
            self._models[fold] = self._train(fold)
        model = self._models[fold]
        if isinstance(model, str):
            return [model], np.ones((len(vectors), 1))
        return model.classes_.tolist(), model.predict_proba(vectors.astype(np.float64)).round(_DIGITS)

    def _train(self, fold: int) -> Any:
        """A model of all texts outside of a fold; the name of the class if they are all of one."""
        from sklearn.linear_model import LogisticRegression

        examples = [pair for pair in self.examples if self._fold_of[normalise(pair[0])] != fold]
        labels = [label for _, label in examples]
        if len(set(labels)) == 1:
            return labels[0]
        places = {text: place for place, text in enumerate(self.known.texts)}
        vectors = self.known.vectors[[places[text] for text, _ in examples]].astype(np.float64)
        return LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=2000).fit(vectors, labels)
