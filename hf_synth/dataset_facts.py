"""What a run states of a dataset it built, and learns about it later."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hf_synth.builders.built import Built
from hf_synth.cards.manifest import (
    AskedPrompt,
    DatasetManifest,
    Generation,
    Review,
    Writer,
    read_manifest,
    write_manifest,
)
from hf_synth.cards.readme import find_card, write_card
from hf_synth.cards.uplift import Uplift
from hf_synth.cells import Cell
from hf_synth.configuration import from_dict
from hf_synth.recipe_settings import CardSettings, RunSettings
from hf_synth.teachers.loading import teacher_license
from hf_synth.writing import Making


def describe_dataset(recipe: RunSettings, cell: Cell, built: Built, identity: str, making: Making) -> DatasetManifest:
    """State all of a dataset that cannot be counted from its rows.

    Args:
        recipe: What was run.
        cell: Which of its experiments.
        built: The rows, and how they came about.
        identity: That of the teacher.
        making: How the rows were made.

    Returns:
        The manifest, for `write_dataset` to complete.
    """
    counts = {key: value for key, value in built.generated.counts.items() if key != "seconds"}
    method, first = making.method, built.generated.first
    parts = (recipe.name, cell.name, "" if making.examples else "zero-shot")
    manifest = DatasetManifest(
        name="-".join(part for part in parts if part),
        recipe=recipe.name,
        task=recipe.task,
        method=method,
        prompt=AskedPrompt(method, first.text, first.instruction, making.examples) if first else None,
        teacher=Writer.of(identity, teacher_license(recipe.teacher.name)),
        targets=cell.human.targets,
        sampling=making.sampling,
        filters=making.filters,
        mixing=recipe.mixing,
        guard=recipe.guard,
        temporary=built.cold_start,
        generation=from_dict(Generation, counts),
    )
    return _state(manifest, recipe.card)


def update_dataset(file: Path, card: CardSettings, uplift: Uplift | None = None, review: Review | None = None) -> Path:
    """Add to the manifest of a dataset what was learnt or stated since it was written, and render its card again.

    Args:
        file: The manifest.
        card: What its maker states.
        uplift: What its rows are worth; None leaves what is there.
        review: What people found in a sample of them; None leaves what is there.

    Returns:
        The card.

    Raises:
        ConfigError: There is no good manifest, or the user's part of the card cannot be told from ours.
    """
    manifest = read_manifest(file)
    fresh = _state(replace(manifest, uplift=uplift or manifest.uplift, review=review or manifest.review), card)
    write_card(fresh, find_card(file))
    write_manifest(fresh, file)
    return find_card(file)


def _state(manifest: DatasetManifest, card: CardSettings) -> DatasetManifest:
    return manifest.state(card.license, card.teacher_license, card.sources)
