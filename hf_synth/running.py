"""What every run does: datasets, students and a report; whatever is done already is read back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from hf_synth.arm_run import ArmRun
from hf_synth.builders.built import Built
from hf_synth.cards.dataset import write_dataset
from hf_synth.cards.manifest import read_manifest
from hf_synth.cards.uplift import Uplift
from hf_synth.cells import Cell, hash_rows
from hf_synth.configuration import to_dict
from hf_synth.dataset_facts import describe_dataset, update_dataset
from hf_synth.generation import Teacher
from hf_synth.manifest import FILE, package_versions, read_json, write_json
from hf_synth.profiles.rows import profile_rows
from hf_synth.recipe_settings import RunSettings
from hf_synth.report import PROFILE, Score, make_report
from hf_synth.run_folder import read_built, sum_copies, sum_counts, write_rejects
from hf_synth.schema import Row
from hf_synth.students import require_students
from hf_synth.teachers.journal import FILE as JOURNAL
from hf_synth.teachers.journal import Journal
from hf_synth.writing import Making

R = TypeVar("R", bound=RunSettings)


class BaseRun(ArmRun[R, Cell]):
    """A run of a recipe with a teacher in a folder.

    Args:
        recipe: What to run.
        out: The run folder; one that holds the same recipe is resumed.
        cells: The experiments of the recipe.
        data: Hash of all else that the recipe reads; empty if it reads nothing else.
    """

    def __init__(self, recipe: R, out: Path, cells: Sequence[Cell], data: str = "") -> None:
        super().__init__(recipe, out, cells, hash_rows(cells) + data)
        self._teacher: Teacher | None = None

    def claim(self) -> None:
        """Make the run folder this run's own.

        Raises:
            ConfigError: The folder belongs to another recipe, or to other settings of this one.
            TeacherError: There is no such teacher; no folder is left behind.
        """
        if not (self.out / FILE).exists() and self.recipe.writes:
            self._load_teacher()
        super().claim()

    def dataset_folders(self) -> list[Path]:
        """Where the datasets are, in the order of the cells; none if no teacher writes."""
        return [self._folder(cell) / "dataset" for cell in self.cells] if self.recipe.writes else []

    def build(self) -> list[Built]:
        """Write the dataset of every cell.

        Returns:
            The datasets, in the order of the cells.

        Raises:
            ConfigError: The recipe has no arm with rows that a teacher writes.
        """
        if not self.recipe.writes:
            return super().build()
        return [self._build_cell(cell, self.recipe.written_arm) for cell in self.cells]

    def report(self) -> dict[str, Any]:
        """Train and score the students of every arm, and write the report.

        Returns:
            The report (see `make_report`).

        Raises:
            MissingExtraError: What students are trained with is not installed.
        """
        require_students()
        scores: list[Score] = []
        datasets: dict[Path, str] = {}  # folder to arm
        copied: dict[tuple[str, str], dict[str, int]] = {}
        done: Cell | None = None
        built: dict[str, Built] = {}
        for cell, arm, seed in self._walk():
            if cell is not done:
                built, done = {name: self._build_cell(cell, name) for name in self._written_arms()}, cell
                datasets |= {self._folder(cell, name): name for name in built}
            scores += self._score(cell, arm, seed, built)
            if counts := self._count_made(cell, arm, built):
                copied[cell.name, arm] = counts
        folders = [folder for folder, arm in datasets.items() if arm not in self.recipe.variants]
        report = {"guard": self.recipe.guard, "mixing": self.recipe.mixing} | make_report(
            scores,
            self.recipe.baselines,
            sum_counts([read_json(folder / "generation.json") for folder in folders]) | asdict(self.spent),
            package_versions(),
            len(self.cells[0].human.test),
            sum_copies(copied),
        )
        reviewed = [read_manifest(folder / "dataset" / FILE) for folder in folders]
        if reviews := {data.name: to_dict(data.review) for data in reviewed if data.review and data.review.interval}:
            report["reviews"] = reviews
        if read_json(self.out / PROFILE) is None:
            write_json(self.out / PROFILE, self._profile())
        self._conclude(report)
        for folder, arm in datasets.items():
            update_dataset(folder / "dataset" / FILE, self.recipe.card, Uplift.of(report, arm))
        return report

    def _profile(self) -> dict[str, Any]:
        """The made rows of the arm that the run is about beside the human rows, over all cells of the first draw."""
        cells = [cell for cell in self.cells if cell.draw == self.cells[0].draw]
        arm = self._subject()
        distinct = dict.fromkeys(row for cell in cells for row in self._subject_rows(cell, arm))
        human, made = (
            [row for row in distinct if (row.provenance.origin == "human") is real] for real in (True, False)
        )
        return {"arm": arm} | profile_rows(human, made)

    def _folder(self, cell: Cell, arm: str = "") -> Path:
        """The folder of a cell; of an arm that has a dataset of its own beside the cell's."""
        return super()._folder(cell)

    def _build_cell(self, cell: Cell, arm: str) -> Built:
        folder = self._folder(cell, arm)
        counts = read_json(folder / "generation.json")
        if counts is not None:
            update_dataset(folder / "dataset" / FILE, self.recipe.card)
            return read_built(folder, counts)
        teacher = self._find_teacher(cell)
        journal = Journal(self.out / JOURNAL)
        try:
            built, making = self._write(cell, teacher, journal, arm)
        finally:
            journal.close()
        facts = describe_dataset(self.recipe, cell, built, teacher.identity, making)
        write_rejects(built.generated.rejects, folder / "rejects.parquet")
        write_dataset(built.splits, folder / "dataset", facts)
        counts = {
            **built.generated.counts,
            "teacher": teacher.identity,
            "teacher_calls": journal.calls,
            "journal_hits": journal.hits,
            "prompt_texts": sorted(built.generated.prompt_texts),
        }
        write_json(folder / "generation.json", counts)
        return built

    def _written_arms(self) -> list[str]:
        """The arms whose rows a teacher writes for them alone."""
        return [self.recipe.written_arm] if self.recipe.writes else []

    def _subject(self) -> str:
        """The arm that the run is about."""
        return self.recipe.written_arm

    def _subject_rows(self, cell: Cell, arm: str) -> Sequence[Row]:
        """Its training set."""
        return self._build_cell(cell, arm).train

    def _count_made(self, cell: Cell, arm: str, built: Mapping[str, Built]) -> dict[str, int] | None:
        """What was made for an arm, and how many rows each reason refused; None where the dataset says it."""
        return None

    @abstractmethod
    def _load_teacher(self) -> Teacher:
        """Load the teacher once, and check that it can do what the recipe asks."""

    @abstractmethod
    def _find_teacher(self, cell: Cell) -> Teacher:
        """The teacher of a cell, adapted if the recipe says so."""

    @abstractmethod
    def _write(self, cell: Cell, teacher: Teacher, journal: Journal, arm: str) -> tuple[Built, Making]:
        """Have the teacher write the rows of an arm."""

    @abstractmethod
    def _score(self, cell: Cell, arm: str, seed: int, built: Mapping[str, Built]) -> list[Score]:
        """Train and score a student, or read its scores back."""
