"""Recipes of every kind of run, told apart by their key `task`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from hf_synth.arm_run import ArmRun
from hf_synth.embedding_space import recipe as embedding_space
from hf_synth.errors import ConfigError, check_choice
from hf_synth.multi_label import recipe as multi_label
from hf_synth.recipe import INTENTS, Recipe
from hf_synth.recipe_file import read_recipe, read_yaml
from hf_synth.semantic_parsing.recipe import TASK, ParseRecipe

TeacherRecipe: TypeAlias = Recipe | ParseRecipe
RunRecipe: TypeAlias = TeacherRecipe | multi_label.LabelRecipe | embedding_space.EmbeddingRecipe

TASKS: dict[str, type[RunRecipe]] = {
    INTENTS: Recipe,
    TASK: ParseRecipe,
    multi_label.TASK: multi_label.LabelRecipe,
    embedding_space.TASK: embedding_space.EmbeddingRecipe,
}


def load_run_recipe(path: str | Path, assignments: Sequence[str] = ()) -> RunRecipe:
    """Read a recipe of any kind.

    Args:
        path: As for `read_recipe`.
        assignments: As for `read_recipe`.

    Returns:
        A `ParseRecipe` where the recipe says `task: semantic_parsing`, a `LabelRecipe` where it says
        `task: multi_label`, an `EmbeddingRecipe` where it says `task: embedding`, else a `Recipe`.

    Raises:
        ConfigError: As for `read_recipe`, or there is no such task.
    """
    task = read_yaml(path, assignments)[1].get("task", INTENTS)
    check_choice("task", task, TASKS)
    return read_recipe(TASKS[task], path, assignments)


def check_teacher(recipe: RunRecipe) -> TeacherRecipe:
    """Check that a teacher writes rows for a recipe.

    Args:
        recipe: Any recipe.

    Returns:
        The recipe.

    Raises:
        ConfigError: Its arms need no teacher.
    """
    if isinstance(recipe, multi_label.LabelRecipe | embedding_space.EmbeddingRecipe) or not recipe.writes:
        raise ConfigError("the arms of this recipe need no teacher: nothing would be asked")
    return recipe


def open_run(recipe: RunRecipe, out: Path) -> ArmRun[Any, Any]:
    """Open the run folder of a recipe; errors as for `Run`, `ParseRun`, `LabelRun` and `EmbeddingRun`."""
    if isinstance(recipe, multi_label.LabelRecipe):
        from hf_synth.multi_label.experiment import LabelRun

        return LabelRun(recipe, out)
    if isinstance(recipe, embedding_space.EmbeddingRecipe):
        from hf_synth.embedding_space.experiment import EmbeddingRun

        return EmbeddingRun(recipe, out)
    if isinstance(recipe, ParseRecipe):
        from hf_synth.semantic_parsing.experiment import ParseRun

        return ParseRun(recipe, out)
    from hf_synth.experiment import Run

    return Run(recipe, out)
