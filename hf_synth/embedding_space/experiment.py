"""Running a recipe of embeddings: points that are made, and what students learn from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from hf_synth.arm_run import ArmRun
from hf_synth.cards.dataset import write_dataset
from hf_synth.cards.manifest import DatasetManifest, Generation
from hf_synth.cards.uplift import Uplift
from hf_synth.dataset_facts import update_dataset
from hf_synth.embedding_space.cells import (
    PointCell,
    check_rows,
    embed_rows,
    make_point_cells,
    read_rows,
    take_points,
)
from hf_synth.embedding_space.picture import picture_points, relate_diversity
from hf_synth.embedding_space.recipe import GANS, MADE, PRETRAINED, SOFT, STEPS, EmbeddingRecipe, measures_of
from hf_synth.gan.building import METHOD, list_human, list_made
from hf_synth.gan.generation import REASONS
from hf_synth.gan.points import Points
from hf_synth.generation import Spent
from hf_synth.manifest import FILE, package_versions, read_json, write_json
from hf_synth.points_figure import draw_points
from hf_synth.report import Score, make_report
from hf_synth.run_folder import sum_copies
from hf_synth.seeding import stable_hash
from hf_synth.students import require_students

SCORES, POINTS = "scores.json", "points"


class EmbeddingRun(ArmRun[EmbeddingRecipe, PointCell]):
    """A run of a recipe of embeddings in a folder.

    Args:
        recipe: What to run.
        out: The run folder; one that holds the same recipe is resumed.

    Raises:
        ConfigError: The folder belongs to another run, or there are too few rows.
        SchemaError: Rows do not hold together.
        TeacherError: There is no such encoder.
    """

    rows = "**/dataset/*.parquet"

    def __init__(self, recipe: EmbeddingRecipe, out: Path) -> None:
        require_students()
        self._rows = read_rows(recipe)
        cells = make_point_cells(recipe, self._rows)
        parts = [[asdict(item) for item in items] for items in (self._rows.pool, self._rows.test)]
        other = [asdict(item) for item in self._rows.pretraining]
        check_rows(self._rows, recipe.encoders)
        super().__init__(recipe, out, cells, stable_hash(parts, other)[:16])
        self.claim()
        self._points = embed_rows(self._rows, recipe.encoders, self.out / "vectors")
        self._pretrained: dict[tuple[str, str], Any] = {}

    @property
    def _subject(self) -> str:
        """The arm whose rows become datasets: the generator with the most measures."""
        return next((arm for arm in reversed(GANS) if arm in self.recipe.arms), "")

    def _datasets(self) -> list[Path]:
        """The datasets of the first draw, for each encoder and size."""
        return [self._folder(cell) / "dataset" for cell in self.cells if self._subject and not cell.draw]

    def _seeds(self, cell: PointCell) -> Iterable[int]:
        return (cell.draw,)

    def report(self) -> dict[str, Any]:
        """Train and score the students of every arm, and write the report.

        Returns:
            The report (see `make_report`); with `points`, real and made ones in one plane.
        """
        scores: list[Score] = []
        counts: dict[tuple[str, str], dict[str, int]] = {}
        for cell, arm, _ in self._walk():
            found = self._score(cell, arm)
            scores += [Score(**values) for values in found["scores"]]
            if found["counts"]:
                counts[cell.name, arm] = found["counts"]
        report = {"guard": self.recipe.guard} | make_report(
            scores,
            self.recipe.baselines,
            asdict(Spent()),
            package_versions(),
            len(self.cells[0].test),
            sum_copies(counts),
        )
        report["diversity"] = relate_diversity(scores)
        if panels := self._picture():
            report["points"] = panels
        self._conclude(report)
        for folder in self._datasets():
            update_dataset(folder / FILE, self.recipe.card, Uplift.of(report, self._subject))
        return report

    def _score(self, cell: PointCell, arm: str) -> dict[str, Any]:
        """Train and score the students of an arm, or read their scores back."""
        path = self._folder(cell) / "students" / arm / SCORES
        if not path.is_file():
            write_json(path, self._train(cell, arm))
        found: dict[str, Any] = read_json(path)
        return found

    def _train(self, cell: PointCell, arm: str) -> dict[str, Any]:
        from hf_synth.embedding_space.arms import make_arm
        from hf_synth.embedding_space.students import score_student, train_student
        from hf_synth.gan.diversity import measure_diversity

        points = self._points[cell.encoder]
        real, test = take_points(cell, points)
        train, counts, details = real, dict[str, int](), dict[str, float]()
        if arm in MADE:
            made, counts, details = make_arm(arm, cell, real, points, self.recipe, self.out / "gans")
            train = real.join(made if arm == SOFT else replace(made, chances=None))
            if len(made) > 1:
                details |= measure_diversity(real.vectors, made.vectors, cell.draw)
            drawn = counts.pop("drawn", 0)
            counts["made"] = len(made)
            if arm in GANS and cell == self.cells[0]:
                self._keep_points(arm, made)
            if arm == self._subject and not cell.draw:
                self._write_dataset(cell, made, {**counts, "drawn": drawn})
        scores = []
        for kind in self.recipe.students:
            before = self._pretrain(kind, cell.encoder) if arm == PRETRAINED else None
            accuracy = score_student(train_student(kind, train, cell.draw, before), test)
            target = f"{cell.encoder}, {cell.size} rows, {kind}"
            metrics = {"accuracy": accuracy, **details}
            scores.append(Score(f"{cell.name}/{kind}", target, cell.draw, arm, cell.draw, len(train), metrics))
        told = [{key: value for key, value in vars(score).items() if key != "outcomes"} for score in scores]
        return {"scores": told, "counts": counts}

    def _pretrain(self, kind: str, encoder: str) -> Any:
        """A student that has learnt from the points of another kind; each is trained once."""
        from hf_synth.embedding_space.students import train_student

        if (kind, encoder) not in self._pretrained:
            self._pretrained[kind, encoder] = train_student(kind, self._points[encoder]["pretraining"], 0)
        return self._pretrained[kind, encoder]

    def _keep_points(self, arm: str, made: Points) -> None:
        """Keep the made points of an arm, for the picture."""
        place = self._folder(self.cells[0]) / POINTS
        place.mkdir(parents=True, exist_ok=True)
        np.savez(place / f"{arm}.npz", vectors=made.vectors, labels=made.labels)

    def _picture(self) -> list[dict[str, Any]]:
        """The first generator and the one with the most measures, beside the real points; empty if there are none."""
        real, _ = take_points(self.cells[0], self._points[self.cells[0].encoder])
        made = {}
        for arm in [arm for arm in GANS if arm in self.recipe.arms and arm in (STEPS[0], self._subject)]:
            with np.load(self._folder(self.cells[0]) / POINTS / f"{arm}.npz") as arrays:
                points = Points(arrays["vectors"], arrays["labels"], self._rows.names)
            if len(points) > 1:
                made[arm] = points
        return picture_points(real, made) if made else []

    def _write_dataset(self, cell: PointCell, made: Points, counts: Mapping[str, int]) -> None:
        """Write the real and made rows of a cell as a dataset."""
        held_out = self._rows.test or self._rows.pool
        train, test = take_points(cell, self._points[cell.encoder])
        rows = {
            "train": list_human([self._rows.pool[place] for place in cell.train], train) + list_made(made),
            "test": list_human([held_out[place] for place in cell.test], test),
        }
        rejected = {name: count for name, count in counts.items() if name in REASONS}
        manifest = DatasetManifest(
            name=f"{self.recipe.name}-{cell.name}",
            recipe=self.recipe.name,
            task=self.recipe.task,
            method=METHOD,
            targets=self._rows.names,
            sampling=asdict(measures_of(self._subject, self.recipe.gan)),
            mixing=self.recipe.mixing,
            guard=self.recipe.guard,
            pictures={"points.png": "Human rows and generated points in one plane (t-SNE)"},
            generation=Generation(counts["requested"], 0, counts["drawn"], len(made), rejected),
        )
        stated = manifest.state(self.recipe.card.license, None, self.recipe.card.sources)
        drawings = {}
        if len(made) > 1:
            drawings["points"] = partial(draw_points, picture_points(train, {self._subject: made}))
        write_dataset(rows, self._folder(cell) / "dataset", stated, drawings)
