"""What students say of training rows that they did not see: each half is answered by a student of the other."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hf_synth.multi_label.arms import set_loss
from hf_synth.multi_label.cells import LabelCell
from hf_synth.multi_label.recipe import GIVEN, LabelRecipe
from hf_synth.pseudo_labels.training import train_classifier
from hf_synth.seeding import rng

FILE = "first_round.npz"


def answer_rows(cell: LabelCell, recipe: LabelRecipe, folder: Path) -> NDArray[np.float32]:
    """Logits of each training row, by a student that was told of the other half of the rows.

    Args:
        cell: The experiment.
        recipe: How students are trained.
        folder: Where the logits are kept, and read back.

    Returns:
        Shape (training rows, labels).
    """
    path = folder / FILE
    if path.is_file():
        with np.load(path) as arrays:
            kept: NDArray[np.float32] = arrays["logits"]
            return kept
    halves = np.array([rng(cell.seed, "half", row.text).integers(2) for row in cell.train])
    logits = np.zeros((len(cell.train), len(cell.names)), dtype=np.float32)
    for half in (0, 1):
        learnt, asked = (np.flatnonzero(halves == number).tolist() for number in (1 - half, half))
        if not learnt or not asked:
            continue
        student = train_classifier(
            [cell.train[place].text for place in learnt],
            [cell.given[place] for place in learnt],
            cell.names,
            recipe.students,
            set_loss(GIVEN, recipe.loss),
            cell.seed,
        )
        logits[asked] = student.logits([cell.train[place].text for place in asked])
    folder.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.stem}.tmp.npz")
    np.savez_compressed(temporary, logits=logits)
    temporary.replace(path)
    return logits
