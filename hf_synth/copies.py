"""The arms of a run whose made rows are copies of human ones by transforms."""

from __future__ import annotations

from pathlib import Path

from hf_synth.arms import copy_rows, join_copies, load_transforms
from hf_synth.cells import Cell
from hf_synth.filters.chain import load_filters
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.mixing import count_allowed
from hf_synth.recipe import ARMS, TOGETHER, Recipe
from hf_synth.run_folder import read_arm, write_arm
from hf_synth.schema import Row


class Copies:
    """What transforms make for the experiments of a recipe.

    Args:
        recipe: What is run.
        journal: Where the answers of teachers go, for transforms that ask one.

    Attributes:
        arms: The arms of transforms, and which transforms make each; slot resampling has an arm of its own already.
    """

    def __init__(self, recipe: Recipe, journal: Path) -> None:
        self._recipe, self._journal = recipe, journal
        self._made: tuple[tuple[str, tuple[str, ...]], tuple[list[Row], dict[str, int]]] | None = None
        names = tuple(recipe.transforms)
        self.arms = {name: (name,) for name in names if name not in ARMS} | {TOGETHER: names}
        if recipe.ablation in self.arms:
            self.arms |= dict.fromkeys(recipe.variants, self.arms[recipe.ablation])

    def read(self, cell: Cell, arm: str, folder: Path) -> tuple[list[Row], dict[str, int]]:
        """Make the training set of an arm, or read it back if it was made before.

        Args:
            cell: Which experiment.
            arm: One of `arms`.
            folder: Of the experiment; the rows are kept below it.

        Returns:
            The human rows and the copies, and how many copies were wanted, made and refused, by reason.
        """
        path = folder / "arms" / f"{arm}.parquet"
        done = read_arm(path)
        if done is None:
            rows, refused = self._copy(cell, self.arms[arm])
            filters = load_filters(self._recipe.filters_of(arm), (DuplicateFilter(),))
            limit = count_allowed(self._recipe.mixing, len(cell.human.train))
            train, counts = join_copies(rows, cell.human, filters, limit)
            done = train, {**refused, **counts}
            write_arm(*done, path)
        return done

    def _copy(self, cell: Cell, names: tuple[str, ...]) -> tuple[list[Row], dict[str, int]]:
        """Copies before any filter, made once for all arms that differ in their filters alone."""
        key = (cell.name, names)
        if self._made is None or self._made[0] != key:
            transforms = load_transforms(self._recipe.transforms, cell.human, self._journal)
            self._made = key, copy_rows([transforms[name] for name in names], cell.human, self._recipe.copies)
        return self._made[1]
