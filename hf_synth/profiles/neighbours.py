"""How near made rows are to human ones in the space of an encoder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hf_synth.annotation import write_annotation
from hf_synth.profiles.values import DIGITS, share, summarise_values
from hf_synth.schema import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEMORISED = 0.95
FAR_RANK = 5
SHOWN = 5
_BLOCK = 1024
_WIDTH = 0.025


def compare_neighbours(
    human: Sequence[Row], made: Sequence[Row], space: Mapping[str, NDArray[np.float32]]
) -> dict[str, Any] | None:
    """Find the nearest human row of each made row.

    Args:
        human: Human rows; may be none.
        made: Made rows; may be none.
        space: The unit vector of each text.

    Returns:
        None unless there are rows of both sides. Else `human_rows` and `made_rows` that were compared; the cosines in
        short, `made` to the nearest human row and `human` to the nearest other human row (None for a single one); the
        bounds `memorised_above` and `far_below` (below which 5% of the human rows lie; None for a single one); the
        shares of made rows beyond them, `memorised` and `far`, and of human rows, `human_memorised`; both by
        `methods`, with their `rows`; a `histogram` of both; and the `nearest` and `farthest` made rows, with `class`,
        `method`, `text`, `neighbour` and `cosine`.
    """
    if not human or not made:
        return None
    theirs, ours = (np.stack([space[row.utterance.text] for row in rows]) for rows in (human, made))
    cosines, places = _find_nearest(ours, theirs)
    among = _find_nearest(theirs, theirs, other=True)[0] if len(human) > 1 else np.zeros(0)
    bound = round(float(np.percentile(among, FAR_RANK)), DIGITS) if len(among) else None
    memorised = cosines > MEMORISED
    far = cosines < bound if bound is not None else np.zeros(len(made), dtype=bool)
    order = sorted(range(len(made)), key=lambda place: (-cosines[place], made[place].utterance.text))
    order = list({made[place].utterance.text: place for place in order}.values())  # each text once

    def show(place: int) -> dict[str, Any]:
        row = made[place]
        return {
            "class": row.utterance.intent,
            "method": row.provenance.method,
            "text": write_annotation(row.utterance),
            "neighbour": write_annotation(human[places[place]].utterance),
            "cosine": float(cosines[place]),
        }

    return {
        "human_rows": len(human),
        "made_rows": len(made),
        "human": summarise_values(among.tolist()),
        "made": summarise_values(cosines.tolist()),
        "memorised_above": MEMORISED,
        "far_below": bound,
        "memorised": share(int(memorised.sum()), len(made)),
        "human_memorised": share(int((among > MEMORISED).sum()), len(among)),
        "far": None if bound is None else share(int(far.sum()), len(made)),
        "methods": _count_methods(made, memorised, far),
        "histogram": _count_bars(among, cosines),
        "nearest": [show(place) for place in order[:SHOWN]],
        "farthest": [show(place) for place in order[SHOWN:][::-1][:SHOWN]],
    }


def _find_nearest(
    ours: NDArray[np.float32], theirs: NDArray[np.float32], other: bool = False
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Cosine and place of the nearest of their vectors for each of ours; not of itself, if both are the same."""
    places = np.zeros(len(ours), dtype=np.int64)
    for start in range(0, len(ours), _BLOCK):
        products = ours[start : start + _BLOCK] @ theirs.T
        if other:
            rows = np.arange(len(products))
            products[rows, start + rows] = -np.inf
        places[start : start + _BLOCK] = products.argmax(axis=1)
    # Products in float32 depend on the shape of a block in their last digits; what is told does not.
    cosines = (ours.astype(np.float64) * theirs[places].astype(np.float64)).sum(axis=1)
    return cosines.round(DIGITS), places


def _count_methods(
    made: Sequence[Row], memorised: NDArray[np.bool_], far: NDArray[np.bool_]
) -> dict[str, dict[str, int]]:
    names = [row.provenance.method for row in made]
    rows, near, away = (
        Counter(name for name, chosen in zip(names, which, strict=True) if chosen)
        for which in ([True] * len(made), memorised, far)
    )
    return {name: {"rows": rows[name], "memorised": near[name], "far": away[name]} for name in sorted(rows)}


def _count_bars(among: NDArray[np.float64], cosines: NDArray[np.float64]) -> dict[str, list[Any]]:
    """Rows in bars of equal width, whose edges meet the bound of 0.95; the first holds all that are lower."""
    lowest = min(float(np.percentile(values, 1)) for values in (among, cosines) if len(values))
    first = int(np.floor(min(lowest, 1 - _WIDTH) / _WIDTH))
    edges = np.arange(first, round(1 / _WIDTH) + 1) * _WIDTH
    clipped = [np.clip(values, edges[0], edges[-1]) for values in (among, cosines)]
    human, made = (np.histogram(values, edges)[0].tolist() for values in clipped)
    return {"edges": [round(float(edge), DIGITS) for edge in edges], "human": human, "made": made}
