"""From a few texts with parses to a training set with generated ones, and the `DatasetBuilder` around it."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets

from hf_synth.builders.built import Built, RowBuilder, name_config, name_versions, read_splits, utterance_key
from hf_synth.builders.clasp_generation import ClaspSettings, generate_parses
from hf_synth.builders.clasp_plan import ClaspPlanSettings, ClaspTask
from hf_synth.builders.generation import Generated
from hf_synth.columns import parse_features
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter, fit_filters
from hf_synth.filters.chain import load_filters
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.filters.length import LengthFilter
from hf_synth.generation import Sampling
from hf_synth.mixing import GUIDE, check_ratio, count_allowed, mix, take_turns
from hf_synth.parses.catalogue import read_catalogue
from hf_synth.parses.checking import check_parses
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import find_brackets, read_parse
from hf_synth.prompts.clasp import GIVEN, ClaspPrompt
from hf_synth.prompts.languages import language_name
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.schema import Row, Utterance
from hf_synth.seeds import read_utterances
from hf_synth.sources import Source
from hf_synth.splits import HumanSplits, choose_targets
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_instructed, teacher_revision

if TYPE_CHECKING:
    from hf_synth.generation import Teacher

logger = logging.getLogger(__name__)

FILTERS: tuple[Filter, ...] = (LengthFilter(), DuplicateFilter())
PROMPT, SLOTTED = (f"{kind.name}@{kind.version}" for kind in (ClaspPrompt, LinguistPrompt))
Translate = Callable[[Sequence[str], str], Sequence[str]]
"""Takes values and a locale, and gives each value in the language of that locale."""


def build_parse_rows(
    human: HumanSplits,
    teacher: Teacher,
    journal: Journal,
    settings: ClaspSettings,
    schema: ParseSchema | None = None,
    values: Mapping[str, Sequence[str]] | None = None,
    filters: Sequence[Filter] = FILTERS,
    mixing: str = GUIDE,
    sources: Sequence[Utterance] = (),
    locale: str | None = None,
    translate: Translate | None = None,
) -> Built:
    """Generate texts with parses and mix them with the human ones.

    Args:
        human: The human rows by use, all with parses; seeds are the rows of its targets.
        teacher: Who writes.
        journal: Where completions are kept.
        settings: How much to generate, and how; no more rows are asked for than `mixing` admits.
        schema: What parses may look like; what seeds, other training rows and sources have if left out.
        values: Values to put into slots, by label; a label without any takes those that the seeds have.
        filters: Fitted on the human rows and applied to what could be parsed; texts of the held-out rows are dropped
            in any case.
        mixing: How many synthetic rows join the human ones (see `count_allowed`).
        sources: Human rows of another language for `ts` and `tb`; those with the id of a seed are shown beside it, the
            others are translated. They are not part of the dataset.
        locale: Locale of the new rows; that of the seeds if left out. Seeds of other locales are not shown.
        translate: Translates the values of the sources' slots for `ts`; without it they stay as they are.

    Returns:
        The three splits; validation and test are human and stand in no prompt.

    Raises:
        SchemaError: A human row does not hold together (see `check_parses`).
        ConfigError: The seeds have several locales, there is nothing to ask with, or there would be a hundred new rows
            or more for each human one.

    Reference: Rosenbaum et al. 2022, CLASP.
    """
    check_parses([*human.train, *sources], schema)
    check_parses(human.held_out, values=False)
    schema = schema or collect_schema([*human.train, *sources])
    reference = [Row.human(utterance) for utterance in human.train]
    validation, test = ([Row.human(utterance) for utterance in rows] for rows in (human.validation, human.test))
    held_out = HeldOutFilter.from_utterances(human.held_out)
    filters = (*fit_filters(filters, reference, [*validation, *test]), held_out)
    task = make_task(human, values, sources, locale, translate)
    limit = count_allowed(mixing, len(reference))
    wanted = settings.rows if limit is None else min(settings.rows, limit)
    check_ratio(len(reference), wanted)
    generated = Generated()
    if wanted:
        generated = generate_parses(task, teacher, journal, schema, filters, reference, replace(settings, rows=wanted))
    groups: dict[str, list[Row]] = defaultdict(list)
    for row in generated.rows:
        groups[row.provenance.method].append(row)
    return Built(mix(reference, take_turns(list(groups.values()), None), limit), validation, test, generated)


def make_task(
    human: HumanSplits,
    values: Mapping[str, Sequence[str]] | None = None,
    sources: Sequence[Utterance] = (),
    locale: str | None = None,
    translate: Translate | None = None,
) -> ClaspTask:
    """What requests are made from; arguments and errors as for `build_parse_rows`."""
    seeds = [row for rows in human.starters.values() for row in rows]
    locale = locale or find_locale(seeds)
    sources = _without_translations(sources, human.held_out)
    return ClaspTask(
        [seed for seed in seeds if seed.locale == locale],
        locale,
        {**collect_values(seeds), **{label: found for label, found in (values or {}).items() if found}},
        sources,
        _translate_values(sources, locale, translate),
    )


def collect_schema(utterances: Sequence[Utterance]) -> ParseSchema:
    """What the parses of some rows look like, at least one."""
    return ParseSchema.from_trees((read_parse(row.parse) for row in utterances), find_brackets(utterances[0].parse))


def collect_values(utterances: Iterable[Utterance]) -> dict[str, list[str]]:
    """The distinct values that slots of some rows have, by label, each sorted.

    Args:
        utterances: Rows with parses.

    Returns:
        Values by label.

    Examples:
        >>> collect_values([Utterance(("tea",), (), "ORDER", parse="(ORDER (DRINKTYPE tea ) )")])
        {'DRINKTYPE': ['tea']}
    """
    found: dict[str, set[str]] = defaultdict(set)
    for row in utterances:
        for leaf in read_parse(row.parse).leaves():
            found[leaf.label].add(leaf.value)
    return {label: sorted(values) for label, values in sorted(found.items())}


def find_locale(utterances: Iterable[Utterance]) -> str:
    """The locale of some rows.

    Args:
        utterances: Rows, at least one.

    Returns:
        Their locale.

    Raises:
        ConfigError: They have several.
    """
    locales = sorted({row.locale for row in utterances})
    if len(locales) > 1:
        raise ConfigError(
            f"the seeds have the locales {', '.join(locales)}", hint="Say with locale which the new rows are to have."
        )
    return locales[0]


def _without_translations(sources: Sequence[Utterance], held_out: Iterable[Utterance]) -> list[Utterance]:
    """Leave out sources with the id of a held-out row: a translation of them may be that row."""
    ids = {row.seed_id for row in held_out}
    kept = [row for row in sources if row.seed_id not in ids]
    if len(kept) < len(sources):
        logger.warning("%d sources have the id of a held-out row and are left out", len(sources) - len(kept))
    return kept


def _translate_values(sources: Sequence[Utterance], locale: str, translate: Translate | None) -> dict[str, str]:
    """The values of the sources' slots in the language of the new rows."""
    values = sorted({value for found in collect_values(sources).values() for value in found})
    if translate is None or not values:
        return {}
    translated = translate(values, locale)
    if len(translated) != len(values):
        raise ConfigError(f"translate gave {len(translated)} values for {len(values)}")
    return dict(zip(values, translated, strict=True))


def load_clasp_teacher(
    name: str, endpoint: EndpointSettings, budget: BudgetSettings, strategies: Sequence[str]
) -> Teacher:
    """Load a teacher that can be asked for some strategies.

    Args:
        name: As for `load_teacher`.
        endpoint: As for `load_teacher`.
        budget: As for `load_teacher`.
        strategies: What it will be asked for.

    Returns:
        The teacher.

    Raises:
        TeacherError: Nothing of that name can be loaded or reached, or it was taught other prompts only.
    """
    texts = set(strategies) <= set(GIVEN)  # a teacher that writes utterances around slots will do
    return load_instructed(name, endpoint, budget, (PROMPT, *((SLOTTED,) if texts else ())))


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
            "prompt": PROMPT,
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
        teacher = load_clasp_teacher(config.teacher, config.endpoint, config.budget, config.plan.strategies)
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
