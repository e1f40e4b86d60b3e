"""A recipe: seeds, teacher, generation, arms and students, in one YAML file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from hf_synth.builders.adaptation import AdaptSettings
from hf_synth.builders.generation import GenerationSettings
from hf_synth.configuration import from_dict, override
from hf_synth.errors import ConfigError, check_choice, suggest
from hf_synth.seeds import Source
from hf_synth.students.settings import StudentSettings
from hf_synth.translation.training import TranslationRecipe

ARMS = (
    "real_only",
    "upsampled",
    "slot_resampling",
    "linguist",
    "linguist_mixed",
    "linguist_zero_shot",
    "full_data",
)
FILE = "recipe.yaml"
TASKS = ("linguist", "translation")


@dataclass(frozen=True)
class DataSettings:
    """Where the human rows are.

    Args:
        train: Seeds and other training rows.
        validation: Held-out rows; none if left out.
        test: Rows that scores are computed on.
    """

    train: Source
    test: Source
    validation: Source | None = None


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
class TeacherSettings:
    """Who writes.

    Args:
        name: See `load_teacher`.
        adapt: How it adapts to the intents that it does not write for.
    """

    name: str = "linguist-mini"
    adapt: AdaptSettings = field(default_factory=AdaptSettings)


@dataclass(frozen=True)
class Recipe:
    """All settings of a run.

    Args:
        name: Name of the recipe; the folder's name if left out.
        data: Where the human rows are.
        targets: Intents to generate for when there is no `new_intent`; all if empty.
        new_intent: Make intents new, one by one; without it all targets are generated for together.
        teacher: Who writes.
        generation: How much, and how.
        ratio_rule: Keep at most as many synthetic rows as the ratio rule admits.
        arms: Training sets to compare.
        baselines: Arms that the uplift is measured against: the best of them by target slot F1.
        students: How students are trained.
        student_seeds: One student is trained for each, in every arm.

    Raises:
        ConfigError: An arm is unknown, no baseline is among the arms, or there is no student seed.
    """

    data: DataSettings
    name: str = ""
    targets: tuple[str, ...] = ()
    new_intent: NewIntentSettings | None = None
    teacher: TeacherSettings = field(default_factory=TeacherSettings)
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    ratio_rule: bool = True
    arms: tuple[str, ...] = ("real_only", "upsampled", "slot_resampling", "linguist")
    baselines: tuple[str, ...] = ("upsampled", "slot_resampling")
    students: StudentSettings = field(default_factory=StudentSettings)
    student_seeds: tuple[int, ...] = (0,)

    def __post_init__(self) -> None:
        for arm in self.arms:
            if arm not in ARMS:
                raise ConfigError(f"unknown arm {arm!r}", hint=suggest(arm, ARMS))
        if not self.student_seeds:
            raise ConfigError("student_seeds is empty: at least one student must be trained", hint="Write [0].")
        for name in ("arms", "student_seeds"):
            if len(set(getattr(self, name))) < len(getattr(self, name)):
                raise ConfigError(f"{name} names something twice: {list(getattr(self, name))}")
        if not set(self.baselines) & set(self.arms):
            raise ConfigError(f"none of the baselines {list(self.baselines)} is among the arms {list(self.arms)}")
        if "full_data" in self.arms and self.new_intent is None:
            raise ConfigError("the arm full_data needs new_intent: it trains on the rows that were held back")


@dataclass(frozen=True)
class TeachRecipe:
    """All settings of `hf-synth teach`.

    Args:
        data: Annotated rows to make prompt and target pairs from.
        base: Folder or Hub id of a sequence-to-sequence model, or `warm:<encoder>` for a small model whose layers
            start from a BERT-like encoder.
        name: Name of the teacher.
        pairs: Prompt and target pairs for each entry of `data`.
        sentences: Plain sentences to learn from first, one pair each; its columns name the text under `utterance`.
        sentence_pairs: How many of them.
        new_pieces: Word pieces that a warm-started model learns from the data beside those of its encoder.
        wildcard_rate: Share of values replaced by `*`.
        mask_rate: Share of prompts with masked label names.
        learning_rate: Peak of the schedule.
        lora_rank: Rank of LoRA adapters; 0 trains all weights.
        max_tokens: Token budget of a batch.
        checkpoint_steps: Steps between checkpoints.
        seed: Seed of everything.
    """

    data: tuple[Source, ...]
    base: str
    pairs: tuple[int, ...]
    name: str = ""
    sentences: Source | None = None
    sentence_pairs: int = 0
    new_pieces: int = 0
    wildcard_rate: float = 0.5
    mask_rate: float = 0.2
    learning_rate: float = 4e-4
    lora_rank: int = 0
    max_tokens: int = 3072
    checkpoint_steps: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.pairs) != len(self.data):
            raise ConfigError(f"{len(self.data)} sources but {len(self.pairs)} numbers of pairs; give one for each")
        if self.sentence_pairs and self.sentences is None:
            raise ConfigError("sentence_pairs without sentences", hint="Name their path and column under sentences.")
        if self.sentences is not None and self.sentence_pairs < 1:
            raise ConfigError("sentences without sentence_pairs", hint="Say how many of them to learn from.")


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
    )
    return replace(recipe, name=recipe.name or file.parent.name, data=data)


def load_teach_recipe(path: str | Path, assignments: Sequence[str] = ()) -> TeachRecipe | TranslationRecipe:
    """Read a recipe for `hf-synth teach`; its key `task` says which kind, `linguist` if it is left out.

    Args:
        path: As for `load_recipe`.
        assignments: As for `load_recipe`.

    Returns:
        The recipe.

    Raises:
        ConfigError: As for `load_recipe`, or there is no such task.
    """
    file, values = read_yaml(path, assignments)
    task = values.pop("task", "linguist")
    check_choice("task", task, TASKS)
    if task == "translation":
        translation = from_dict(TranslationRecipe, values)
        data = resolve(translation.data, file.parent)
        return replace(translation, name=translation.name or file.parent.name, data=data)
    recipe = from_dict(TeachRecipe, values)
    return replace(
        recipe,
        name=recipe.name or file.parent.name,
        data=tuple(resolve(item, file.parent) for item in recipe.data),
        sentences=recipe.sentences and resolve(recipe.sentences, file.parent),
    )


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
