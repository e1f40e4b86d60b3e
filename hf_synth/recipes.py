"""Recipes of every kind of run, told apart by their key `task`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

from hf_synth.errors import check_choice
from hf_synth.recipe import INTENTS, Recipe, load_recipe, read_yaml
from hf_synth.running import BaseRun
from hf_synth.semantic_parsing.recipe import TASK, ParseRecipe, load_parse_recipe

RunRecipe: TypeAlias = Recipe | ParseRecipe


def load_run_recipe(path: str | Path, assignments: Sequence[str] = ()) -> RunRecipe:
    """Read a recipe of any kind.

    Args:
        path: As for `load_recipe`.
        assignments: As for `load_recipe`.

    Returns:
        A `ParseRecipe` where the recipe says `task: semantic_parsing`, else a `Recipe`.

    Raises:
        ConfigError: As for `load_recipe`, or there is no such task.
    """
    task = read_yaml(path, assignments)[1].get("task", INTENTS)
    check_choice("task", task, (INTENTS, TASK))
    return load_parse_recipe(path, assignments) if task == TASK else load_recipe(path, assignments)


def open_run(recipe: RunRecipe, out: Path) -> BaseRun[Any]:
    """Open the run folder of a recipe; errors as for `Run` and `ParseRun`."""
    if isinstance(recipe, ParseRecipe):
        from hf_synth.semantic_parsing.experiment import ParseRun

        return ParseRun(recipe, out)
    from hf_synth.experiment import Run

    return Run(recipe, out)
