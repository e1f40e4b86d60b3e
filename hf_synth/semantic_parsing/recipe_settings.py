"""The parts of a recipe of semantic parsing: where the rows are, which are known, and who writes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hf_synth.builders.clasp_tuning import ClaspAdaptSettings
from hf_synth.errors import ConfigError
from hf_synth.parses.catalogue import EntityCatalogue, read_catalogue
from hf_synth.sources import Source
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings


@dataclass(frozen=True)
class CatalogueSettings:
    """Where a catalogue of slot values is (see `read_catalogue`).

    Args:
        source: Rows with `slot`, `value`, and `entity` if they name one.
        labels: Names of its slots to labels of parses, such as `drinks` to `DRINKTYPE`; others keep theirs.
        last_wins: Take the last entity of a value that has several, instead of refusing the catalogue.
        closed: There are no other values: rows of the teacher that have one are dropped, and students write none
            into slots of its labels.
    """

    source: Source
    labels: Mapping[str, str] = field(default_factory=dict)
    last_wins: bool = False
    closed: bool = False

    def read(self) -> EntityCatalogue:
        """Read the catalogue; errors as for `read_catalogue`."""
        return read_catalogue(self.source, self.labels, self.last_wins)


@dataclass(frozen=True)
class ParseDataSettings:
    """Where the rows are; each has a text and a parse.

    Args:
        train: Human rows to draw the few from that students and teachers know.
        test: Human rows that scores are computed on; with `resolution`, their parses hold entities. With `languages`,
            those of the new languages take their place.
        validation: Held-out human rows; none if left out.
        catalogue: Values of slots and their entities; the values that stand in human rows are known without it.
        grammar: Rows that a hand-written grammar made, for the arm of that name.
    """

    train: Source
    test: Source | None = None
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
class LanguageSettings:
    """New languages: rows of one in plenty (`data.train`), very few of the others, and tests in those.

    Args:
        known: Locale to human rows of which a few are known; rows that say the same have the same id.
        pivot: What they say in the language of `data.train`, with the same ids.
        test: Locale to human rows that scores are computed on.
        rows: How many rows of each locale are known: those of the same ids in all.
        draws: How many times: each draw has known rows, made rows and parsers of its own.

    Raises:
        ConfigError: A value is out of its range, or the locales of `known` and `test` differ.
    """

    known: Mapping[str, Source]
    pivot: Source
    test: Mapping[str, Source]
    rows: int = 1
    draws: int = 1

    def __post_init__(self) -> None:
        if set(self.known) != set(self.test) or not self.known:
            raise ConfigError(f"languages.known has {sorted(self.known)}, languages.test {sorted(self.test)}")
        for name in ("rows", "draws"):
            if getattr(self, name) < 1:
                raise ConfigError(f"languages.{name} must be at least 1, got {getattr(self, name)}")


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
