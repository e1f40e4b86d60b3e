"""What the rows of a dataset are worth to a student: the figures of a report that a card shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hf_synth.configuration import from_dict
from hf_synth.errors import check_choice
from hf_synth.tables import COLUMNS


@dataclass(frozen=True)
class Figure:
    """Mean of a metric over students, as a share, with its standard deviation."""

    mean: float
    std: float
    students: int


@dataclass(frozen=True)
class Gain:
    """Mean paired difference to the baseline, as a share, with its 95% interval (None with a single pair).

    Args:
        mean: The difference.
        ci95: Its interval.
        pairs: How many pairs of students it is the mean of.
        interval: `bootstrap` or `t`; None in manifests of earlier versions, where it was Student's t.
    """

    mean: float
    ci95: tuple[float, ...] | None
    pairs: int
    interval: str | None = None


@dataclass(frozen=True)
class Arm:
    """Students of one arm: on how many rows they were trained, and how well they did by metric."""

    train_rows: int
    metrics: Mapping[str, Figure]


@dataclass(frozen=True)
class Measured:
    """How much was measured.

    Args:
        baselines: Arms among which the baseline was chosen.
        cells: Experiments.
        draws: Draws of human rows.
        student_seeds: Seeds of training.
        students: Students trained.
    """

    baselines: tuple[str, ...]
    cells: int
    draws: int
    student_seeds: int
    students: int


@dataclass(frozen=True)
class Uplift:
    """A part of the report (see `make_report`), in its form.

    Args:
        arm: The arm that trained on this dataset; it may be missing from `arms`.
        metric: The metric that decides.
        test_rows: Human rows that the scores were computed on.
        baseline: The arm that the others are compared with.
        arms: Arms by name.
        uplift: Gains by arm and metric.
        measured: How much was measured.

    Raises:
        ConfigError: The metric is unknown.
    """

    arm: str
    metric: str
    test_rows: int
    baseline: str
    arms: Mapping[str, Arm]
    uplift: Mapping[str, Mapping[str, Gain]] = field(default_factory=dict)
    measured: Measured = field(default_factory=lambda: Measured((), 0, 0, 0, 0))

    def __post_init__(self) -> None:
        check_choice("uplift.metric", self.metric, COLUMNS)

    @classmethod
    def of(cls, report: Mapping[str, Any], arm: str) -> Uplift:
        """Take from a report what the card of an arm's dataset shows; the scores of single students stay behind."""
        arms = {
            arm: {
                "train_rows": found["train_rows"],
                "metrics": {
                    metric: {key: figure[key] for key in ("mean", "std", "students")}
                    for metric, figure in found["metrics"].items()
                },
            }
            for arm, found in report["arms"].items()
        }
        kept = {key: report[key] for key in ("metric", "test_rows", "baseline", "uplift", "measured")}
        return from_dict(cls, {**kept, "arm": arm, "arms": arms})
