"""A recipe of rows with several labels: where they are, what is hidden, and what students may find themselves."""

from __future__ import annotations

from dataclasses import dataclass, field

from hf_synth.errors import ConfigError, check_values, suggest
from hf_synth.pseudo_labels.settings import ClassifierSettings, LabelLossSettings
from hf_synth.pseudo_labels.tracker import TrackerSettings
from hf_synth.sources import Source

TASK = "multi_label"
GIVEN, CEILING = "given_labels", "full_data"
PSEUDO, NEGATIVES, DISTILLATION = "pseudo", "negatives", "distillation"
PARTS = (PSEUDO, NEGATIVES, DISTILLATION)


@dataclass(frozen=True)
class LabelDataSettings:
    """Where the human rows are.

    Args:
        train: Rows with `text` and `labels`, a list of names or a single one; with `negative_labels`, if it is known
            what rows are not, and with `fold` for `folds`.
        test: Rows with all their labels, that scores are computed on; if left out, `train` is dealt into folds.
        labels: Names of all labels; those of the rows if left out.
        folds: Deal rows by the number in `fold`: one fold is the test, the next one validation, the others train. At
            least 3, or 0 with `test`.
        validation: With `test`, share of the training rows that is for validation, in (0, 1).
        rows: Training rows at most, drawn with each seed; 0 for all.
        only_labelled: Leave out rows without a label, instead of refusing the source.

    Raises:
        ConfigError: A value is out of its range.
    """

    train: Source
    test: Source | None = None
    labels: tuple[str, ...] = ()
    folds: int = 0
    validation: float = 0.1
    rows: int = 0
    only_labelled: bool = False

    def __post_init__(self) -> None:
        rules = (
            ("folds", (self.folds >= 3) if self.test is None else not self.folds, "at least 3, or 0 with data.test"),
            ("validation", 0 < self.validation < 1, "above 0 and below 1"),
            ("rows", self.rows >= 0, "at least 0"),
        )
        check_values("data", self, rules)


@dataclass(frozen=True)
class NoiseSettings:
    """What is hidden from training: the human labels are known, and held back.

    Args:
        kept: Labels of a row that are kept, drawn with each seed; 0 for all.
        flipped: Share of rows whose labels are replaced by a wrong one, in [0, 1).

    Raises:
        ConfigError: A value is out of its range.
    """

    kept: int = 0
    flipped: float = 0.0

    def __post_init__(self) -> None:
        check_values(
            "noise", self, (("kept", self.kept >= 0, "at least 0"), ("flipped", 0 <= self.flipped < 1, "in [0, 1)"))
        )


@dataclass(frozen=True)
class SecondStageSettings:
    """A cross-encoder that puts each row's best labels in another order.

    Args:
        arms: The arms that get one.
        top: Labels on a shortlist, at least 1.
        epochs: Passes over the pairs of text and label, at least 1.

    Raises:
        ConfigError: A value is out of its range.
    """

    arms: tuple[str, ...] = (GIVEN,)
    top: int = 3
    epochs: int = 2

    def __post_init__(self) -> None:
        check_values(
            "second_stage", self, (("top", self.top >= 1, "at least 1"), ("epochs", self.epochs >= 1, "at least 1"))
        )


@dataclass(frozen=True)
class LabelRecipe:
    """All settings of a comparison of classifiers with several labels a row.

    Args:
        data: Where the rows are.
        name: Name of the recipe; the folder's name if left out.
        noise: What is hidden from training.
        seeds: How often each experiment is done: each seed hides other labels and trains anew; at least 1.
        guard: Refuse rows that no person wrote.
        arms: What students learn from: `given_labels` (what is not hidden), `full_data` (all labels), or parts joined
            by `+`: `pseudo` (what a student with the given labels found), `negatives` (wrong labels: those of the
            data, or wrong answers of a first round of students), `distillation` (what it said before).
        baselines: Arms that the uplift is measured against: the best of them by micro-F1.
        pseudo_labels: When a label counts as found.
        loss: How the parts enter the loss; parts that an arm does not have are left out of it.
        students: How students are trained.
        second_stage: A second stage; none if left out.

    Raises:
        ConfigError: An arm is unknown or given twice, settings do not go together, or a value is out of its range.
    """

    data: LabelDataSettings
    name: str = ""
    noise: NoiseSettings = field(default_factory=NoiseSettings)
    seeds: int = 1
    guard: bool = True
    arms: tuple[str, ...] = (GIVEN, PSEUDO, NEGATIVES, DISTILLATION, "+".join(PARTS), CEILING)
    baselines: tuple[str, ...] = (GIVEN,)
    pseudo_labels: TrackerSettings = field(default_factory=TrackerSettings)
    loss: LabelLossSettings = field(default_factory=lambda: LabelLossSettings(distillation=1.0))
    students: ClassifierSettings = field(default_factory=ClassifierSettings)
    second_stage: SecondStageSettings | None = None

    def __post_init__(self) -> None:
        if self.seeds < 1:
            raise ConfigError(f"seeds must be at least 1, got {self.seeds}")
        for arm in self.second_stage.arms if self.second_stage else ():
            if arm not in self.arms:
                raise ConfigError(f"second_stage.arms has {arm!r}, which arms lacks", hint=suggest(arm, self.arms))
        for arm in self.arms:
            for part in () if arm in (GIVEN, CEILING) else arm.split("+"):
                if part not in PARTS:
                    raise ConfigError(f"unknown arm {part!r}", hint=suggest(part, (GIVEN, *PARTS, CEILING)))
        if any(len(set(names)) < len(names) for names in (self.arms, *(arm.split("+") for arm in self.arms))):
            raise ConfigError(f"arms names something twice: {list(self.arms)}")
        if GIVEN not in self.arms:
            raise ConfigError(f"arms lacks {GIVEN}: the others are compared with it, and learn from what it finds")
        if not set(self.baselines) & set(self.arms):
            raise ConfigError(f"none of the baselines {list(self.baselines)} is among the arms {list(self.arms)}")
        if self.uses(DISTILLATION) and not self.loss.distillation:
            raise ConfigError("an arm has distillation, but loss.distillation is 0", hint="Give it a weight, as 1.0.")
        if self.uses(NEGATIVES) and not self.loss.negative_weight:
            raise ConfigError("an arm has negatives, but loss.negative_weight is 0", hint="Give it a weight, as 1.0.")
        self.pseudo_labels.check_epochs(self.students.epochs)

    def uses(self, part: str) -> bool:
        """Whether an arm has a part."""
        return any(part in arm.split("+") for arm in self.arms)

    @property
    def task(self) -> str:
        """What students are trained to do."""
        return TASK

    @property
    def writes(self) -> bool:
        """Whether a teacher writes rows: never."""
        return False
