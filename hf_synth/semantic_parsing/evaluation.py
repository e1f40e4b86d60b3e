"""Scores of a parser on human test rows that it has never seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from hf_synth.errors import SchemaError
from hf_synth.metrics.outcomes import Outcomes
from hf_synth.metrics.parse_outcomes import record_parse_outcomes
from hf_synth.parses.tree import ParseError, Tree, find_brackets, read_parse, write_parse
from hf_synth.schema import Row
from hf_synth.students.evaluation import check_human, check_unseen

if TYPE_CHECKING:
    from hf_synth.semantic_parsing.parser import Parser


def judge_parser(
    parser: Parser,
    test: Sequence[Row],
    train: Sequence[Row],
    prompt_texts: Collection[str],
    settle: Callable[[Tree], Tree] = lambda tree: tree,
    match: str = "unordered",
    guard: bool = True,
    free: bool = False,
) -> tuple[dict[str, float], Outcomes]:
    """Score a parser.

    Args:
        parser: The trained parser.
        test: Human rows, at least one.
        train: Rows that it was trained on.
        prompt_texts: Texts of all examples that stood in prompts; empty if no teacher was used.
        settle: What becomes of a predicted parse before it is compared, such as words to entities.
        match: See `record_parse_outcomes`.
        guard: Check that the test rows are human and unseen; who switches it off says so wherever the scores stand.
        free: Score without constrained decoding, too.

    Returns:
        `exact_match`, `bracket_f1`, `well_formed` (the share of predictions that are parses)
        and, with `free`, the same with `free_` before it; all in [0, 1]. With them, what became of every test row.

    Raises:
        ContaminationError: A test row is not human, or its text was trained on or stood in a prompt.
        SchemaError: There are no test rows.
    """
    if not test:
        raise SchemaError("expected at least one test row, got none")
    if guard:
        check_human(test, "test")
        check_unseen(test, train, prompt_texts)
    metrics, outcomes = _score(parser, test, settle, match, None)
    if free:
        metrics |= {f"free_{name}": value for name, value in _score(parser, test, settle, match, False)[0].items()}
    return metrics, outcomes


def _score(
    parser: Parser,
    test: Sequence[Row],
    settle: Callable[[Tree], Tree],
    match: str,
    constrained: bool | None,
) -> tuple[dict[str, float], Outcomes]:
    found = [_read(text, settle) for text in parser.predict([row.utterance.text for row in test], constrained)]
    golds = [row.utterance.parse for row in test]
    outcomes = record_parse_outcomes(found, golds, [row.utterance.intent for row in test], match=match)
    metrics = {name: outcomes.score(name) for name in ("exact_match", "bracket_f1")}
    return metrics | {"well_formed": sum(map(bool, found)) / len(test)}, outcomes


def _read(prediction: str, settle: Callable[[Tree], Tree]) -> str:
    """What is compared: the prediction as a parse that is settled; nothing if it is no parse."""
    try:
        tree = read_parse(prediction)
    except ParseError:
        return ""
    return write_parse(settle(tree), find_brackets(prediction))
