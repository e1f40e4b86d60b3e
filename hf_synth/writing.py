"""What a teacher writes for one experiment of a recipe: annotated utterances, or texts of classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from hf_synth.builders import classification, linguist
from hf_synth.builders.built import Built, name_versions
from hf_synth.builders.class_targets import settle_classes
from hf_synth.cells import Cell
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.generation import Teacher
from hf_synth.language_rows import localise_seeds
from hf_synth.prompts.classification import ClassificationPrompt
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.recipe import Recipe
from hf_synth.teachers.journal import Journal


@dataclass(frozen=True)
class Making:
    """How rows were made, for the manifest of their dataset.

    Args:
        method: Name of the prompt, with its version.
        examples: Most human rows shown in one prompt.
        sampling: Settings of the teacher's draws, by name.
        filters: Filters in their order, with versions.
    """

    method: str
    examples: int
    sampling: Mapping[str, Any]
    filters: tuple[str, ...]


def write_rows(
    recipe: Recipe, cell: Cell, teacher: Teacher, journal: Journal, zero_shot: bool
) -> tuple[Built, Making]:
    """Have a teacher write the rows of an experiment.

    Args:
        recipe: What is run.
        cell: Which of its experiments; its draw moves all seeds.
        teacher: Who writes, adapted if it should be.
        journal: Where completions are kept.
        zero_shot: Show no examples; for annotated utterances only.

    Returns:
        The dataset, and how it was made.
    """
    if recipe.task == "text_classification":
        return _write_texts(recipe, cell, teacher, journal)
    settings = recipe.generation
    plan = replace(settings.plan, seed=settings.plan.seed + 1000 * cell.draw)
    plan = replace(plan, examples=0) if zero_shot else plan
    sampling = replace(settings.sampling, seed=settings.sampling.seed + cell.draw)
    settings = replace(settings, plan=plan, sampling=sampling)
    asked = localise_seeds(cell.human, recipe.new_language, recipe.transforms) if recipe.new_language else None
    built = linguist.build_rows(cell.human, teacher, journal, settings, ratio_rule=recipe.ratio_rule, asked=asked)
    method = f"{LinguistPrompt.name}@{LinguistPrompt.version}"
    return built, Making(method, plan.examples, sampling.to_dict(), tuple(linguist.filter_versions()))


def _write_texts(recipe: Recipe, cell: Cell, teacher: Teacher, journal: Journal) -> tuple[Built, Making]:
    settings = recipe.classification
    plan = replace(settings.plan, seed=settings.plan.seed + 1000 * cell.draw)
    sampling = replace(settings.sampling, seed=settings.sampling.seed + cell.draw)
    settings = replace(settings, plan=plan, sampling=sampling)
    classes = settle_classes(recipe.classes, {utterance.intent for utterance in cell.human.train})
    built = classification.build_class_rows(
        cell.human, classes, teacher, journal, settings, ratio_rule=recipe.ratio_rule
    )
    method = f"{ClassificationPrompt.name}@{ClassificationPrompt.version}"
    filters = name_versions((*classification.FILTERS, HeldOutFilter()))
    return built, Making(method, plan.examples, sampling.to_dict(), tuple(filters))
