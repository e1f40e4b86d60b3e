"""What a student made of a few rows, epoch by epoch: rows that got a right pseudo-label, a wrong one, or none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hf_synth.multi_label.cells import LabelCell
from hf_synth.pseudo_labels.tracker import FoundLabel

if TYPE_CHECKING:
    from hf_synth.pseudo_labels.classifier import TextClassifier

EACH, CURVES = 2, 4


def choose_rows(cell: LabelCell, found: Sequence[Sequence[FoundLabel]], among: int = 200) -> list[int]:
    """Choose rows to show: of each kind the first two.

    Args:
        cell: The experiment.
        found: Pseudo-labels of each training row.
        among: How many rows, from the first one, there are to choose from.

    Returns:
        Places of at most six rows: with a right pseudo-label, with a wrong one, without.
    """
    kinds: dict[str, list[int]] = {"right": [], "wrong": [], "none": []}
    for place, labels in enumerate(found[:among]):
        right = {label.label for label in labels} <= set(cell.train[place].labels)
        kinds["none" if not labels else "right" if right else "wrong"].append(place)
    return [place for places in kinds.values() for place in places[:EACH]]


def tell_confidences(cell: LabelCell, student: TextClassifier, places: Sequence[int]) -> list[dict[str, Any]]:
    """The confidences of rows, epoch by epoch.

    Args:
        cell: The experiment.
        student: A student that watched its first rows.
        places: Some of these.

    Returns:
        For each row `text`, and `labels`: its given and found labels and the most confident others, each with `name`,
        `kind` (`given`, `found` or `other`), `right` (whether people said it), and `confidences`, one an epoch.
    """
    told = []
    for place in places:
        given, found = set(cell.given[place].given), {label.label for label in student.found[place]}
        curves = student.watched[:, place]
        order = np.argsort(-curves.max(axis=0), kind="stable").tolist()
        others = [label for label in order if label not in given | found]
        chosen = [*sorted(given), *sorted(found), *others][: max(CURVES, len(given | found))]
        told.append(
            {
                "text": cell.train[place].text,
                "labels": [
                    {
                        "name": cell.names[label],
                        "kind": "given" if label in given else "found" if label in found else "other",
                        "right": label in cell.train[place].labels,
                        "confidences": [round(float(value), 4) for value in curves[:, label]],
                    }
                    for label in chosen
                ],
            }
        )
    return told
