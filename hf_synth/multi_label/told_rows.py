"""The training rows with what they were given, what was found and what is wrong, as a dataset that others can use."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hf_synth.multi_label.cells import LabelCell
from hf_synth.pseudo_labels.rows import LABELS, NEGATIVES, PSEUDO, LabelRow, add_pseudo_labels
from hf_synth.pseudo_labels.tracker import FoundLabel

FILE = "rows.parquet"


def write_told(
    cell: LabelCell, found: Sequence[Sequence[FoundLabel]], negatives: Sequence[Sequence[int]], folder: Path
) -> None:
    """Save the training rows of a cell.

    Args:
        cell: The experiment.
        found: Pseudo-labels of each training row.
        negatives: Wrong labels of each.
        folder: Where; the file is `rows.parquet`, with the columns `text`, `labels`, `pseudo_labels`,
            `pseudo_confidences`, `pseudo_epochs` and `negative_labels`.
    """
    from datasets import ClassLabel, Dataset, Features, List, Value

    kind = List(ClassLabel(names=list(cell.names)))
    columns: dict[str, Any] = {
        "text": [row.text for row in cell.train],
        LABELS: [list(row.given) for row in cell.given],
        NEGATIVES: [list(labels) for labels in negatives],
    }
    features = Features({"text": Value("string"), LABELS: kind, NEGATIVES: kind})
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f"{FILE}.tmp"
    add_pseudo_labels(Dataset.from_dict(columns, features=features), found).to_parquet(temporary)
    temporary.replace(folder / FILE)


def read_told(cell: LabelCell, folder: Path) -> list[LabelRow] | None:
    """Read back what `write_told` wrote.

    Args:
        cell: The experiment.
        folder: Where it wrote.

    Returns:
        Given, found and wrong labels of each training row; None if there is no such file.
    """
    import pyarrow.parquet as pq

    path = folder / FILE
    if not path.is_file():
        return None
    columns = pq.read_table(path, columns=[LABELS, PSEUDO, NEGATIVES]).to_pydict()
    return [
        LabelRow(tuple(given), tuple(found), tuple(wrong))
        for given, found, wrong in zip(columns[LABELS], columns[PSEUDO], columns[NEGATIVES], strict=True)
    ]
