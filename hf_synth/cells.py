"""The experiments of a recipe: which human rows train, which test, and which intents rows are made for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hf_synth.builders.built import utterance_key
from hf_synth.builders.class_targets import settle_classes
from hf_synth.errors import SchemaError
from hf_synth.new_language import draw_new_language
from hf_synth.recipe import Recipe
from hf_synth.seeding import stable_hash
from hf_synth.seeds import check_seeds, read_utterances
from hf_synth.splits import HumanSplits, choose_targets, draw_low_resource, draw_new_intent, without_overlap


@dataclass(frozen=True)
class Cell:
    """One experiment of a recipe: a set of human rows, and the intents that are generated for.

    Args:
        name: Folder name; empty if the recipe has a single cell.
        human: The human rows by use.
        draw: Which draw of starters.
    """

    name: str
    human: HumanSplits
    draw: int = 0


def make_cells(recipe: Recipe) -> list[Cell]:
    """Split the human rows of a recipe into its experiments."""
    data = recipe.data
    validation = read_utterances(data.validation, recipe.guard) if data.validation else []
    test = without_overlap(read_utterances(data.test, recipe.guard), validation)
    pool = read_utterances(data.train, recipe.guard)
    if recipe.low_resource is not None:
        count, targets = recipe.low_resource.per_intent, recipe.targets
        cells = [
            Cell(f"draw-{draw}", draw_low_resource(pool, validation, test, targets, count, draw), draw)
            for draw in range(recipe.low_resource.draws)
        ]
    elif recipe.new_intent is not None:
        new = recipe.new_intent
        names = sorted({utterance.intent for utterance in pool})
        folds = {name: names[index % new.folds :: new.folds] if new.folds else [] for index, name in enumerate(names)}
        cells = [
            Cell(
                f"{name_folder(target)}-{draw}",
                draw_new_intent(pool, validation, test, target, new.starters, new.background, draw, folds[target]),
                draw,
            )
            for target in choose_targets(pool, new.intents)
            for draw in range(new.draws)
        ]
    elif recipe.new_language is not None and data.language is not None:
        rows, language = read_utterances(data.language, recipe.guard), recipe.new_language
        cells = [
            Cell(
                f"draw-{draw}",
                draw_new_language(pool, rows, validation, test, recipe.targets, language, draw),
                draw,
            )
            for draw in range(language.draws)
        ]
    else:
        train = without_overlap(pool, (*validation, *test))
        targets = choose_targets(train, recipe.targets)
        cells = [Cell("", HumanSplits(tuple(train), tuple(validation), tuple(test), targets))]
    for cell in cells:
        check_cell(cell, recipe)
    return cells


def check_cell(cell: Cell, recipe: Recipe) -> None:
    """Check, before anything is done, that each target can be prompted for and scored.

    Args:
        cell: The experiment to check.
        recipe: What is to be done with it.

    Raises:
        SchemaError: A target has no test row, or a single seed where its slots are to be written.
        ConfigError: A class is described that there is not.
    """
    if recipe.task == "text_classification":
        settle_classes(recipe.classes, {utterance.intent for utterance in cell.human.train})
    for target, seeds in cell.human.starters.items():
        if recipe.task == "intent_slots":
            check_seeds(seeds)
        if not any(utterance.intent == target for utterance in cell.human.test):
            raise SchemaError(
                f"target {target!r} is the intent of no test row",
                hint="Scores are computed on human test rows of each target: write some.",
            )


def name_folder(label: str) -> str:
    """Name a folder after a label, which may hold anything.

    Args:
        label: Such as an intent.

    Returns:
        The label itself if it is good for one; else its letters and digits, and a hash that tells it from others.

    Examples:
        >>> name_folder("GetWeather"), name_folder("../x")
        ('GetWeather', '_x.407cf666')
    """
    if re.fullmatch(r"[\w+-][\w .+-]{0,79}", label):
        return label
    return f"{re.sub(r'[^A-Za-z0-9]+', '_', label)[:40]}.{stable_hash(label)[:8]}"


def hash_rows(cells: Sequence[Cell]) -> str:
    """Hash the human rows of all cells by use: a run is resumed only on the rows it was begun with."""
    uses = ("train", "full", "validation", "test")
    rows = [dict.fromkeys(row for cell in cells for row in getattr(cell.human, use)) for use in uses]
    return stable_hash([[utterance_key(row) for row in part] for part in rows])[:16]


def name_targets(human: HumanSplits) -> str:
    """How a report names the targets of a cell."""
    return "all intents" if len(human.targets) > 1 and not human.others else ",".join(human.targets)
