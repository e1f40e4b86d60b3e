"""Running a recipe of intents: from human rows to a dataset, students and a report."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hf_synth.arms import arm_rows, load_transforms
from hf_synth.builders.adaptation import adapt_teacher, check_adaptable
from hf_synth.builders.built import Built
from hf_synth.cells import Cell, make_cells, name_targets
from hf_synth.copies import Copies
from hf_synth.filters.chain import load_filters
from hf_synth.generation import Teacher
from hf_synth.language_rows import language_rows
from hf_synth.manifest import read_json, write_json
from hf_synth.metrics.outcomes import FILE as OUTCOMES
from hf_synth.metrics.outcomes import read_outcomes, write_outcomes
from hf_synth.mixing import split_stages
from hf_synth.recipe import TOGETHER, TWO_STAGE, ZERO_SHOT, Recipe
from hf_synth.report import Score
from hf_synth.run_folder import count_made
from hf_synth.running import BaseRun
from hf_synth.schema import Row, label_names
from hf_synth.teachers.journal import FILE as JOURNAL
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_instructed, load_teacher
from hf_synth.writing import Making, write_rows


class Run(BaseRun[Recipe]):
    """A run of a recipe in a folder.

    Args:
        recipe: What to run.
        out: The run folder; one that holds the same recipe is resumed.

    Raises:
        ConfigError: The folder belongs to another recipe, or to other settings of this one.
        SchemaError: The human rows do not hold together.
    """

    def __init__(self, recipe: Recipe, out: Path) -> None:
        super().__init__(recipe, out, make_cells(recipe))
        self._copies = Copies(recipe, out / JOURNAL)
        load_filters(recipe.filters, ())
        for cell in self.cells:
            load_transforms(recipe.transforms, cell.human, out / JOURNAL)
        self.claim()

    def _seeds(self, cell: Cell) -> Iterable[int]:
        drawn = self.recipe.new_intent or self.recipe.low_resource or self.recipe.new_language
        return (cell.draw,) if drawn else self.recipe.student_seeds

    def _subject(self) -> str:
        recipe = self.recipe
        copied = [arm for arm in recipe.arms if arm in self._copies.arms and arm not in recipe.variants]
        return recipe.written_arm if recipe.writes else (copied or [TOGETHER])[-1]

    def _subject_rows(self, cell: Cell, arm: str) -> Sequence[Row]:
        return self._build_cell(cell, arm).train if self.recipe.writes else self._copy_rows(cell, arm)[0]

    def _count_made(self, cell: Cell, arm: str, built: Mapping[str, Built]) -> dict[str, int] | None:
        if arm in self._copies.arms:
            return self._copy_rows(cell, arm)[1]
        if arm in built and self.recipe.variants:
            return count_made(read_json(self._folder(cell, arm) / "generation.json"))
        return None

    def _written_arms(self) -> list[str]:
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
        place = super()._folder(cell)
        return place / arm.removeprefix("linguist_") if arm in (ZERO_SHOT, *self.recipe.variants) else place

    def _find_teacher(self, cell: Cell) -> Teacher:
        teacher: Any = self._load_teacher()
        adapt = self.recipe.teacher.adapt
        if not adapt.pairs or not cell.human.adaptable:
            return self._load_teacher()
        held_back = (*cell.human.targets, *cell.human.fold)
        return adapt_teacher(teacher, cell.human.adaptable, held_back, adapt, self.out / "teachers")

    def _load_teacher(self) -> Teacher:
        if self._teacher is None:
            chosen = self.recipe.teacher
            load = load_instructed if self.recipe.task == "text_classification" else load_teacher
            teacher = load(chosen.name, chosen.endpoint, chosen.budget)
            if self.recipe.teacher.adapt.pairs and any(cell.human.adaptable for cell in self.cells):
                check_adaptable(teacher)
            self._teacher = teacher
        return self._teacher

    def _write(self, cell: Cell, teacher: Teacher, journal: Journal, arm: str) -> tuple[Built, Making]:
        return write_rows(self.recipe, cell, teacher, journal, arm)

    def _score(self, cell: Cell, arm: str, seed: int, built: Mapping[str, Built]) -> list[Score]:
        from hf_synth.students.evaluation import judge_student
        from hf_synth.students.student import CARD, Student
        from hf_synth.students.trainer import train_student

        folder = self._folder(cell) / "students" / arm / str(seed)
        done = read_json(folder / "scores.json")
        if done is not None:
            return [Score(**done, outcomes=read_outcomes(folder / OUTCOMES))]
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
        return [score]

    def _train_rows(self, cell: Cell, arm: str, built: Mapping[str, Built]) -> list[Row]:
        """The rows that the student of an arm is trained on."""
        if self.recipe.new_language is not None:
            return language_rows(arm, cell.human, self._made_rows(cell, built), self.recipe.new_language, cell.draw)
        if arm in self._copies.arms:
            return self._copy_rows(cell, arm)[0]
        if arm in built:
            return built[arm].train
        return arm_rows(arm, cell.human, built.get(self.recipe.written_arm), cell.draw, self.recipe.copies)
