"""Running a recipe: from human rows to a dataset, students and a report; whatever is done already is read back."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tqdm.auto import tqdm

from hf_synth.arms import arm_rows, load_transforms
from hf_synth.builders.adaptation import adapt_teacher, check_adaptable
from hf_synth.builders.built import Built
from hf_synth.cards.dataset import write_dataset
from hf_synth.cards.manifest import read_manifest
from hf_synth.cards.uplift import Uplift
from hf_synth.cells import Cell, hash_rows, make_cells, name_targets
from hf_synth.configuration import to_dict
from hf_synth.copies import Copies
from hf_synth.dataset_facts import describe_dataset, update_dataset
from hf_synth.errors import ConfigError
from hf_synth.filters.chain import load_filters
from hf_synth.generation import Spent, Teacher
from hf_synth.language_rows import language_rows
from hf_synth.manifest import FILE, claim_folder, package_versions, read_json, write_json
from hf_synth.metrics.outcomes import FILE as OUTCOMES
from hf_synth.metrics.outcomes import read_outcomes, write_outcomes
from hf_synth.mixing import split_stages
from hf_synth.profiles.rows import profile_rows
from hf_synth.recipe import TOGETHER, TWO_STAGE, ZERO_SHOT, Recipe, identity_settings
from hf_synth.report import PROFILE, Score, make_report, write_report
from hf_synth.run_folder import count_made, read_built, sum_copies, sum_counts, write_rejects
from hf_synth.schema import Row, label_names
from hf_synth.students import require_students
from hf_synth.teachers.journal import FILE as JOURNAL
from hf_synth.teachers.journal import Journal, read_spent
from hf_synth.teachers.loading import load_instructed, load_teacher
from hf_synth.writing import write_rows

logger = logging.getLogger(__name__)


class Run:
    """A run of a recipe in a folder.

    Args:
        recipe: What to run.
        out: The run folder; one that holds the same recipe is resumed.

    Raises:
        ConfigError: The folder belongs to another recipe, or to other settings of this one.
        SchemaError: The human rows do not hold together.
    """

    def __init__(self, recipe: Recipe, out: Path) -> None:
        self.recipe, self.out = recipe, out
        self.cells = make_cells(recipe)
        self._data = hash_rows(self.cells)
        self._teacher: Teacher | None = None
        self._copies = Copies(recipe, out / JOURNAL)
        load_filters(recipe.filters, ())
        for cell in self.cells:
            load_transforms(recipe.transforms, cell.human, out / JOURNAL)
        if not (out / FILE).exists() and recipe.writes:
            self._load_teacher()  # a teacher that cannot be reached leaves no folder behind
        claim_folder(out, identity_settings(recipe), self._data)

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
            raise ConfigError(
                "the arms of this recipe need no teacher: there is no dataset to build",
                hint="hf-synth run compares its transforms; augment(ds, transform) makes a dataset with one of them.",
            )
        return [self._build_cell(cell, self.recipe.written_arm) for cell in self.cells]

    @property
    def spent(self) -> Spent:
        """What the requests of this run folder have cost, over all sessions."""
        return read_spent(self.out / JOURNAL)

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
        work = [(cell, arm, seed) for cell in self.cells for arm in self.recipe.arms for seed in self._seeds(cell)]
        bar = tqdm(work, desc="students", unit="student")
        done = ""
        built: dict[str, Built] = {}
        for cell, arm, seed in bar:
            bar.set_postfix_str(f"{cell.name} {arm}/{seed}")
            if not built or cell.name != done:
                built, done = {name: self._build_cell(cell, name) for name in self._written_arms()}, cell.name
                datasets |= {self._folder(cell, name): name for name in built}
            scores.append(self._score(cell, arm, seed, built))
            if arm in self._copies.arms:
                copied[cell.name, arm] = self._copy_rows(cell, arm)[1]
            elif arm in built and self.recipe.variants:
                copied[cell.name, arm] = count_made(read_json(self._folder(cell, arm) / "generation.json"))
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
        for folder, arm in datasets.items():
            update_dataset(folder / "dataset" / FILE, self.recipe.card, Uplift.of(report, arm))
        return report

    def _profile(self) -> dict[str, Any]:
        """The made rows of the arm that the run is about beside the human rows, over all cells of the first draw."""
        recipe = self.recipe
        copied = [arm for arm in recipe.arms if arm in self._copies.arms and arm not in recipe.variants]
        arm = recipe.written_arm if recipe.writes else (copied or [TOGETHER])[-1]
        rows = [
            row
            for cell in self.cells
            if cell.draw == self.cells[0].draw
            for row in (self._build_cell(cell, arm).train if recipe.writes else self._copy_rows(cell, arm)[0])
        ]
        distinct = dict.fromkeys(rows)
        human, made = (
            [row for row in distinct if (row.provenance.origin == "human") is real] for real in (True, False)
        )
        return {"arm": arm} | profile_rows(human, made)

    def _seeds(self, cell: Cell) -> Iterable[int]:
        drawn = self.recipe.new_intent or self.recipe.low_resource or self.recipe.new_language
        return (cell.draw,) if drawn else self.recipe.student_seeds

    def _written_arms(self) -> list[str]:
        """The arms whose rows a teacher writes for them alone."""
        if not self.recipe.writes:
            return []
        written = self.recipe.written_arm
        variants = self.recipe.variants if self.recipe.ablation == written else ()
        return [written, *(arm for arm in self.recipe.arms if arm == ZERO_SHOT or arm in variants)]

    def _copy_rows(self, cell: Cell, arm: str) -> tuple[list[Row], dict[str, int]]:
        """The training set of an arm of transforms, and what was made for it; read back if it was made before."""
        return self._copies.read(cell, arm, self._folder(cell))

    def _made_rows(self, cell: Cell, built: Mapping[str, Built]) -> dict[str, list[Row]]:
        """The rows that were made for a cell, by the arm that they alone make."""
        made = {arm: self._copy_rows(cell, arm)[0] for arm in self.recipe.transforms}
        made |= {arm: found.train for arm, found in built.items()}
        return {arm: [row for row in rows if row.provenance.origin != "human"] for arm, rows in made.items()}

    def _folder(self, cell: Cell, arm: str = "") -> Path:
        """The folder of a cell; of an arm that has a dataset of its own beside the cell's."""
        place = self.out / "cells" / cell.name if cell.name else self.out
        return place / arm.removeprefix("linguist_") if arm in (ZERO_SHOT, *self.recipe.variants) else place

    def _find_teacher(self, cell: Cell) -> Teacher:
        """The teacher, adapted to the cell's other intents if the recipe says so."""
        teacher: Any = self._load_teacher()
        adapt = self.recipe.teacher.adapt
        if not adapt.pairs or not cell.human.adaptable:
            return self._load_teacher()
        held_back = (*cell.human.targets, *cell.human.fold)
        return adapt_teacher(teacher, cell.human.adaptable, held_back, adapt, self.out / "teachers")

    def _load_teacher(self) -> Teacher:
        """Load the teacher once, and check that it can do what the recipe asks."""
        if self._teacher is None:
            chosen = self.recipe.teacher
            load = load_instructed if self.recipe.task == "text_classification" else load_teacher
            teacher = load(chosen.name, chosen.endpoint, chosen.budget)
            if self.recipe.teacher.adapt.pairs and any(cell.human.adaptable for cell in self.cells):
                check_adaptable(teacher)
            self._teacher = teacher
        return self._teacher

    def _build_cell(self, cell: Cell, arm: str) -> Built:
        folder = self._folder(cell, arm)
        counts = read_json(folder / "generation.json")
        if counts is not None:
            update_dataset(folder / "dataset" / FILE, self.recipe.card)
            return read_built(folder, counts)
        teacher = self._find_teacher(cell)
        journal = Journal(self.out / JOURNAL)
        try:
            built, making = write_rows(self.recipe, cell, teacher, journal, arm)
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

    def _score(self, cell: Cell, arm: str, seed: int, built: Mapping[str, Built]) -> Score:
        from hf_synth.students.evaluation import judge_student
        from hf_synth.students.student import CARD, Student
        from hf_synth.students.trainer import train_student

        folder = self._folder(cell) / "students" / arm / str(seed)
        done = read_json(folder / "scores.json")
        if done is not None:
            return Score(**done, outcomes=read_outcomes(folder / OUTCOMES))
        human, rows = cell.human, self._train_rows(cell, arm, built)
        # The ceiling trains on the same rows whatever intent is made new: one student serves all cells of a draw.
        shared = self.out / "students" / "full_data" / str(seed)
        if arm == "full_data" and (shared / CARD).is_file():
            student = Student.load(shared)
        else:
            names = label_names([*human.train, *human.full, *human.validation, *human.test])
            validation = [Row.human(utterance) for utterance in human.validation]
            first, last = split_stages(rows) if arm == TWO_STAGE else ([], rows)
            student = train_student(last, validation, *names, self.recipe.students, None, seed, first)
            if arm == "full_data":
                fresh = shared.with_name(f".{shared.name}.incomplete")
                shutil.rmtree(fresh, ignore_errors=True)
                student.save(fresh)
                fresh.rename(shared)
        prompts = {text for found in built.values() for text in found.generated.prompt_texts}
        test = [Row.human(utterance) for utterance in human.test]
        metrics, outcomes = judge_student(student, test, rows, prompts, human.targets, self.recipe.guard)
        score = Score(cell.name, name_targets(human), cell.draw, arm, seed, len(rows), metrics, outcomes)
        write_outcomes(outcomes, folder / OUTCOMES)
        write_json(folder / "scores.json", {name: value for name, value in vars(score).items() if name != "outcomes"})
        return score

    def _train_rows(self, cell: Cell, arm: str, built: Mapping[str, Built]) -> list[Row]:
        """The rows that the student of an arm is trained on."""
        if self.recipe.new_language is not None:
            return language_rows(arm, cell.human, self._made_rows(cell, built), self.recipe.new_language, cell.draw)
        if arm in self._copies.arms:
            return self._copy_rows(cell, arm)[0]
        if arm in built:
            return built[arm].train
        return arm_rows(arm, cell.human, built.get(self.recipe.written_arm), cell.draw, self.recipe.copies)
