"""The experiments of a recipe of semantic parsing: which human rows train, and which test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hf_synth.cells import Cell
from hf_synth.errors import ConfigError
from hf_synth.parses.checking import check_parses
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import find_brackets
from hf_synth.schema import Utterance
from hf_synth.seeding import rng
from hf_synth.seeds import read_utterances
from hf_synth.semantic_parsing.languages import draw_known
from hf_synth.semantic_parsing.recipe import ParseRecipe
from hf_synth.semantic_parsing.recipe_settings import FewSettings, LanguageSettings
from hf_synth.sources import Source
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
    if recipe.languages is not None:
        return _make_language_cells(recipe, recipe.languages)
    assert data.test is not None
    validation = read_utterances(data.validation, recipe.guard) if data.validation else []
    test = without_overlap(read_utterances(data.test, recipe.guard), validation)
    train = read_utterances(data.train, recipe.guard)
    _check(recipe, [*train, *validation, *([] if recipe.resolution else test)])
    pool = without_overlap(train, (*validation, *test))
    cells = []
    for draw in range(recipe.few.draws):
        known = draw_few(pool, recipe.few, draw)
        full = pool if len(known) < len(pool) else []
        cells.append(_make_cell(known, validation, test, full, draw))
    return cells


def _make_language_cells(recipe: ParseRecipe, languages: LanguageSettings) -> list[Cell]:
    """Rows of one language in plenty with a few of each other; tests in the others."""
    known = {locale: _read(source, locale, recipe) for locale, source in sorted(languages.known.items())}
    test = [row for locale, source in sorted(languages.test.items()) for row in _read(source, locale, recipe)]
    pivot = read_utterances(languages.pivot, recipe.guard)
    plenty = read_utterances(recipe.data.train, recipe.guard)
    _check(recipe, [*plenty, *pivot, *test, *(row for rows in known.values() for row in rows)])
    cells = []
    for draw in range(languages.draws):
        few, said = draw_known(known, pivot, languages.rows, draw)
        train = without_overlap([*few, *said, *plenty], test)
        full = without_overlap([*(row for rows in known.values() for row in rows), *said, *plenty], test)
        cells.append(_make_cell(train, [], test, full, draw))
    return cells


def _read(source: Source, locale: str, recipe: ParseRecipe) -> list[Utterance]:
    """The rows of a locale; ids that are those of other languages are told apart by nothing but the locale."""
    return [replace(row, locale=locale) for row in read_utterances(source, recipe.guard)]


def _check(recipe: ParseRecipe, rows: Sequence[Utterance]) -> None:
    schema = ParseSchema.declare(recipe.schema, find_brackets(rows[0].parse)) if recipe.schema else None
    check_parses(rows, schema)


def _make_cell(
    train: Sequence[Utterance],
    validation: Sequence[Utterance],
    test: Sequence[Utterance],
    full: Sequence[Utterance],
    draw: int,
) -> Cell:
    targets = tuple(sorted({row.intent for row in train}))
    return Cell(f"draw-{draw}", HumanSplits(tuple(train), tuple(validation), tuple(test), targets, tuple(full)), draw)


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
