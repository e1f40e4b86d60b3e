"""The parts of a recipe: where the human rows are, which experiment is made of them, who writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol

from hf_synth.builders.adaptation import AdaptSettings
from hf_synth.errors import ConfigError
from hf_synth.sources import Source
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings


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


class ArmSettings(Protocol):
    """The settings that every comparison of arms has."""

    @property
    def name(self) -> str:
        """Name of the recipe."""
        ...

    @property
    def task(self) -> str:
        """Which columns the rows have."""
        ...

    @property
    def guard(self) -> bool:
        """Whether rows that no person wrote are refused."""
        ...

    @property
    def arms(self) -> tuple[str, ...]:
        """Training sets to compare."""
        ...

    @property
    def baselines(self) -> tuple[str, ...]:
        """Arms that the uplift is measured against."""
        ...

    @property
    def writes(self) -> bool:
        """Whether a teacher writes rows."""
        ...


class RunSettings(ArmSettings, Protocol):
    """The settings of a comparison with rows that are made."""

    @property
    def teacher(self) -> Any:
        """Who writes: `name`, `adapt`, `endpoint`, `budget`."""
        ...

    @property
    def mixing(self) -> str:
        """How many made rows join the human ones."""
        ...

    @property
    def card(self) -> CardSettings:
        """What the card says that cannot be counted."""
        ...

    @property
    def written_arm(self) -> str:
        """The arm that trains on the dataset as it is."""
        ...

    @property
    def variants(self) -> tuple[str, ...]:
        """The arms that differ from another in their filters alone."""
        ...
