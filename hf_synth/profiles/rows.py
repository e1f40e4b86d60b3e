"""Made rows and human rows compared, as numbers."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from hf_synth.encoder import DEFAULT_ENCODER, embed
from hf_synth.errors import ConfigError, MissingExtraError, TeacherError
from hf_synth.profiles.diversity import compare_ngrams, compare_self_bleu
from hf_synth.profiles.findings import judge_profile
from hf_synth.profiles.lengths import compare_lengths
from hf_synth.profiles.neighbours import compare_neighbours
from hf_synth.profiles.plane import place_rows
from hf_synth.profiles.samples import draw_examples, draw_human, draw_rows, split_by_class
from hf_synth.profiles.values import DIGITS
from hf_synth.profiles.vocabulary import compare_vocabulary, find_words
from hf_synth.schema import ORIGINS, Row

logger = logging.getLogger(__name__)
T = TypeVar("T")

EMBEDDED = 5_000


def profile_rows(
    human: Sequence[Row], made: Sequence[Row], seed: int = 0, encoder: str | None = DEFAULT_ENCODER
) -> dict[str, Any]:
    """Compare made rows with human ones.

    Lengths, words and repetition are compared with the human rows of those classes that have made rows (all human
    rows, if there are none); new words and nearest neighbours, with all human rows. What an optional library or the
    encoder is missing for is left out, with one logged line.

    Args:
        human: Human rows; may be none.
        made: Augmented and synthetic rows; may be none.
        seed: Of all samples.
        encoder: See `find_encoder`; None leaves out what needs one.

    Returns:
        JSON-like values, equal for equal rows in any order: `rows` (`human`, `made`, and the human rows `compared`),
        `classes` (rows by origin), `label_distance` (total variation between the classes of both, in [0, 1]),
        `lengths` (see `compare_lengths`), `vocabulary` (see `compare_vocabulary`), `ngrams` (see `compare_ngrams`),
        `self_bleu` (see `compare_self_bleu`), `neighbours` (see `compare_neighbours`), `plane` (see `place_rows`),
        `samples` (up to twenty rows of each origin, with `class`, `method` and `text`), `left_out` (what is missing,
        by the part that needs it) and `findings` (see `judge_profile`). A part that cannot be had is None.

    Raises:
        ConfigError: A row of `human` is not of human origin, or one of `made` is.

    Examples:
        >>> from hf_synth.schema import Provenance, Utterance
        >>> human = [Row.human(Utterance(("wake", "me", "at", "seven"), (), "alarm"))]
        >>> made = [Row(Utterance(("wake", "me"), (), "alarm"), Provenance("synthetic", "linguist@1"))]
        >>> profile = profile_rows(human, made, encoder=None)
        >>> profile["classes"], profile["lengths"]["made"]["mean"], profile["vocabulary"]["unseen"]
        ({'alarm': {'human': 1, 'synthetic': 1}}, 2.0, 0.0)
    """
    for side, rows in (("human", human), ("made", made)):
        for row in rows:
            if (row.provenance.origin == "human") != (side == "human"):
                raise ConfigError(
                    f"{row.utterance.text!r} stands among the {side} rows: its origin is {row.provenance.origin}"
                )
    human, made = (draw_rows(rows, len(rows), seed) for rows in (human, made))
    peers = split_by_class(human, made)[0] or human
    theirs, ours = ([find_words(row) for row in rows] for rows in (peers, made))
    classes = _count_classes(human, made)
    left_out: dict[str, str] = {}
    profile: dict[str, Any] = {
        "rows": {"human": len(human), "made": len(made), "compared": len(peers)},
        "classes": classes,
        "label_distance": _label_distance(classes) if human and made else None,
        "lengths": compare_lengths(peers, made) if human or made else None,
        "vocabulary": compare_vocabulary(theirs, ours, {word for row in human for word in find_words(row)}),
        "ngrams": compare_ngrams(theirs, ours),
        "self_bleu": _attempt(left_out, "self-BLEU", partial(compare_self_bleu, theirs, ours)),
        **_compare_in_space(human, made, seed, encoder, left_out),
        "samples": draw_examples([*human, *made], seed),
        "left_out": left_out,
    }
    return {**profile, "findings": judge_profile(profile)}


def _count_classes(human: Sequence[Row], made: Sequence[Row]) -> dict[str, dict[str, int]]:
    """Rows by class and origin, both in a fixed order."""
    counts = Counter((row.utterance.intent, row.provenance.origin) for row in (*human, *made))
    return {
        label: {origin: counts[label, origin] for origin in ORIGINS if counts[label, origin]}
        for label in sorted({label for label, _ in counts})
    }


def _label_distance(classes: Mapping[str, Mapping[str, int]]) -> float:
    """Total variation: the share of made rows that would need another class to be spread as human ones are."""
    counts = [
        (by_origin.get("human", 0), sum(by_origin.values()) - by_origin.get("human", 0))
        for by_origin in classes.values()
    ]
    human, made = (sum(side) for side in zip(*counts, strict=True))
    apart = sum(abs(theirs / human - ours / made) for theirs, ours in counts)
    return float(round(apart / 2, DIGITS))


def _compare_in_space(
    human: Sequence[Row], made: Sequence[Row], seed: int, encoder: str | None, left_out: dict[str, str]
) -> dict[str, Any]:
    """The parts that need an encoder, of at most so many rows of each side."""
    human, made = draw_human(human, made, EMBEDDED, seed), draw_rows(made, EMBEDDED, seed)
    texts = [row.utterance.text for row in (*human, *made)]
    vectors = None
    if encoder is not None and made:
        vectors = _attempt(left_out, "nearest human rows and plane", partial(embed, texts, encoder))
    if vectors is None:
        return {"neighbours": None, "plane": None}
    space = dict(zip(texts, vectors, strict=True))
    return {
        "neighbours": compare_neighbours(human, made, space),
        "plane": _attempt(left_out, "plane", partial(place_rows, human, made, space, seed)),
    }


def _attempt(left_out: dict[str, str], part: str, compute: Callable[[], T]) -> T | None:
    """A part of a profile; None, one logged line and a note what to do, if something is not installed."""
    try:
        return compute()
    except (MissingExtraError, TeacherError) as error:
        left_out[part] = f"{error.message}. {error.hint}" if error.hint else error.message
        logger.warning("a profile without %s: %s", part, left_out[part])
        return None
