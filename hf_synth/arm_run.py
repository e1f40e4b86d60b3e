"""What every comparison of arms does: it claims a folder, walks through its students, and writes a report."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from tqdm.auto import tqdm

from hf_synth.builders.built import Built
from hf_synth.errors import ConfigError
from hf_synth.generation import Spent
from hf_synth.manifest import FILE, claim_folder, package_versions, remove_leftovers, write_json
from hf_synth.recipe import identity_settings
from hf_synth.recipe_settings import ArmSettings
from hf_synth.report import write_report
from hf_synth.teachers.journal import FILE as JOURNAL
from hf_synth.teachers.journal import read_spent


class NamedCell(Protocol):
    """An experiment."""

    @property
    def name(self) -> str:
        """Folder name; empty if the recipe has a single cell."""
        ...


R = TypeVar("R", bound=ArmSettings)
C = TypeVar("C", bound=NamedCell)


class ArmRun(ABC, Generic[R, C]):
    """A comparison of arms in a folder.

    Args:
        recipe: What to run.
        out: The run folder; one that holds the same recipe is resumed.
        cells: The experiments of the recipe.
        data: Hash of all rows that the recipe reads.
    """

    rows = "**/arms/*.parquet"  # where the training sets are, below the run folder

    def __init__(self, recipe: R, out: Path, cells: Sequence[C], data: str) -> None:
        self.recipe, self.out, self.cells = recipe, out, cells
        self._data = data

    def claim(self) -> None:
        """Make the run folder this run's own.

        Raises:
            ConfigError: The folder belongs to another recipe, or to other settings of this one.
        """
        claim_folder(self.out, identity_settings(self.recipe), self._data)
        remove_leftovers(self.out)

    def dataset_folders(self) -> list[Path]:
        """Where the datasets are that a teacher wrote, in the order of the cells."""
        return []

    def build(self) -> list[Built]:
        """Write the dataset of every cell.

        Returns:
            The datasets, in the order of the cells.

        Raises:
            ConfigError: The recipe has no arm with rows that a teacher writes.
        """
        raise ConfigError(
            "the arms of this recipe need no teacher: there is no dataset to build",
            hint="hf-synth run compares its arms; augment(ds, transform) makes a dataset with a transform.",
        )

    @property
    def spent(self) -> Spent:
        """What the requests of this run folder have cost, over all sessions."""
        return read_spent(self.out / JOURNAL)

    @abstractmethod
    def report(self) -> dict[str, Any]:
        """Train and score the students of every arm, and write the report.

        Returns:
            The report (see `make_report`).
        """

    @abstractmethod
    def _seeds(self, cell: C) -> Iterable[int]:
        """Seeds of the students of a cell."""

    def _folder(self, cell: C) -> Path:
        """The folder of a cell."""
        return self.out / "cells" / cell.name if cell.name else self.out

    def _walk(self) -> Iterator[tuple[C, str, int]]:
        """Cell, arm and seed of every student, with a bar."""
        work = [(cell, arm, seed) for cell in self.cells for arm in self.recipe.arms for seed in self._seeds(cell)]
        bar = tqdm(work, desc="students", unit="student")
        for cell, arm, seed in bar:
            bar.set_postfix_str(f"{cell.name} {arm}/{seed}")
            yield cell, arm, seed

    def _conclude(self, report: Mapping[str, Any]) -> None:
        """Write the report, and what the folder holds."""
        write_report(report, self.out)
        write_json(
            self.out / FILE,
            {
                "recipe": identity_settings(self.recipe),
                "data": self._data,
                "versions": package_versions(),
                "generation": report["generation"],
                "cells": [cell.name for cell in self.cells],
            },
        )
