"""What a student made of every test row, and the scores that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from hf_synth.errors import ConfigError
from hf_synth.metrics.counts import check_aligned
from hf_synth.schema import tags_to_spans

FILE = "outcomes.parquet"
Numbers: TypeAlias = npt.NDArray[np.float64]
Annotation: TypeAlias = tuple[str, Sequence[str]]
"""An intent and the IOB2 tags of a row."""


@dataclass(frozen=True, eq=False)
class Outcomes:
    """One figure for each test row and question; all are counts.

    Args:
        intents: The intent that people gave the row.
        target: 1 where rows were made for this intent.
        right_intent: 1 where the student found the intent.
        right_row: 1 where it found the intent and all tags, or the whole parse.
        right_spans: Labelled spans, or nodes of parses, that it found.
        found_spans: Labelled spans that it said.
        gold_spans: Labelled spans that are there.
    """

    intents: tuple[str, ...]
    target: Numbers
    right_intent: Numbers
    right_row: Numbers
    right_spans: Numbers
    found_spans: Numbers
    gold_spans: Numbers

    def ratio(self, metric: str) -> tuple[Numbers, Numbers]:
        """Write a metric as a sum over rows, divided by another.

        Args:
            metric: `intent_accuracy`, `exact_match`, or `slot_f1` (`bracket_f1` where the spans are nodes of parses);
                with `target_` or `other_` before it over the rows of the targets or all others; or
                `target_intent_recall`, in which each target has the same weight.

        Returns:
            What each row adds above the line and below it. With rows left out or repeated, add it as often as the row
            is there; recall is then right as long as each intent keeps its number of rows.
        """
        over = {"target": self.target, "other": 1 - self.target}.get(
            metric.partition("_")[0], np.ones(len(self.target))
        )
        if metric.endswith(("slot_f1", "bracket_f1")):
            return over * 2 * self.right_spans, over * (self.found_spans + self.gold_spans)
        if metric == "target_intent_recall":
            _, codes, counts = np.unique(np.array(self.intents), return_inverse=True, return_counts=True)
            over = over * (counts.max() / counts)[codes]
        return over * (self.right_row if metric.endswith("exact_match") else self.right_intent), over

    def score(self, metric: str) -> float:
        """Compute a metric.

        Args:
            metric: See `ratio`.

        Returns:
            The score, in [0, 1]; 0 where nothing is below the line.
        """
        above, below = (float(part.sum()) for part in self.ratio(metric))
        return above / below if below else 0.0


def record_outcomes(
    predictions: Sequence[Annotation], golds: Sequence[Annotation], targets: Sequence[str]
) -> Outcomes:
    """Compare predictions with what people said.

    Args:
        predictions: Intent and tags of each row.
        golds: What they should be, in the same order.
        targets: The intents that rows were made for.

    Returns:
        The outcomes.

    Raises:
        SchemaError: Rows or tags do not match in number, or a tag is not IOB2.

    Examples:
        >>> found = record_outcomes([("a", ["B-x", "B-y"]), ("b", ["O"])], [("a", ["B-x", "O"]), ("a", ["O"])], ["a"])
        >>> found.score("intent_accuracy"), round(found.score("target_slot_f1"), 3)
        (0.5, 0.667)
    """
    check_aligned([tags for _, tags in predictions], [tags for _, tags in golds])
    rows = []
    for (guess, guessed_tags), (gold, gold_tags) in zip(predictions, golds, strict=True):
        found, wanted = set(tags_to_spans(guessed_tags)), set(tags_to_spans(gold_tags))
        row_is_right = guess == gold and list(guessed_tags) == list(gold_tags)
        rows.append((gold in targets, guess == gold, row_is_right, len(found & wanted), len(found), len(wanted)))
    return Outcomes(tuple(intent for intent, _ in golds), *np.array(rows, dtype=float).reshape(-1, 6).T)


def write_outcomes(outcomes: Outcomes, path: Path) -> None:
    """Save outcomes as Parquet, one row for each test row, in their order.

    Args:
        outcomes: What to save.
        path: The file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {name: np.asarray(values, np.int32) for name, values in vars(outcomes).items() if name != "intents"}
    pq.write_table(pa.table({"intents": pa.array(outcomes.intents, pa.string()), **columns}), path)


def read_outcomes(path: Path) -> Outcomes | None:
    """Read back what `write_outcomes` wrote.

    Args:
        path: The file.

    Returns:
        The outcomes; None if there is no such file.

    Raises:
        ConfigError: The file holds something else.
    """
    import pyarrow.parquet as pq
    from pyarrow import ArrowException

    if not path.is_file():
        return None
    intents, *counts = (field.name for field in fields(Outcomes))
    try:
        columns = pq.read_table(path).to_pydict()
        return Outcomes(tuple(columns[intents]), *(np.array(columns[name], float) for name in counts))
    except (ArrowException, KeyError, TypeError, ValueError) as error:
        raise ConfigError(f"{path}: not the outcomes of a student ({error})", hint="Move the file away.") from None
