"""The `DatasetBuilder` of texts with parses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import datasets

from hf_synth.builders.built import Built, RowBuilder, name_config, name_versions, read_splits, utterance_key
from hf_synth.builders.clasp_generation import ClaspSettings
from hf_synth.builders.clasp_plan import ClaspPlanSettings
from hf_synth.builders.clasp_rows import (
    FILTERS,
    build_parse_rows,
    collect_values,
    find_locale,
    load_clasp_teacher,
)
from hf_synth.columns import parse_features
from hf_synth.errors import ConfigError
from hf_synth.filters.chain import load_filters
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.generation import Sampling
from hf_synth.mixing import GUIDE
from hf_synth.parses.catalogue import read_catalogue
from hf_synth.parses.checking import check_parses
from hf_synth.prompts.clasp import ClaspPrompt
from hf_synth.prompts.clasp_slots import SlottedClaspPrompt
from hf_synth.prompts.languages import language_name
from hf_synth.schema import Row, Utterance
from hf_synth.seeds import read_utterances
from hf_synth.sources import Source
from hf_synth.splits import HumanSplits, choose_targets
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import teacher_revision


@dataclass
class ClaspConfig(datasets.BuilderConfig):  # type: ignore[misc]
    """Settings of a `ClaspBuilder`.

    Args:
        seeds: Human texts with parses to start from: a path, or a `Source`.
        validation: Human rows held out; optional.
        test: Human rows held out; optional.
        sources: Human rows of another language to translate, for `ts` and `tb`; a seed that translates one of them has
            the same id.
        catalogue: Values to put into slots (see `read_catalogue`): a path, or a `Source`; it must have values for each
            slot of the seeds. Without it, slots take the values that others of their label have in the seeds.
        catalogue_labels: The catalogue's name of a slot to the label that parses have.
        locale: Locale of the new rows; that of the seeds if left out.
        targets: Outermost labels to generate for; all of the seeds if empty.
        teacher: Name of a teacher that follows instructions or was taught CLASP prompts (see `load_teacher`).
        rows: New rows wanted in all.
        draws_per_prompt: Completions drawn from each prompt.
        max_completions: Budget: at most this many completions for each row wanted.
        plan: How prompts are drawn: strategies, examples, values swapped.
        sampling: How completions are drawn.
        filters: Filters that rows must pass, by their registered name, in order, each with its settings; None takes
            `length` and `duplicate`.
        mixing: How many rows are generated at most (see `count_allowed`).
        endpoint: How a teacher that is reached over HTTP is asked.
        budget: What its requests may cost.
        work_dir: Folder of the journal; it does not decide the rows and is not part of the cache key.
    """

    seeds: str | Source = ""
    validation: str | Source | None = None
    test: str | Source | None = None
    sources: str | Source | None = None
    catalogue: str | Source | None = None
    catalogue_labels: Mapping[str, str] = field(default_factory=dict)
    locale: str | None = None
    targets: tuple[str, ...] = ()
    teacher: str = ""
    rows: int = 1000
    draws_per_prompt: int = 2
    max_completions: float = 5.0
    plan: ClaspPlanSettings = field(default_factory=ClaspPlanSettings)
    sampling: Sampling = field(default_factory=lambda: ClaspSettings().sampling)
    filters: Mapping[str, Mapping[str, Any]] | None = None
    mixing: str = GUIDE
    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    work_dir: str = ".hf_synth"

    def read_settings(self) -> ClaspSettings:
        """How much is generated, and how.

        Returns:
            The settings.

        Raises:
            ConfigError: A value is out of its range.
        """
        return ClaspSettings(**{each.name: getattr(self, each.name) for each in fields(ClaspSettings)})

    def read_human(self) -> HumanSplits:
        """Read the human rows, and check that they hold together.

        Returns:
            The rows by use; seeds whose text stands in validation or test are left out.

        Raises:
            ConfigError: No seeds are given, a target is the outermost label of none, or a language is not known.
            SchemaError: A file or a row does not hold together.
        """
        if not (self.seeds or self.data_files):
            raise ConfigError("ClaspBuilder needs seeds", hint='Pass seeds="seeds.jsonl".')
        train, validation, test = read_splits(self.seeds, self.validation, self.test, self.data_files)
        check_parses(train)
        human = HumanSplits(train, validation, test, choose_targets(train, self.targets))
        language_name(self.locale or find_locale(train))
        return human

    def read_sources(self) -> list[Utterance]:
        """Read the rows to translate; none if no sources are given."""
        if not self.sources:
            return []
        return read_utterances(self.sources if isinstance(self.sources, Source) else Source(self.sources))

    def read_values(self, human: HumanSplits) -> dict[str, list[str]]:
        """Read the catalogue.

        Args:
            human: The human rows by use.

        Returns:
            Values by label; none if no catalogue is given.

        Raises:
            ConfigError: It has no values for a slot of the training rows.
            SchemaError: It does not hold together.
        """
        if not self.catalogue:
            return {}
        place = self.catalogue if isinstance(self.catalogue, Source) else Source(self.catalogue)
        catalogue = read_catalogue(place, self.catalogue_labels, last_wins=True)
        catalogue.check(collect_values(human.train))
        return {label: list(catalogue.values(label)) for label in catalogue.entities}

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """Name the cache folder by everything that decides the rows, and nothing else."""
        human = self.read_human()
        if not self.teacher:
            raise ConfigError(
                "ClaspBuilder needs a teacher",
                hint='Pass the Hub id of a chat model, or an endpoint: teacher="http://host/v1#model".',
            )
        identity = {
            "targets": sorted(human.targets),
            "sources": [utterance_key(row) for row in self.read_sources()],
            "values": self.read_values(human),
            "locale": self.locale,
            "teacher": teacher_revision(self.teacher, self.endpoint),
            "prompt": [f"{kind.name}@{kind.version}" for kind in (ClaspPrompt, SlottedClaspPrompt)],
            "filters": [name_versions((*load_filters(self.filters, FILTERS), HeldOutFilter())), self.filters],
            "generation": asdict(self.read_settings()),
            "mixing": self.mixing,
        }
        return name_config(self.name, human, identity)


class ClaspBuilder(RowBuilder):
    """Texts with parses in, a `semantic_parsing` dataset with generated rows out.

    Before: a file of lines such as `{"text": "two large pies", "parse": "(ORDER (NUMBER two ) (SIZE large ) )"}`.
    After: splits `train` (human and synthetic), `validation` and `test` (human), with `text` (white space folded),
    `parse`, `locale` and provenance columns; `method` names the strategy, such as `clasp_rs@1`.

    `ClaspBuilder(seeds="seeds.jsonl", teacher="http://localhost:8000/v1").download_and_prepare()`, then
    `.as_dataset()`. A killed build resumes from the journal in `work_dir`.

    Reference: Rosenbaum et al. 2022, CLASP.
    """

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = ClaspConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("dataset_name", "hf_synth_clasp")
        super().__init__(*args, **kwargs)

    def _info(self) -> datasets.DatasetInfo:
        return datasets.DatasetInfo(features=parse_features())

    def _build(self) -> Built:
        config, human = self.config, self.config.read_human()
        teacher = load_clasp_teacher(config.teacher, config.endpoint, config.budget)
        journal = Journal(Path(config.work_dir) / "journal.sqlite")
        try:
            return build_parse_rows(
                human,
                teacher,
                journal,
                config.read_settings(),
                values=config.read_values(human),
                filters=load_filters(config.filters, FILTERS),
                mixing=config.mixing,
                sources=config.read_sources(),
                locale=config.locale,
            )
        finally:
            journal.close()

    def _write_row(self, row: Row) -> dict[str, Any]:
        return row.to_parsed()
