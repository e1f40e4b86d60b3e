"""The recipes of embeddings on real reviews and tweets, cut short."""

from pathlib import Path

import numpy as np
import pytest
from datasets import load_dataset

from hf_synth.recipes import load_run_recipe, open_run

pytestmark = pytest.mark.real_data

RECIPES = Path(__file__).parents[2] / "recipes"
SHORT = (
    "encoders={words: words:sentence-transformers/all-MiniLM-L6-v2}",
    "sizes=[100]",
    "draws=3",
    "students=[logistic]",
    "arms=[real_only,smote,pretrained,gan_consistency,gan_prior]",
    "gan.pretraining_steps=800",
    "gan.steps=100",
)


@pytest.mark.parametrize(("name", "rows"), [("movie", "mr"), ("product", "product_reviews_huliu")])
def test_points_of_reviews_and_what_they_owe_to_tweets(data, tmp_path, name, rows):
    recipe = load_run_recipe(
        RECIPES / f"gan-{name}-reviews",
        [*SHORT, f"data.train.path={data / rows}", f"data.pretraining.path={data / 'tweets_semeval2017'}"],
    )
    report = open_run(recipe, tmp_path / "out").report()
    assert report["test_rows"] == 2000
    accuracy = {arm: found["metrics"]["accuracy"]["mean"] for arm, found in report["arms"].items()}
    assert accuracy["real_only"] > 0.55
    assert accuracy["pretrained"] > accuracy["real_only"] + 0.02
    assert accuracy["gan_prior"] > max(accuracy["smote"], accuracy["real_only"]) - 0.005
    diversity = report["arms"]["gan_prior"]["metrics"]
    assert diversity["duplicates"]["mean"] == 0
    assert diversity["directions"]["mean"] > 0.5
    made = load_dataset(str(tmp_path / "out" / "cells" / "words-100-0" / "dataset"), split="train")
    assert made.num_rows == 333
    assert np.isfinite(np.array(made["embedding"])).all()
