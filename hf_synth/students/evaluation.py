"""Scores of a student on real test data, and the guard that keeps the test data real and unseen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from hf_synth.errors import SchemaError
from hf_synth.guard import refuse_made, refuse_seen
from hf_synth.metrics.counts import score_accuracy, score_spans
from hf_synth.metrics.outcomes import Outcomes, record_outcomes
from hf_synth.schema import Row

if TYPE_CHECKING:
    from hf_synth.students.student import Student

INTENT_SCORES = ("intent_accuracy", "target_intent_recall")
SLOT_SCORES = ("exact_match", "slot_f1", "target_slot_f1")
Predictions = Sequence[tuple[str, tuple[str, ...]]]


def check_human(rows: Sequence[Row], split: str) -> None:
    """Check that people wrote and labelled all rows of a split.

    Args:
        rows: Rows of the split.
        split: Its name, for the message.

    Raises:
        ContaminationError: A row's origin is not `human`.
    """
    refuse_made([row.provenance.origin for row in rows], split, lambda number: _name(rows[number], number, split))


def check_unseen(test: Sequence[Row], train: Sequence[Row], prompt_texts: Collection[str]) -> None:
    """Check that no test text was trained on or shown to a teacher; case and white space do not count.

    Args:
        test: Rows to score on.
        train: Rows that the student was trained on.
        prompt_texts: Texts of all examples that stood in prompts.

    Raises:
        ContaminationError: A test text stands among the training rows or in a prompt.
    """
    texts, trained = ([row.utterance.text for row in rows] for rows in (test, train))
    refuse_seen(texts, trained, prompt_texts, lambda number: _name(test[number], number, "test"))


def _name(row: Row, number: int, split: str) -> str:
    """How a message names a row."""
    identity = f" ({row.utterance.seed_id})" if row.utterance.seed_id else ""
    return f"{split} row {number}{identity} {row.utterance.text!r}"


def score_predictions(predictions: Predictions, rows: Sequence[Row]) -> dict[str, float]:
    """Compute intent accuracy, exact match and slot F1 of predictions, each in [0, 1].

    Args:
        predictions: Intent and tags of each row.
        rows: The rows that were predicted, in the same order; at least one.

    Returns:
        `intent_accuracy`, `exact_match` and `slot_f1`.
    """
    golds = [(row.utterance.intent, row.utterance.slot_tags) for row in rows]
    return {
        "intent_accuracy": score_accuracy([intent for intent, _ in predictions], [intent for intent, _ in golds]),
        "exact_match": score_accuracy(predictions, golds),
        "slot_f1": score_spans([tags for _, tags in predictions], [tags for _, tags in golds])["f1"],
    }


def evaluate_student(
    student: Student,
    test: Sequence[Row],
    train: Sequence[Row],
    prompt_texts: Collection[str],
    targets: Sequence[str],
    guard: bool = True,
) -> dict[str, float]:
    """Score a student on human test rows that it has never seen.

    Args:
        student: The trained student.
        test: Rows to score on, at least one for each target.
        train: Rows that the student was trained on.
        prompt_texts: Texts of all examples that stood in prompts; empty if no teacher was used.
        targets: The intents that rows were made for, at least one.
        guard: Check that the test rows are human and unseen; who switches it off says so wherever the scores stand.

    Returns:
        `intent_accuracy`, `exact_match`, `slot_f1` over all rows; `target_intent_recall` (the mean over targets) and
        `target_slot_f1` over rows of the targets; `other_intent_accuracy` and `other_slot_f1` over all other rows,
        absent if there are none. Where neither test nor training rows have a slot, only the figures of intents are
        there. All in [0, 1].

    Raises:
        ContaminationError: A test row is not human, or its text was trained on or stood in a prompt.
        SchemaError: There are no test rows, no targets, or a target without a test row.
    """
    return judge_student(student, test, train, prompt_texts, targets, guard)[0]


def judge_student(
    student: Student,
    test: Sequence[Row],
    train: Sequence[Row],
    prompt_texts: Collection[str],
    targets: Sequence[str],
    guard: bool = True,
) -> tuple[dict[str, float], Outcomes]:
    """Score a student as `evaluate_student` does, and keep what it made of every test row.

    Args:
        student: The trained student.
        test: Rows to score on, at least one for each target.
        train: Rows that the student was trained on.
        prompt_texts: Texts of all examples that stood in prompts.
        targets: The intents that rows were made for, at least one.
        guard: See `evaluate_student`.

    Returns:
        The scores, and the outcomes that they were computed from.

    Raises:
        ContaminationError: A test row is not human, or its text was trained on or stood in a prompt.
        SchemaError: There are no test rows, no targets, or a target without a test row.
    """
    if not test:
        raise SchemaError("expected at least one test row, got none")
    if not targets:
        raise SchemaError("expected at least one target intent, got none")
    if guard:
        check_human(test, "test")
        check_unseen(test, train, prompt_texts)
    intents = {row.utterance.intent for row in test}
    if missing := [target for target in targets if target not in intents]:
        raise SchemaError(f"target intent {missing[0]!r} is the intent of no test row")
    predictions = student.predict([row.utterance for row in test])
    golds = [(row.utterance.intent, row.utterance.slot_tags) for row in test]
    outcomes = record_outcomes(predictions, golds, targets)
    slots = any(row.utterance.spans for row in (*test, *train))
    names = [*INTENT_SCORES, *(SLOT_SCORES if slots else ())]
    if intents - set(targets):
        names += ["other_intent_accuracy", *(["other_slot_f1"] if slots else [])]
    return {name: outcomes.score(name) for name in names}, outcomes
