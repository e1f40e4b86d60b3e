"""The experiments of a recipe of semantic parsing: which human rows train, and which test."""

from __future__ import annotations

from collections.abc import Sequence

from hf_synth.cells import Cell
from hf_synth.errors import ConfigError
from hf_synth.parses.checking import check_parses
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import find_brackets
from hf_synth.schema import Utterance
from hf_synth.seeding import rng
from hf_synth.seeds import read_utterances
from hf_synth.semantic_parsing.recipe import FewSettings, ParseRecipe
from hf_synth.splits import HumanSplits, without_overlap


def make_parse_cells(recipe: ParseRecipe) -> list[Cell]:
    """Draw the human rows of each experiment.

    Args:
        recipe: The recipe.

    Returns:
        One cell a draw, each with all intents as targets; rows whose text stands in validation or test are left out.

    Raises:
        ConfigError: There are fewer rows than wanted, or no row of an id.
        SchemaError: A row does not hold together: no parse, a wrong one, or a slot value that its text lacks.
    """
    data = recipe.data
    validation = read_utterances(data.validation, recipe.guard) if data.validation else []
    test = without_overlap(read_utterances(data.test, recipe.guard), validation)
    train = read_utterances(data.train, recipe.guard)
    schema = ParseSchema.declare(recipe.schema, find_brackets(train[0].parse)) if recipe.schema else None
    check_parses([*train, *validation, *([] if recipe.resolution else test)], schema)
    pool = without_overlap(train, (*validation, *test))
    cells = []
    for draw in range(recipe.few.draws):
        known = draw_few(pool, recipe.few, draw)
        targets = tuple(sorted({row.intent for row in known}))
        full = tuple(pool) if len(known) < len(pool) else ()
        human = HumanSplits(tuple(known), tuple(validation), tuple(test), targets, full)
        cells.append(Cell(f"draw-{draw}", human, draw))
    return cells


def draw_few(pool: Sequence[Utterance], few: FewSettings, draw: int) -> list[Utterance]:
    """Choose the human rows that are known.

    Args:
        pool: Rows to choose from.
        few: How many, or which.
        draw: Which draw of them.

    Returns:
        The rows, in the order of the pool.

    Raises:
        ConfigError: There are fewer rows than wanted, or no row of an id.
    """
    if few.ids:
        missing = sorted(set(few.ids) - {row.seed_id for row in pool})
        if missing:
            raise ConfigError(
                f"few.ids: no training row has id {missing[0]!r}",
                hint="Ids are those of the source, or its name with the split and the number of the row; a row whose "
                "text stands in validation or test is left out.",
            )
        return [row for row in pool if row.seed_id in few.ids]
    if len(pool) < few.rows:
        raise ConfigError(f"few.rows is {few.rows}, data.train has {len(pool)} that can be used")
    chosen = rng(draw, "few").permutation(len(pool))[: few.rows or len(pool)]
    return [pool[index] for index in sorted(chosen)]
