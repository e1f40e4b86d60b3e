import numpy as np
import pytest

from hf_synth.errors import ConfigError
from hf_synth.filters.classifier import Classifier
from hf_synth.filters.embedding import EmbeddedTexts


def own_dimension(texts):
    """Vectors that share nothing: only a model that has seen a text knows anything about it."""
    return np.eye(len(texts), dtype=np.float32)


def make(labels, folds=5, seed=0):
    """A classifier of texts `a 0`, `a 1`, `b 2`, ... with the given labels."""
    texts = tuple(f"{label} {number}" for number, label in enumerate(labels))
    known = EmbeddedTexts(texts, own_dimension(texts))
    return Classifier(tuple(sorted(zip(texts, labels, strict=True))), known, folds, seed)


def test_a_text_is_never_judged_by_a_model_that_saw_it():
    classifier = make("ab" * 20)
    texts, given = classifier.known.texts, list("ab" * 20)
    vectors = own_dimension(texts)
    for written in (str, str.upper, "  {} ".format):
        own = classifier.predict([written(text) for text in texts], vectors, given)
        assert max(prediction.confidence for prediction in own) < 0.52
    others = classifier.predict([f"{text} elsewhere" for text in texts], vectors, given)
    assert min(prediction.given for prediction in others) > 0.6, "the model of all texts has seen these vectors"


def test_texts_of_a_class_are_spread_over_the_folds():
    classifier = make("a" * 7 + "b" * 13)
    folds = {"a": [], "b": []}
    for text, fold in classifier._fold_of.items():
        folds[text[0]].append(fold)
    assert sorted(map(folds["a"].count, range(5))) == [1, 1, 1, 2, 2]
    assert sorted(map(folds["b"].count, range(5))) == [2, 2, 3, 3, 3]
    assert classifier._fold_of == make("a" * 7 + "b" * 13)._fold_of != make("a" * 7 + "b" * 13, seed=1)._fold_of


def test_a_class_that_the_model_does_not_know():
    classifier = make("aaaab", folds=2)
    lone, other = classifier.predict(["b 4", "new"], np.eye(5, dtype=np.float32)[[4, 4]], ["b", "c"])
    assert (lone.label, lone.confidence, lone.given) == ("a", 1.0, None)
    assert other.given is None


def test_one_class_is_not_enough():
    with pytest.raises(ConfigError, match="at least two classes, got 'a'"):
        make("aaa")
    with pytest.raises(ConfigError, match="at least two classes, got none"):
        make("")
