"""The cards in `dataset_cards/`: one for each recipe that makes a dataset, and none written by hand."""

import re
from pathlib import Path

import pytest
import yaml
from some_dataset import metadata

from hf_synth.cards.licenses import LICENSES
from hf_synth.cards.manifest import read_manifest
from hf_synth.cards.render import render_card
from hf_synth.recipes import load_run_recipe

ROOT = Path(__file__).parent.parent
CARDS = ROOT / "dataset_cards"
MANIFESTS = sorted(CARDS.glob("*.json"))


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.stem)
def test_the_card_is_rendered_from_the_manifest(file):
    card = file.with_suffix(".md").read_text(encoding="utf-8")
    assert render_card(read_manifest(file)) == card, f"render {file.name} again"
    assert yaml.safe_load(card.split("\n---\n")[0].removeprefix("---\n")) == metadata(card)


@pytest.mark.parametrize("file", MANIFESTS, ids=lambda file: file.stem)
def test_the_manifest_is_complete(file):
    manifest = read_manifest(file)
    assert (ROOT / "recipes" / manifest.recipe / "recipe.yaml").is_file()
    assert manifest.recipe == file.stem
    recipe = load_run_recipe(ROOT / "recipes" / manifest.recipe)
    assert (manifest.license, manifest.sources) == (recipe.card.license, recipe.card.sources)
    assert manifest.license in LICENSES
    assert manifest.teacher.license
    assert manifest.teacher.revision
    assert manifest.uplift
    assert manifest.prompt.text
    assert set(manifest.examples) >= {"human", "synthetic"}
    assert not re.search(r"(?<![\w:/.])/(?:home|root|tmp|work|Users|mnt)/", file.read_text(encoding="utf-8"))


def test_every_recipe_that_makes_a_dataset_has_a_card():
    made = set()
    for file in (ROOT / "recipes").glob("*/recipe.yaml"):
        if "arms" not in yaml.safe_load(file.read_text(encoding="utf-8")):
            continue
        recipe = load_run_recipe(file)
        # A card shows rows: none of sources that must not be passed on with the package.
        if recipe.writes and "-nc" not in (recipe.card.license or ""):
            made.add(file.parent.name)
    assert {file.stem for file in MANIFESTS} == {file.stem for file in CARDS.glob("*.md")} == made
