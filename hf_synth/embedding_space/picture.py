"""Real and made points brought into one plane, and what their diversity has to do with the student's gain."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Any

import numpy as np

from hf_synth.embedding_space.recipe import REAL
from hf_synth.gan.diversity import measure_diversity
from hf_synth.gan.points import Points
from hf_synth.report import Score

MOST, PERPLEXITY = 300, 30
DIVERSITY = ("distance_ratio", "coverage", "recall", "directions", "duplicates")


def picture_points(real: Points, made: Mapping[str, Points]) -> list[dict[str, Any]]:
    """Bring points into one plane by t-SNE: those of all arms together, so that panels can be compared.

    Args:
        real: Real points; at most 300 of them are shown.
        made: Made points by arm; at most 300 of each are shown.

    Returns:
        For each arm `arm`, `told` (its diversity in words), and `real` and `made`: x, y and class name of each point.

    Reference: van der Maaten and Hinton 2008 (t-SNE).
    """
    from sklearn.manifold import TSNE

    parts = [real.take(range(min(MOST, len(real))))]
    parts += [points.take(range(min(MOST, len(points)))) for points in made.values()]
    vectors = np.concatenate([part.vectors for part in parts])
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    plane = TSNE(init="pca", perplexity=perplexity, random_state=0).fit_transform(vectors)
    ends = np.cumsum([len(part) for part in parts])
    places: list[list[list[Any]]] = []
    for part, found in zip(parts, np.split(plane, ends[:-1]), strict=True):
        spots = zip(found.tolist(), part.labels.tolist(), strict=True)
        places.append([[round(x, 2), round(y, 2), part.names[label]] for (x, y), label in spots])
    panels = []
    for arm, shown in zip(made, places[1:], strict=True):
        shape = measure_diversity(real.vectors, made[arm].vectors)
        told = f"distances {shape['distance_ratio']:.2f} of real, coverage {shape['coverage']:.2f}, " + (
            f"recall {shape['recall']:.2f}"
        )
        panels.append({"arm": arm, "told": told, "real": places[0], "made": shown})
    return panels


def relate_diversity(scores: Sequence[Score]) -> dict[str, float]:
    """How the diversity of made points moves with what students gain from them.

    Args:
        scores: Scores of all students.

    Returns:
        Spearman's rank correlation of each measure with the gain over real points alone: in all arms and draws of one
        encoder, size and kind of student, then on average over these, because fewer real rows gain more whatever the
        points are like. Measures that never vary are left out.
    """
    from scipy.stats import spearmanr

    real = {(score.cell, score.student_seed): score.metrics["accuracy"] for score in scores if score.arm == REAL}
    groups = defaultdict(list)
    for score in scores:
        if "coverage" in score.metrics and (score.cell, score.student_seed) in real:
            gain = score.metrics["accuracy"] - real[score.cell, score.student_seed]
            groups[score.target].append((gain, score.metrics))
    found = {}
    for name in DIVERSITY:
        columns = [([gain for gain, _ in group], [shape[name] for _, shape in group]) for group in groups.values()]
        related = [
            float(spearmanr(gains, values).statistic)
            for gains, values in columns
            if len(set(gains)) > 1 and len(set(values)) > 1
        ]
        if related:
            found[name] = round(fmean(related), 3)
    return found
