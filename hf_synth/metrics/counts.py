"""The counting behind the metrics, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence

from hf_synth.errors import SchemaError
from hf_synth.guard import HUMAN, refuse_made
from hf_synth.schema import tags_to_spans


def check_rows(predictions: Sequence[object], references: Sequence[object]) -> None:
    """Check that there are rows, and one prediction for each reference.

    Args:
        predictions: What was said of each row.
        references: What should have been said.

    Raises:
        SchemaError: Rows are missing or left over, or there are none.
    """
    if len(predictions) != len(references):
        raise SchemaError(f"expected {len(references)} predictions, one a reference, got {len(predictions)}")
    if not references:
        raise SchemaError("expected at least one row to score, got none")


def check_aligned(predictions: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> None:
    """Check that there is one prediction for each reference, and one tag for each tag.

    Args:
        predictions: IOB2 tags of each row.
        references: IOB2 tags of each row.

    Raises:
        SchemaError: Rows or tags are missing or left over.
    """
    if len(predictions) != len(references):
        raise SchemaError(f"expected {len(references)} predictions, one a reference, got {len(predictions)}")
    for row, (predicted, wanted) in enumerate(zip(predictions, references, strict=True)):
        if len(predicted) != len(wanted):
            raise SchemaError(f"row {row}: expected {len(wanted)} tags, one a token, got {len(predicted)}")


def score_spans(predictions: Sequence[Sequence[str]], references: Sequence[Sequence[str]]) -> dict[str, float]:
    """Compute micro-averaged precision, recall and F1 of labelled spans, as CoNLL's scorer counts them.

    A span is right if its first token, its last token and its slot are. An `I-` tag that continues nothing opens a
    span. A ratio with nothing below its line is 0.

    Args:
        predictions: IOB2 tags of each row.
        references: IOB2 tags of each row, as long as the predicted ones.

    Returns:
        `precision`, `recall` and `f1`, each in [0, 1].

    Raises:
        SchemaError: Rows or tags do not match in number, or a tag is not IOB2.

    Examples:
        >>> score_spans([["B-city", "O", "B-date"]], [["B-city", "O", "O"]])
        {'precision': 0.5, 'recall': 1.0, 'f1': 0.6666666666666666}
    """
    check_aligned(predictions, references)
    right = predicted = wanted = 0
    for guess, gold in zip(predictions, references, strict=True):
        found, true = set(tags_to_spans(guess)), set(tags_to_spans(gold))
        right, predicted, wanted = right + len(found & true), predicted + len(found), wanted + len(true)
    return {
        "precision": right / predicted if predicted else 0.0,
        "recall": right / wanted if wanted else 0.0,
        "f1": 2 * right / (predicted + wanted) if predicted + wanted else 0.0,
    }


def score_accuracy(predictions: Sequence[object], references: Sequence[object]) -> float:
    """Compute the share of predictions that equal their reference.

    Args:
        predictions: Labels, or whole annotations, of each row.
        references: What they should be, in the same order; at least one.

    Returns:
        The share, in [0, 1].

    Raises:
        SchemaError: There are no rows, or not as many predictions as references.

    Examples:
        >>> score_accuracy(["a", "b"], ["a", "a"])
        0.5
    """
    check_rows(predictions, references)
    return sum(guess == gold for guess, gold in zip(predictions, references, strict=True)) / len(references)


def score_recall(predictions: Sequence[str], references: Sequence[str], targets: Sequence[str]) -> float:
    """Compute the share of a target's rows that are recognised, averaged over the targets.

    Args:
        predictions: Intent names.
        references: Intent names.
        targets: The intents that count, at least one.

    Returns:
        The mean share, in [0, 1]; each target weighs the same, whatever its number of rows.

    Raises:
        SchemaError: There is no target, or a target without a row among the references.

    Examples:
        >>> score_recall(["a", "b", "b"], ["a", "a", "b"], ["a", "b"])
        0.75
    """
    if len(predictions) != len(references):
        raise SchemaError(f"expected {len(references)} predictions, one a reference, got {len(predictions)}")
    if not targets:
        raise SchemaError("expected at least one target intent, got none")
    recalls = []
    for target in targets:
        rows = [guess == target for guess, gold in zip(predictions, references, strict=True) if gold == target]
        if not rows:
            raise SchemaError(f"target intent {target!r} has no row among the references")
        recalls.append(sum(rows) / len(rows))
    return sum(recalls) / len(recalls)


def score_groups(
    predictions: Sequence[object],
    references: Sequence[object],
    groups: Sequence[str],
    origins: Sequence[str],
    human: Sequence[str] = HUMAN,
) -> dict[str, float]:
    """Compute the accuracy of each group of rows that people wrote.

    Args:
        predictions: Labels.
        references: What they should be.
        groups: The group of each row, such as an age or a dialect.
        origins: Where each row comes from.
        human: The origins of rows that people wrote.

    Returns:
        Accuracy by group, in [0, 1], sorted by name.

    Raises:
        ContaminationError: A row is not human: bias is never measured on made rows.
        SchemaError: There are no rows, or the columns differ in length.

    Examples:
        >>> score_groups(["a", "b"], ["a", "a"], ["old", "young"], ["human", "synthetic"])
        Traceback (most recent call last):
        hf_synth.errors.ContaminationError: bias row 1 has the origin 'synthetic', expected 'human'
        Hint: Keep augmented and synthetic rows in the training split; the bias split is human, always.
    """
    if not len(references) == len(groups) == len(origins):
        raise SchemaError(
            f"expected a group and an origin for each of {len(references)} rows, got {len(groups)} and {len(origins)}"
        )
    refuse_made(origins, "bias", lambda number: f"bias row {number}", human)
    score_accuracy(predictions, references)  # one prediction a row, and at least one row
    rows: dict[str, list[int]] = {}
    for number, group in enumerate(groups):
        rows.setdefault(group, []).append(number)
    return {
        group: sum(predictions[number] == references[number] for number in found) / len(found)
        for group, found in sorted(rows.items())
    }
