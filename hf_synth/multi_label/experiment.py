"""Running a recipe of rows with several labels: what students find themselves, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.arm_run import ArmRun
from hf_synth.generation import Spent
from hf_synth.manifest import package_versions, read_json, write_json
from hf_synth.multi_label.arms import label_rows, log_negatives, set_loss
from hf_synth.multi_label.cells import LabelCell, make_label_cells
from hf_synth.multi_label.confidences import choose_rows, tell_confidences
from hf_synth.multi_label.recipe import CEILING, GIVEN, NEGATIVES, LabelRecipe
from hf_synth.multi_label.told_rows import FILE, read_told, write_told
from hf_synth.pseudo_labels.rows import LabelRow
from hf_synth.report import Score, make_report
from hf_synth.seeding import stable_hash
from hf_synth.students import require_students

SCORES, CONFIDENCES = "scores.json", "confidences.json"
TOP, WATCHED = 3, 200


class LabelRun(ArmRun[LabelRecipe, LabelCell]):
    """A run of a recipe of rows with several labels in a folder.

    Args:
        recipe: What to run.
        out: The run folder; one that holds the same recipe is resumed.

    Raises:
        ConfigError: The folder belongs to another run, or the model has another number of outputs than labels.
        SchemaError: Rows do not hold together.
        TeacherError: The model cannot be loaded.
    """

    rows = f"**/{FILE}"

    def __init__(self, recipe: LabelRecipe, out: Path) -> None:
        require_students()
        from hf_synth.pseudo_labels.classifier import check_outputs

        ordered = sorted(recipe.arms, key=lambda arm: arm != GIVEN)  # the others learn from what this one finds
        cells = make_label_cells(recipe)
        check_outputs(recipe.students.base, len(cells[0].names))
        data = stable_hash([asdict(cell) for cell in cells])[:16]
        super().__init__(replace(recipe, arms=tuple(ordered)), out, cells, data)
        self.claim()

    def _seeds(self, cell: LabelCell) -> Iterable[int]:
        return (cell.seed,)

    def report(self) -> dict[str, Any]:
        """Train and score the students of every arm, and write the report.

        Returns:
            The report (see `make_report`); with `confidence`, what a student made of a few rows epoch by epoch.
        """
        scores = [self._score(cell, arm) for cell, arm, _ in self._walk()]
        tested = {row.text for cell in self.cells for row in cell.test}
        report = {"guard": self.recipe.guard} | make_report(
            scores, self.recipe.baselines, asdict(Spent()), package_versions(), len(tested)
        )
        report["confidence"] = read_json(self._folder(self.cells[0]) / CONFIDENCES)
        self._conclude(report)
        return report

    def _score(self, cell: LabelCell, arm: str) -> Score:
        """Train and score a student, or read its scores back."""
        path = self._folder(cell) / "students" / arm / SCORES
        if not path.is_file():
            self._train(cell, arm, path)
        return Score(**read_json(path))

    def _train(self, cell: LabelCell, arm: str, path: Path) -> None:
        from hf_synth.multi_label.judging import judge_labels, judge_orders, judge_student
        from hf_synth.multi_label.second_stage import order_labels
        from hf_synth.pseudo_labels.shortlists import shortlist
        from hf_synth.pseudo_labels.training import train_classifier

        folder, texts, recipe = self._folder(cell), [row.text for row in cell.train], self.recipe
        rows, answers = self._label_rows(cell, arm), self._ask_first(cell)
        student = train_classifier(
            texts,
            rows,
            cell.names,
            recipe.students,
            set_loss(arm, recipe.loss),
            cell.seed,
            recipe.pseudo_labels if arm == GIVEN else None,
            ([row.text for row in cell.validation], [LabelRow(row.labels) for row in cell.validation]),
            watch=range(min(WATCHED, len(texts))) if arm == GIVEN else (),
        )
        if arm == GIVEN:
            logged = any(row.negatives for row in cell.given)
            write_json(folder / CONFIDENCES, tell_confidences(cell, student, choose_rows(cell, student.found)))
            write_told(cell, student.found, log_negatives(cell, None if logged else answers), folder)
        metrics, logits = judge_student(student, cell)
        top = recipe.second_stage.top if recipe.second_stage else TOP
        lists = [] if answers is None else shortlist(answers, top)
        if arm != CEILING:
            metrics |= judge_labels(cell, rows, lists)
        if recipe.second_stage is not None and arm in recipe.second_stage.arms:
            stage = order_labels(cell, lists, rows, shortlist(logits, top), recipe.second_stage, recipe.students)
            metrics |= judge_orders(cell, stage)
        score = Score(cell.name, "all labels", cell.seed, arm, cell.seed, len(rows), metrics)
        write_json(path, {key: value for key, value in vars(score).items() if key != "outcomes"})

    def _ask_first(self, cell: LabelCell) -> NDArray[np.float32] | None:
        """What a first round of students says of the training rows; None if nothing needs it."""
        from hf_synth.multi_label.first_round import answer_rows

        logged = any(row.negatives for row in cell.given)
        if self.recipe.second_stage is None and (logged or not self.recipe.uses(NEGATIVES)):
            return None
        return answer_rows(cell, self.recipe, self._folder(cell))

    def _label_rows(self, cell: LabelCell, arm: str) -> Sequence[LabelRow]:
        """What the student of an arm is told."""
        told = read_told(cell, self._folder(cell)) or [LabelRow(row.given) for row in cell.given]
        return label_rows(arm, cell, [row.found for row in told], [row.negatives for row in told])
