"""A recipe: seeds, teacher, generation, arms and students, in one YAML file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from hf_synth.builders.adaptation import AdaptSettings
from hf_synth.builders.class_generation import ClassSettings
from hf_synth.builders.generation import GenerationSettings
from hf_synth.configuration import from_dict, override, to_dict
from hf_synth.errors import ConfigError, suggest
from hf_synth.new_language import BOTH, NewLanguageSettings
from hf_synth.seeds import Source
from hf_synth.students.settings import StudentSettings
from hf_synth.teachers.address import is_address
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.loading import teacher_revision

ARMS = (
    "real_only",
    "upsampled",
    "slot_resampling",
    "linguist",
    "linguist_mixed",
    "linguist_zero_shot",
    "classification",
    BOTH,
    "full_data",
)
TOGETHER = "all_transforms"
ANNOTATED = ("linguist", "linguist_mixed", "linguist_zero_shot", BOTH)
WRITTEN = (*ANNOTATED, "classification")
FILE = "recipe.yaml"
NOT_IDENTITY = (
    "card",
    "teacher.budget",
    "teacher.endpoint",
)  # dotted paths of settings that may change between a run and its resumption


@dataclass(frozen=True)
class DataSettings:
    """Where the human rows are.

    Args:
        train: Seeds and other training rows.
        validation: Held-out rows; none if left out.
        test: Rows that scores are computed on.
        language: Human rows of the new language, for `new_language`.
    """

    train: Source
    test: Source
    validation: Source | None = None
    language: Source | None = None


@dataclass(frozen=True)
class NewIntentSettings:
    """An experiment that makes one intent after the other new.

    Args:
        intents: Intents to make new; all if empty.
        starters: Human rows kept of the new intent.
        background: Human rows kept of each other intent.
        draws: How many different draws of starters.
        folds: Deal the intents, sorted by name, into this many folds; an adapted teacher serves all intents of one
            fold and has seen rows of the others only. 0 adapts one teacher for each intent, to all other intents.

    Raises:
        ConfigError: There are fewer than two starters, no background or draw, or a single fold.
    """

    intents: tuple[str, ...] = ()
    starters: int = 10
    background: int = 500
    draws: int = 1
    folds: int = 0

    def __post_init__(self) -> None:
        for name, least in (("starters", 2), ("background", 1), ("draws", 1), ("folds", 0)):
            if getattr(self, name) < least:
                raise ConfigError(f"new_intent.{name} must be at least {least}, got {getattr(self, name)}")
        if self.folds == 1:
            raise ConfigError("new_intent.folds=1 leaves no intent to adapt to", hint="Give 0, or at least 2.")


@dataclass(frozen=True)
class LowResourceSettings:
    """An experiment that keeps a few rows of every intent.

    Args:
        per_intent: Human rows kept of each intent, at least 2.
        draws: How many different draws of them.

    Raises:
        ConfigError: A value is below that.
    """

    per_intent: int = 10
    draws: int = 1

    def __post_init__(self) -> None:
        for name, least in (("per_intent", 2), ("draws", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"low_resource.{name} must be at least {least}, got {getattr(self, name)}")


@dataclass(frozen=True)
class TeacherSettings:
    """Who writes.

    Args:
        name: See `load_teacher`.
        adapt: How it adapts to the intents that it does not write for.
        endpoint: How a teacher that is reached over HTTP is asked.
        budget: What its requests may cost.
    """

    name: str = "linguist-mini"
    adapt: AdaptSettings = field(default_factory=AdaptSettings)
    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)


@dataclass(frozen=True)
class CardSettings:
    """What only you can say of the dataset; it decides no row.

    Args:
        license: Licence of the human rows, and so of the dataset, best by its identifier on the Hub (`cc-by-4.0`).
        sources: Where the human rows come from, one sentence each.
        teacher_license: Licence of the teacher; a shipped teacher's need not be stated.

    Raises:
        ConfigError: A value is blank.
    """

    license: str | None = None
    sources: tuple[str, ...] = ()
    teacher_license: str | None = None

    def __post_init__(self) -> None:
        for name, values in (
            ("license", (self.license,)),
            ("sources", self.sources),
            ("teacher_license", (self.teacher_license,)),
        ):
            if any(value is not None and not value.strip() for value in values):
                raise ConfigError(f"card.{name} is blank", hint="Say what it is, or leave it out.")


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
        ratio_rule: Keep at most as many synthetic rows as the ratio rule admits.
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
    ratio_rule: bool = True
    arms: tuple[str, ...] = ("real_only", "upsampled", "slot_resampling", "linguist")
    baselines: tuple[str, ...] = ("upsampled", "slot_resampling")
    students: StudentSettings = field(default_factory=StudentSettings)
    student_seeds: tuple[int, ...] = (0,)
    card: CardSettings = field(default_factory=CardSettings)

    def __post_init__(self) -> None:
        known = [*ARMS, *self.transforms, *([TOGETHER] if self.transforms else [])]
        for arm in self.arms:
            if arm not in known:
                raise ConfigError(f"unknown arm {arm!r}", hint=suggest(arm, known))
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
        return not self.transforms or any(arm in WRITTEN for arm in self.arms)


def identity_settings(recipe: Recipe) -> dict[str, Any]:
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
            place = place[parent]
        del place[last]
    teacher = recipe.teacher
    if is_address(teacher.name):
        values["teacher"]["name"] = teacher_revision(teacher.name, teacher.endpoint)
    return values


def load_recipe(path: str | Path, assignments: Sequence[str] = ()) -> Recipe:
    """Read a recipe.

    Args:
        path: Folder of the recipe, or its YAML file.
        assignments: Overrides such as `students.epochs=2`.

    Returns:
        The recipe; relative paths of data that lie beside the YAML file are resolved.

    Raises:
        ConfigError: The file is missing or not YAML, a key is unknown, or a value is wrong.
    """
    file, values = read_yaml(path, assignments)
    recipe = from_dict(Recipe, values)
    data = replace(
        recipe.data,
        train=resolve(recipe.data.train, file.parent),
        test=resolve(recipe.data.test, file.parent),
        validation=recipe.data.validation and resolve(recipe.data.validation, file.parent),
        language=recipe.data.language and resolve(recipe.data.language, file.parent),
    )
    return replace(recipe, name=recipe.name or file.parent.name, data=data)


def read_yaml(path: str | Path, assignments: Sequence[str]) -> tuple[Path, dict[str, Any]]:
    """Read the YAML file of a recipe, with overrides applied."""
    file = Path(path) / FILE if Path(path).is_dir() else Path(path)
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(f"{file}: no such recipe", hint="Give a folder with a recipe.yaml.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not YAML ({' '.join(str(error).split())})") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{file}: expected key: value pairs")
    return file, override(values, assignments)


def resolve(source: Source, folder: Path) -> Source:
    """Read a relative path from the recipe's folder if it exists there."""
    beside = folder / source.path
    return replace(source, path=str(beside)) if beside.exists() else source
