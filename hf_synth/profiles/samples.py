"""Which rows are looked at, where not all of them are."""

from __future__ import annotations

from collections.abc import Sequence

from hf_synth.annotation import write_annotation
from hf_synth.schema import ORIGINS, Row
from hf_synth.stratified import draw_sample

EXAMPLES = 20


def draw_rows(rows: Sequence[Row], size: int, seed: int) -> list[Row]:
    """Draw rows, each class and method with its share; see `draw_sample`."""
    return list(draw_sample(rows, size, seed).values())


def draw_human(human: Sequence[Row], made: Sequence[Row], size: int, seed: int) -> list[Row]:
    """Draw human rows, first those of classes that have made rows: these are few where a class is new.

    Args:
        human: Human rows.
        made: Made rows.
        size: Rows to draw; all if there are no more.
        seed: Of the draw.

    Returns:
        The rows, those of the classes with made rows before the others.
    """
    peers, others = split_by_class(human, made)
    drawn = draw_rows(peers, size, seed)
    return [*drawn, *draw_rows(others, size - len(drawn), seed)]


def split_by_class(human: Sequence[Row], made: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The human rows of the classes that have made rows, and the others."""
    classes = {row.utterance.intent for row in made}
    peers = [row for row in human if row.utterance.intent in classes]
    return peers, [row for row in human if row.utterance.intent not in classes]


def draw_examples(rows: Sequence[Row], seed: int) -> dict[str, list[dict[str, str]]]:
    """Draw a few rows to read.

    Args:
        rows: Rows of any origins.
        seed: Of the draw.

    Returns:
        Up to twenty rows of each origin, sorted by class: `class`, `method`, and `text` with slots in brackets.
    """
    samples = {}
    for origin in ORIGINS:
        drawn = draw_rows([row for row in rows if row.provenance.origin == origin], EXAMPLES, seed)
        if drawn:
            samples[origin] = [
                {
                    "class": row.utterance.intent,
                    "method": row.provenance.method,
                    "text": write_annotation(row.utterance),
                }
                for row in sorted(drawn, key=lambda row: row.utterance.intent)
            ]
    return samples
