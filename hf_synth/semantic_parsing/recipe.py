"""A recipe of semantic parsing: where the parses are, who writes, which arms are compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from hf_synth.builders.clasp_generation import ClaspSettings
from hf_synth.builders.clasp_tuning import ClaspAdaptSettings
from hf_synth.configuration import from_dict
from hf_synth.errors import ConfigError, check_choice, suggest
from hf_synth.metrics.parse_outcomes import MATCHES
from hf_synth.mixing import ALL, check_mixing
from hf_synth.parses.catalogue import EntityCatalogue, read_catalogue
from hf_synth.recipe import read_yaml, resolve
from hf_synth.recipe_settings import CardSettings
from hf_synth.semantic_parsing.settings import ParserSettings
from hf_synth.sources import Source
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings

TASK = "semantic_parsing"
WRITTEN, RESAMPLED, GRAMMAR = "clasp", "slot_resampling", "grammar"
STRATEGIES = {"clasp_rs": "rs", "clasp_gb": "gb"}
ARMS = ("real_only", RESAMPLED, GRAMMAR, *STRATEGIES, WRITTEN, "full_data")


@dataclass(frozen=True)
class CatalogueSettings:
    """Where a catalogue of slot values is (see `read_catalogue`).

    Args:
        source: Rows with `slot`, `value`, and `entity` if they name one.
        labels: Names of its slots to labels of parses, such as `drinks` to `DRINKTYPE`; others keep theirs.
        last_wins: Take the last entity of a value that has several, instead of refusing the catalogue.
    """

    source: Source
    labels: Mapping[str, str] = field(default_factory=dict)
    last_wins: bool = False

    def read(self) -> EntityCatalogue:
        """Read the catalogue; errors as for `read_catalogue`."""
        return read_catalogue(self.source, self.labels, self.last_wins)


@dataclass(frozen=True)
class ParseDataSettings:
    """Where the rows are; each has a text and a parse.

    Args:
        train: Human rows to draw the few from that students and teachers know.
        test: Human rows that scores are computed on; with `resolution`, their parses hold entities.
        validation: Held-out human rows; none if left out.
        catalogue: Values of slots and their entities; the values that stand in human rows are known without it.
        grammar: Rows that a hand-written grammar made, for the arm of that name.
    """

    train: Source
    test: Source
    validation: Source | None = None
    catalogue: CatalogueSettings | None = None
    grammar: Source | None = None


@dataclass(frozen=True)
class FewSettings:
    """Which human rows are known.

    Args:
        rows: How many, drawn at random; all if 0.
        ids: Their ids instead, the same in every draw.
        draws: How many times: each draw has made rows and students of its own, and human rows unless `ids` are given.

    Raises:
        ConfigError: A value is out of its range.
    """

    rows: int = 0
    ids: tuple[str, ...] = ()
    draws: int = 1

    def __post_init__(self) -> None:
        if self.rows and self.ids:
            raise ConfigError("few.rows and few.ids are two ways to choose rows: give one")
        for name, least in (("rows", 0), ("draws", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"few.{name} must be at least {least}, got {getattr(self, name)}")


@dataclass(frozen=True)
class ResolutionSettings:
    """From the words of a parse to entities, before it is compared with a test row.

    Args:
        defaults: What a node holds if it says nothing else: label to a parse, such as `PIZZAORDER` to `(NUMBER 1 )`.
    """

    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ParseTeacherSettings:
    """Who writes texts and parses.

    Args:
        name: See `load_teacher`.
        adapt: How a small teacher learns from the rows that are known; a large one needs no such thing.
        endpoint: How a teacher that is reached over HTTP is asked.
        budget: What its requests may cost.
    """

    name: str = "linguist-mini"
    adapt: ClaspAdaptSettings = field(default_factory=ClaspAdaptSettings)
    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)


@dataclass(frozen=True)
class ParseRecipe:
    """All settings of a run of semantic parsing.

    Args:
        name: Name of the recipe; the folder's name if left out.
        data: Where the rows are.
        few: Which human rows are known.
        schema: What stands in each label, `words` for words, as in `ORDER: [NUMBER]` and `NUMBER: [words]`; rows with
            anything else are refused. If left out, it is what the training rows and those of the grammar have.
        resolution: How predicted words become entities before they are compared; None compares them as they are.
        teacher: Who writes.
        generation: How many rows of each strategy, and how.
        filters: As for `Recipe`.
        mixing: As for `Recipe`, for each arm.
        human_share: Share that human rows are to have in an arm with made rows, by repeating them, in [0, 1); 0 has
            each once.
        guard: As for `Recipe`.
        arms: Training sets to compare: `real_only`, `slot_resampling` (human rows with other values), `grammar`,
            `clasp_rs`, `clasp_gb` (rows of one strategy), `clasp` (of all, as many together as of one), `full_data`.
        baselines: Arms that the uplift is measured against: the best of them by exact match.
        students: How students are trained.
        match: When a predicted parse is right: `unordered` (whatever the order of what stands side by side, as in
            PIZZA's measure) or `spaceless` (letter by letter, but for case and white space, as in mTOP's).
        free: Score students without constrained decoding, too.
        card: What the card says that cannot be counted.

    Raises:
        ConfigError: An arm is unknown, lacks what it is made from, or settings do not go together.
    """

    data: ParseDataSettings
    name: str = ""
    few: FewSettings = field(default_factory=FewSettings)
    schema: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resolution: ResolutionSettings | None = None
    teacher: ParseTeacherSettings = field(default_factory=ParseTeacherSettings)
    generation: ClaspSettings = field(default_factory=ClaspSettings)
    filters: Mapping[str, Mapping[str, Any]] | None = None
    mixing: str = ALL
    human_share: float = 0.0
    guard: bool = True
    arms: tuple[str, ...] = ("real_only", RESAMPLED, WRITTEN)
    baselines: tuple[str, ...] = ("real_only", RESAMPLED)
    students: ParserSettings = field(default_factory=ParserSettings)
    match: str = "unordered"
    free: bool = False
    card: CardSettings = field(default_factory=CardSettings)

    def __post_init__(self) -> None:
        for arm in self.arms:
            if arm not in ARMS:
                raise ConfigError(f"unknown arm {arm!r}", hint=suggest(arm, ARMS))
            if (strategy := STRATEGIES.get(arm)) and strategy not in self.generation.plan.strategies:
                raise ConfigError(f"the arm {arm} needs {strategy!r} among generation.plan.strategies")
        if len(set(self.arms)) < len(self.arms):
            raise ConfigError(f"arms names something twice: {list(self.arms)}")
        if GRAMMAR in self.arms and self.data.grammar is None:
            raise ConfigError("the arm grammar needs data.grammar: rows that a grammar made")
        if self.resolution is not None and self.data.catalogue is None:
            raise ConfigError("resolution needs data.catalogue: it says which entity a word means")
        if "full_data" in self.arms and not (self.few.rows or self.few.ids):
            raise ConfigError("the arm full_data needs few.rows or few.ids: it trains on the rows held back")
        if not 0 <= self.human_share < 1:
            raise ConfigError(f"human_share must lie in [0, 1), got {self.human_share}")
        if not set(self.baselines) & set(self.arms):
            raise ConfigError(f"none of the baselines {list(self.baselines)} is among the arms {list(self.arms)}")
        check_mixing(self.mixing)
        check_choice("match", self.match, MATCHES)

    @property
    def task(self) -> str:
        """Which columns the dataset has."""
        return TASK

    @property
    def written_arm(self) -> str:
        """The arm that is about the dataset as it is."""
        return WRITTEN

    @property
    def writes(self) -> bool:
        """Whether a teacher writes rows."""
        return any(arm == WRITTEN or arm in STRATEGIES for arm in self.arms)

    @property
    def variants(self) -> tuple[str, ...]:
        """The arms that differ from another in their filters alone: none."""
        return ()


def load_parse_recipe(path: str | Path, assignments: Sequence[str] = ()) -> ParseRecipe:
    """Read a recipe of semantic parsing; arguments, result and errors as for `load_recipe`."""
    file, values = read_yaml(path, assignments)
    values.pop("task", None)
    recipe = from_dict(ParseRecipe, values)
    data = recipe.data
    data = replace(
        data,
        train=resolve(data.train, file.parent),
        test=resolve(data.test, file.parent),
        validation=data.validation and resolve(data.validation, file.parent),
        grammar=data.grammar and resolve(data.grammar, file.parent),
        catalogue=data.catalogue and replace(data.catalogue, source=resolve(data.catalogue.source, file.parent)),
    )
    return replace(recipe, name=recipe.name or file.parent.name, data=data)
