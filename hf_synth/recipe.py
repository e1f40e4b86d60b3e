"""A recipe: seeds, teacher, generation, arms and students, in one YAML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hf_synth.builders.class_generation import ClassSettings
from hf_synth.builders.generation import GenerationSettings
from hf_synth.configuration import to_dict
from hf_synth.errors import ConfigError, suggest
from hf_synth.mixing import GUIDE, check_mixing
from hf_synth.new_language import BOTH, NewLanguageSettings
from hf_synth.recipe_file import read_recipe
from hf_synth.recipe_settings import (
    ArmSettings,
    CardSettings,
    DataSettings,
    LowResourceSettings,
    NewIntentSettings,
    TeacherSettings,
)
from hf_synth.students.settings import StudentSettings
from hf_synth.teachers.address import is_address
from hf_synth.teachers.loading import teacher_revision

ARMS = (
    "real_only",
    "upsampled",
    "slot_resampling",
    "linguist",
    "linguist_mixed",
    "linguist_zero_shot",
    "classification",
    "two_stage",
    BOTH,
    "full_data",
)
TOGETHER = "all_transforms"
ANNOTATED = ("linguist", "linguist_mixed", "linguist_zero_shot", BOTH)
WRITTEN = (*ANNOTATED, "classification")
TWO_STAGE, ZERO_SHOT = "two_stage", "linguist_zero_shot"
UNFILTERED, WITHOUT = "unfiltered", "without_"
INTENTS = "intents"
NOT_IDENTITY = (
    "card",
    "teacher.budget",
    "teacher.endpoint",
)  # dotted paths of settings that may change between a run and its resumption


@dataclass(frozen=True)
class Recipe:
    """All settings of a run.

    Args:
        name: Name of the recipe; the folder's name if left out.
        data: Where the human rows are.
        targets: Intents to generate for when there is no `new_intent`; all if empty.
        new_intent: Make intents new, one by one; without it all targets are generated for together.
        low_resource: Keep a few rows of every intent; not together with `new_intent`.
        new_language: Move to another language; not together with the two above.
        transforms: Transforms that become arms, by their registered name, each with its settings. The arm
            `all_transforms` has copies of each in turn. If they are given, and no arm needs a teacher, none is loaded.
        copies: Copies wanted of each human row of a target, in an arm of a transform.
        teacher: Who writes.
        generation: How many annotated utterances, and how.
        classes: What each class means, by name, for the arm `classification`; its name alone if left out.
        classification: How many texts of each class, and how.
        filters: Filters that made rows must pass, by their registered name, in the order they run, each with its
            settings. None takes those of the method, as its builder documents them; texts of held-out rows are dropped
            in any case.
        ablation: The arm that `unfiltered` and `without_<filter>` are variants of: made in the same way, with no
            filter, or with all but one.
        mixing: How many made rows join the human ones: `guide` for the guide's table, `all`, or the share of made rows
            (see `count_allowed`).
        guard: Refuse rows that no person wrote in `data`, and test rows that were trained on or stood in a prompt.
            Switched off, report and cards say so.
        arms: Training sets to compare.
        baselines: Arms that the uplift is measured against: the best of them by target slot F1, or by intent accuracy
            where the rows have no slots.
        students: How students are trained.
        student_seeds: One student is trained for each, in every arm.
        card: What the card says that cannot be counted.

    Raises:
        ConfigError: An arm or a transform is unknown, no baseline is among the arms, there is no student seed, or
            settings do not go together.
    """

    data: DataSettings
    name: str = ""
    targets: tuple[str, ...] = ()
    new_intent: NewIntentSettings | None = None
    low_resource: LowResourceSettings | None = None
    new_language: NewLanguageSettings | None = None
    transforms: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    copies: int = 3
    teacher: TeacherSettings = field(default_factory=TeacherSettings)
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    classes: Mapping[str, str] = field(default_factory=dict)
    classification: ClassSettings = field(default_factory=ClassSettings)
    filters: Mapping[str, Mapping[str, Any]] | None = None
    ablation: str = ""
    mixing: str = GUIDE
    guard: bool = True
    arms: tuple[str, ...] = ("real_only", "upsampled", "slot_resampling", "linguist")
    baselines: tuple[str, ...] = ("upsampled", "slot_resampling")
    students: StudentSettings = field(default_factory=StudentSettings)
    student_seeds: tuple[int, ...] = (0,)
    card: CardSettings = field(default_factory=CardSettings)

    def __post_init__(self) -> None:
        made = [*self.transforms, *([TOGETHER] if self.transforms else [])]
        variants = [UNFILTERED, *(f"{WITHOUT}{name}" for name in self.filters or ())]
        for arm in self.arms:
            if arm not in (known := [*ARMS, *made, *variants]):
                raise ConfigError(f"unknown arm {arm!r}", hint=suggest(arm, known))
        if self.variants and self.ablation not in (known := [self.written_arm, *made]):
            raise ConfigError(
                f"the arm {self.variants[0]} needs ablation: the arm that it is a variant of, got {self.ablation!r}",
                hint=f"Give one of {', '.join(known)}.",
            )
        check_mixing(self.mixing)
        both = [arm for arm in self.arms if arm in ANNOTATED]
        if both and "classification" in self.arms:
            raise ConfigError(
                f"the arms {both[0]} and classification write different datasets", hint="Make a recipe for each."
            )
        if self.copies < 1:
            raise ConfigError(f"copies must be at least 1, got {self.copies}")
        self._check_experiments()
        if not self.student_seeds:
            raise ConfigError("student_seeds is empty: at least one student must be trained", hint="Write [0].")
        for name in ("arms", "student_seeds"):
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                raise ConfigError(f"{name} names something twice: {list(getattr(self, name))}")
        if not set(self.baselines) & set(self.arms):
            raise ConfigError(f"none of the baselines {list(self.baselines)} is among the arms {list(self.arms)}")

    def _check_experiments(self) -> None:
        """Check that there is one experiment at most, and that the arms are of it."""
        experiments = [
            name for name in ("new_intent", "low_resource", "new_language") if getattr(self, name) is not None
        ]
        if len(experiments) > 1:
            raise ConfigError(f"{' and '.join(experiments)} are {len(experiments)} experiments: give one of them")
        if (self.new_language is None) != (self.data.language is None):
            raise ConfigError("new_language and data.language go together: give both or neither")
        if self.new_language is not None:
            self.new_language.check(self.arms, self.transforms)
        elif BOTH in self.arms:
            raise ConfigError(f"the arm {BOTH} needs new_language")
        if "full_data" in self.arms and not experiments:
            raise ConfigError(
                "the arm full_data needs new_intent, low_resource or new_language: it trains on the rows held back"
            )

    @property
    def task(self) -> str:
        """Which columns the dataset has that a teacher writes."""
        return "text_classification" if "classification" in self.arms else "intent_slots"

    @property
    def written_arm(self) -> str:
        """The arm that trains on the dataset as it is."""
        return "classification" if self.task == "text_classification" else "linguist"

    @property
    def writes(self) -> bool:
        """Whether a teacher writes rows."""
        return not self.transforms or any(arm in (*WRITTEN, TWO_STAGE) for arm in self.arms)

    def filters_of(self, arm: str) -> Mapping[str, Mapping[str, Any]] | None:
        """The filters that the made rows of an arm must pass; None for those of the method."""
        if arm == UNFILTERED:
            return {}
        without = arm.removeprefix(WITHOUT) if arm in self.variants else None
        return self.filters and {name: given for name, given in self.filters.items() if name != without}

    @property
    def variants(self) -> tuple[str, ...]:
        """The arms that differ from another in their filters alone."""
        return tuple(arm for arm in self.arms if arm == UNFILTERED or arm.startswith(WITHOUT))


def identity_settings(recipe: ArmSettings) -> dict[str, Any]:
    """The settings that decide rows or scores: a run folder is resumed by a recipe that agrees in all of them.

    Args:
        recipe: The recipe.

    Returns:
        Its settings as JSON-like values, without those named in `NOT_IDENTITY`. A teacher that is reached over HTTP is
        named by what it is and how it is asked: it may stand elsewhere when the run goes on.
    """
    values: dict[str, Any] = to_dict(recipe)
    for path in NOT_IDENTITY:
        *parents, last = path.split(".")
        place = values
        for parent in parents:
            place = place.get(parent, {})
        place.pop(last, None)
    teacher = getattr(recipe, "teacher", None)
    if teacher is not None and is_address(teacher.name):
        values["teacher"]["name"] = teacher_revision(teacher.name, teacher.endpoint)
    return values


def load_recipe(path: str | Path, assignments: Sequence[str] = ()) -> Recipe:
    """Read a recipe.

    Args:
        path: As for `read_recipe`.
        assignments: As for `read_recipe`.

    Returns:
        The recipe.

    Raises:
        ConfigError: As for `read_recipe`.
    """
    return read_recipe(Recipe, path, assignments)
