"""Rows of both kinds in one plane, where what says the same lies together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from hf_synth.errors import require_extra
from hf_synth.profiles.samples import draw_human, draw_rows
from hf_synth.profiles.values import DIGITS
from hf_synth.schema import Row

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 1500
FEWEST = 10


def place_rows(
    human: Sequence[Row], made: Sequence[Row], space: Mapping[str, NDArray[np.float32]], seed: int = 0
) -> list[dict[str, float | str]]:
    """Lay rows out by t-SNE of their vectors.

    Args:
        human: Human rows; may be none.
        made: Made rows; may be none.
        space: The vector of each text.
        seed: Of the sample (of at most 1,500 rows, half from each side; see `draw_human`) and of t-SNE.

    Returns:
        `x`, `y`, `class` and `origin` of each row; empty for fewer than ten different vectors.

    Raises:
        MissingExtraError: scikit-learn is not installed.

    Reference: van der Maaten and Hinton (2008), Visualizing data using t-SNE.
    """
    sizes = [max(MOST // 2, MOST - len(others)) for others in (made, human)]
    rows = [*draw_human(human, made, sizes[0], seed), *draw_rows(made, sizes[1], seed)]
    if len(rows) < FEWEST:
        return []
    # Rows with one vector share one point: of nothing but equal vectors scikit-learn's t-SNE ends the process.
    vectors, places = np.unique(
        np.stack([space[row.utterance.text] for row in rows]).round(DIGITS), axis=0, return_inverse=True
    )
    if len(vectors) < FEWEST:
        return []
    require_extra("plots", "sklearn", "threadpoolctl")
    from sklearn.manifold import TSNE
    from threadpoolctl import threadpool_limits

    layout = TSNE(perplexity=min(30.0, (len(vectors) - 1) / 3), init="pca", random_state=seed)
    with threadpool_limits(1):  # sums of several threads differ in their last digits, and from there on
        points = layout.fit_transform(vectors)[places.reshape(-1)]
    return [
        {
            "x": round(float(x), 3),
            "y": round(float(y), 3),
            "class": row.utterance.intent,
            "origin": row.provenance.origin,
        }
        for row, (x, y) in zip(rows, points, strict=True)
    ]
