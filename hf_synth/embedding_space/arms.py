"""The points that an arm adds to the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hf_synth.embedding_space.cells import PointCell
from hf_synth.embedding_space.recipe import RIVALS, EmbeddingRecipe, measures_of
from hf_synth.embedding_space.rivals import make_rival
from hf_synth.gan.building import make_rows, pretrain
from hf_synth.gan.consistency import PointClassifier
from hf_synth.gan.points import Points
from hf_synth.mixing import count_allowed

LOOKED = 1000


def make_arm(
    arm: str, cell: PointCell, real: Points, points: Mapping[str, Points], recipe: EmbeddingRecipe, folder: Path
) -> tuple[Points, dict[str, int], dict[str, float]]:
    """Make the points of an arm.

    Args:
        arm: One of `MADE`.
        cell: The experiment.
        real: Its training points.
        points: All points of its encoder.
        recipe: What is run.
        folder: Where pre-trained generators are kept.

    Returns:
        The points; how many were `requested`, and for a generator how many were `drawn` and refused for each reason;
        and for a generator `made_as_test`: the share of its points, refused ones too, whose class logistic regression
        of the real points finds. That is a look at the points, not at the student.

    Raises:
        ConfigError: The mixing policy has no bound.
    """
    if arm in RIVALS:
        wanted = count_allowed(recipe.mixing, len(real)) or len(real)
        return make_rival(arm, real, wanted, recipe.noise, cell.draw), {"requested": wanted}, {}
    settings = measures_of(arm, recipe.gan)
    # Noise and smoothing are measures of the pre-training, too.
    start = pretrain(points["pretraining"], settings, 0, folder, False) if arm in recipe.pretrained_arms else None
    made, counts, trained = make_rows(real, None, settings, None, recipe.mixing, cell.draw, start, progress=False)
    vectors, chances = trained.gan.draw(LOOKED, cell.draw, -1)
    found = PointClassifier.fit(real).answer(vectors).argmax(axis=1)
    return made, counts, {"made_as_test": float((found == chances.argmax(axis=1)).mean())}
