"""The second stage: a cross-encoder that reads a text beside the name of each label on its shortlist."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hf_synth.errors import SchemaError
from hf_synth.pseudo_labels.classifier import TextClassifier, encode_texts, load_classifier
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.pseudo_labels.settings import ClassifierSettings, LabelLossSettings
from hf_synth.pseudo_labels.shortlists import is_covered
from hf_synth.pseudo_labels.training import fit

from transformers import set_seed  # isort: skip

WRONG, RIGHT = 0, 1
ANSWERS = ("wrong", "right")


@dataclass
class Reranker:
    """Puts the labels of shortlists in another order.

    Args:
        classifier: Says of a text and the name of a label whether they belong together.
        names: Names of the labels, in class order; `card_arrival` is read as `card arrival`.
        rows: How many rows it was trained on: those whose shortlist held a right label.
    """

    classifier: TextClassifier
    names: tuple[str, ...]
    rows: int = 0

    def score(self, texts: Sequence[str], shortlists: Sequence[Sequence[int]]) -> list[tuple[float, ...]]:
        """Score the labels of shortlists.

        Args:
            texts: Texts.
            shortlists: Numbers of some labels for each.

        Returns:
            For each text a logit of each of these labels, in their order.
        """
        encoded, owners = _pair(self.classifier, self.names, texts, shortlists)
        scores: list[list[float]] = [[] for _ in texts]
        for owner, (wrong, right) in zip(owners, self.classifier.ask(encoded).tolist(), strict=True):
            scores[owner].append(right - wrong)
        return [tuple(row) for row in scores]

    def order(self, texts: Sequence[str], shortlists: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
        """Order the labels of shortlists, the best first; of equal ones the one that stood before."""
        scores = self.score(texts, shortlists)
        return [
            tuple(label for _, _, label in sorted((-score, place, labels[place]) for place, score in enumerate(row)))
            for labels, row in zip(shortlists, scores, strict=True)
        ]

    def save(self, folder: str | os.PathLike[str]) -> None:
        """Write it to a folder, without the names of the labels."""
        self.classifier.save(folder)

    @classmethod
    def load(cls, folder: str | os.PathLike[str], names: Sequence[str]) -> Reranker:
        """Read what `save` wrote.

        Args:
            folder: Where it wrote.
            names: Names of the labels.

        Returns:
            The re-ranker; names that it was not trained with are read like all others.

        Raises:
            SchemaError: The folder holds another classifier.
        """
        classifier = TextClassifier.load(folder)
        if classifier.names != ANSWERS:
            raise SchemaError(f"{folder} is no re-ranker: its labels are {', '.join(classifier.names[:5])}")
        return cls(classifier, tuple(names))


def train_reranker(
    texts: Sequence[str],
    shortlists: Sequence[Sequence[int]],
    labels: Sequence[LabelRow],
    names: Sequence[str],
    settings: ClassifierSettings,
    seed: int,
) -> Reranker:
    """Train a re-ranker on the rows whose shortlist holds a right label.

    Before: `make an elephant sound`, shortlist `AnimalSounds`, `ZooKeeper`, `Radio`, of which the first was given and
    the second found. After: three pairs of text and name, two right and one wrong.

    Args:
        texts: Texts.
        shortlists: Numbers of some labels for each.
        labels: What is right: labels that were given or found.
        names: Names of the labels, in class order.
        settings: How to train.
        seed: Seed of everything.

    Returns:
        The re-ranker.

    Raises:
        SchemaError: No shortlist holds a right label, or there are not as many as texts.
        TeacherError: The encoder cannot be loaded.

    Reference: Kim and Kim 2020 re-rank the three best domains, and leave out rows without a right one; their model and
        loss are others.
    """
    if not len(texts) == len(shortlists) == len(labels):
        raise SchemaError(f"{len(texts)} texts, {len(shortlists)} shortlists and labels of {len(labels)} rows")
    kept = [place for place in range(len(texts)) if is_covered(shortlists[place], labels[place])]
    if not kept:
        raise SchemaError("no shortlist holds a right label: there is nothing to learn", hint="Make them longer.")
    set_seed(seed)
    classifier = load_classifier(settings, ANSWERS)
    encoded, owners = _pair(classifier, names, [texts[place] for place in kept], [shortlists[place] for place in kept])
    answers = []
    for row, (pair, owner) in enumerate(zip(encoded, owners, strict=True)):
        pair["row"] = row
        right = labels[kept[owner]]
        answers.append(LabelRow((RIGHT if pair["label"] in (*right.given, *right.found) else WRONG,)))
    fit(classifier, encoded, answers, settings, LabelLossSettings(decay=1.0, negative_weight=0.0), seed)
    return Reranker(classifier, tuple(names), len(kept))


def _pair(
    classifier: TextClassifier, names: Sequence[str], texts: Sequence[str], shortlists: Sequence[Sequence[int]]
) -> tuple[list[dict[str, Any]], list[int]]:
    """Every text beside each name on its shortlist, tokenized, with the label; and the place of the text."""
    owners = [place for place, labels in enumerate(shortlists) for _ in labels]
    labels = [label for found in shortlists for label in found]
    spoken = [names[label].replace("_", " ") for label in labels]
    encoded = encode_texts(
        classifier.tokenizer, [texts[owner] for owner in owners], classifier.settings.max_length, spoken
    )
    return [{**row, "label": label} for row, label in zip(encoded, labels, strict=True)], owners
