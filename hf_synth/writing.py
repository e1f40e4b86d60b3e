"""What a teacher writes for one experiment of a recipe: annotated utterances, or texts of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hf_synth.builders import classification, linguist
from hf_synth.builders.built import Built, name_versions
from hf_synth.builders.class_targets import settle_classes
from hf_synth.cells import Cell
from hf_synth.filters.base import Filter
from hf_synth.filters.chain import load_filters
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.generation import Sampling, Teacher
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


def write_rows(recipe: Recipe, cell: Cell, teacher: Teacher, journal: Journal, arm: str) -> tuple[Built, Making]:
    """Have a teacher write the rows of an experiment.

    Args:
        recipe: What is run.
        cell: Which of its experiments; its draw moves all seeds.
        teacher: Who writes, adapted if it should be.
        journal: Where completions are kept.
        arm: Which arm they are for: it decides the filters, and `linguist_zero_shot` shows no examples.

    Returns:
        The dataset, and how it was made.
    """
    if recipe.task == "text_classification":
        return _write_texts(recipe, cell, teacher, journal, arm)
    settings = recipe.generation
    plan = replace(settings.plan, seed=settings.plan.seed + 1000 * cell.draw)
    plan = replace(plan, examples=0) if arm == "linguist_zero_shot" else plan
    sampling = replace(settings.sampling, seed=settings.sampling.seed + cell.draw)
    settings = replace(settings, plan=plan, sampling=sampling)
    filters = load_filters(recipe.filters_of(arm), linguist.FILTERS)
    asked = localise_seeds(cell.human, recipe.new_language, recipe.transforms) if recipe.new_language else None
    built = linguist.build_rows(cell.human, teacher, journal, settings, filters, recipe.mixing, asked)
    return built, _describe(LinguistPrompt, plan.examples, sampling, filters)


def _write_texts(recipe: Recipe, cell: Cell, teacher: Teacher, journal: Journal, arm: str) -> tuple[Built, Making]:
    settings = recipe.classification
    plan = replace(settings.plan, seed=settings.plan.seed + 1000 * cell.draw)
    sampling = replace(settings.sampling, seed=settings.sampling.seed + cell.draw)
    settings = replace(settings, plan=plan, sampling=sampling)
    classes = settle_classes(recipe.classes, {utterance.intent for utterance in cell.human.train})
    filters = load_filters(recipe.filters_of(arm), classification.FILTERS)
    built = classification.build_class_rows(cell.human, classes, teacher, journal, settings, filters, recipe.mixing)
    return built, _describe(ClassificationPrompt, plan.examples, sampling, filters)


def _describe(
    prompt: type[LinguistPrompt] | type[ClassificationPrompt],
    examples: int,
    sampling: Sampling,
    filters: Sequence[Filter],
) -> Making:
    versions = name_versions((*filters, HeldOutFilter()))
    return Making(f"{prompt.name}@{prompt.version}", examples, sampling.to_dict(), tuple(versions))
