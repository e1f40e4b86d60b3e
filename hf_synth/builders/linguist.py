"""From human splits to a training set with generated rows, and the `DatasetBuilder` around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets

from hf_synth.builders.adaptation import AdaptSettings, adapt_teacher
from hf_synth.builders.built import Built, RowBuilder, name_config, name_versions, read_splits
from hf_synth.builders.catalogue import Catalogue
from hf_synth.builders.generation import GenerationSettings, generate_rows
from hf_synth.columns import features
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter, apply_filters, fit_filters
from hf_synth.filters.chain import load_filters
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.filters.length import LengthFilter
from hf_synth.filters.untagged import UntaggedFilter
from hf_synth.mixing import GUIDE, count_allowed, mix, resample
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.schema import Row, Utterance, label_names
from hf_synth.seeds import check_seeds
from hf_synth.sources import Source
from hf_synth.splits import HumanSplits, choose_targets
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_teacher, teacher_revision
from hf_synth.transforms.slot_resampling import SlotResampling

if TYPE_CHECKING:
    from hf_synth.generation import Teacher

FILTERS: tuple[Filter, ...] = (LengthFilter(), UntaggedFilter(), DuplicateFilter())


def build_rows(
    human: HumanSplits,
    teacher: Teacher,
    journal: Journal,
    settings: GenerationSettings,
    filters: Sequence[Filter] = FILTERS,
    mixing: str = GUIDE,
    asked: Sequence[Utterance] | None = None,
) -> Built:
    """Generate rows for every target intent and mix them with the human ones.

    Args:
        human: The human rows by use.
        teacher: Who writes, adapted already if it should be.
        journal: Where completions are kept.
        settings: How much to generate, and how.
        filters: Fitted on the human rows and applied to what could be parsed; texts of the held-out rows are dropped
            in any case.
        mixing: How many synthetic rows join the human ones (see `count_allowed`).
        asked: Utterances of the targets in another language, whose slots and values are asked for instead of those of
            the seeds; the examples are then the seeds of that language, or all seeds of an intent that has none of it.

    Returns:
        The three splits; validation and test are human and stand in no prompt.
    """
    check_seeds(row for rows in human.starters.values() for row in rows)
    # Without examples the teacher has seen no seed: neither may the values it is given, nor the student's rows.
    known = human.train if settings.plan.examples else tuple(human.others)
    reference = [Row.human(utterance) for utterance in known]
    catalogue = Catalogue.from_utterances(known if asked is None else asked)
    validation, test = ([Row.human(utterance) for utterance in rows] for rows in (human.validation, human.test))
    held_out = HeldOutFilter.from_utterances(human.held_out)
    filters = (*fit_filters(filters, reference, [*validation, *test]), held_out)
    share = settings.resampled_share if settings.plan.examples else 0.0
    groups, shown = group_seeds(human, asked)
    generated = generate_rows(
        groups, teacher, journal, catalogue, filters, reference, settings.asked(bool(settings.plan.examples)), shown
    )
    made = generated.rows
    if share:
        sizes = {target: len(seeds) + settings.rows_per_intent for target, seeds in human.starters.items()}
        transform = SlotResampling(catalogue.values, seed=settings.plan.seed)
        grown = resample([*reference, *made], sizes, transform)[len(reference) :]
        made = apply_filters([held_out], grown, ())[0]
    limit = count_allowed(mixing, len(reference))
    return Built(mix(reference, made, limit), validation, test, generated)


def group_seeds(
    human: HumanSplits, asked: Sequence[Utterance] | None
) -> tuple[list[Sequence[Utterance]], list[Sequence[Utterance]]]:
    """Say what a teacher is asked for and shown.

    Args:
        human: The human rows by use.
        asked: See `build_rows`.

    Returns:
        For each target the utterances whose slots are asked for, and those that may be examples.
    """
    groups: list[Sequence[Utterance]] = list(human.starters.values())
    if asked is None:
        return groups, groups
    locales = {row.locale for row in asked}
    shown = [[seed for seed in seeds if seed.locale in locales] or seeds for seeds in groups]
    return [[row for row in asked if row.intent == target] for target in human.targets], shown


@dataclass
class LinguistConfig(datasets.BuilderConfig):  # type: ignore[misc]
    """Settings of a `LinguistBuilder`.

    Args:
        seeds: Human utterances to start from: a path, or a `Source`.
        validation: Human utterances held out; optional.
        test: Human utterances held out; optional.
        targets: Intents to generate for; all intents of the seeds if empty.
        teacher: Name of the teacher (see `load_teacher`).
        rows_per_intent: Rows wanted of each target.
        generation: Further settings of generation; its `rows_per_intent` gives way to the one above.
        adapt: How the teacher adapts to the intents that are not targets.
        filters: Filters that rows must pass, by their registered name, in order, each with its settings; None takes
            `length`, `untagged` and `duplicate`.
        mixing: How many synthetic rows join the human ones (see `count_allowed`).
        endpoint: How a teacher that is reached over HTTP is asked.
        budget: What its requests may cost.
        work_dir: Folder of the journal and of adapted teachers; it does not decide the rows and is not part of the
            cache key.
    """

    seeds: str | Source = ""
    validation: str | Source | None = None
    test: str | Source | None = None
    targets: tuple[str, ...] = ()
    teacher: str = "linguist-mini"
    rows_per_intent: int = 200
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    adapt: AdaptSettings = field(default_factory=AdaptSettings)
    filters: Mapping[str, Mapping[str, Any]] | None = None
    mixing: str = GUIDE
    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    work_dir: str = ".hf_synth"

    def read_human(self) -> HumanSplits:
        """Read the human rows.

        Returns:
            The rows by use; seeds whose text stands in validation or test are left out, and `full` is empty.

        Raises:
            ConfigError: No seeds are given, or a target is the intent of none.
            SchemaError: A file does not hold together.
        """
        if not (self.seeds or self.data_files):
            raise ConfigError("LinguistBuilder needs seeds", hint='Pass seeds="seeds.jsonl".')
        train, validation, test = read_splits(self.seeds, self.validation, self.test, self.data_files)
        return HumanSplits(train, validation, test, choose_targets(train, self.targets))

    def whole_generation(self) -> GenerationSettings:
        """The settings of generation, with `rows_per_intent` in its place."""
        return replace(self.generation, rows_per_intent=self.rows_per_intent)

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """Name the cache folder by everything that decides the rows, and nothing else."""
        human = self.read_human()
        adapts = self.adapt.pairs and human.others
        filters = load_filters(self.filters, FILTERS)
        identity: dict[str, Any] = {
            "targets": sorted(human.targets),
            "teacher": teacher_revision(self.teacher, self.endpoint),
            "prompt": f"{LinguistPrompt.name}@{LinguistPrompt.version}",
            "filters": [name_versions((*filters, HeldOutFilter())), self.filters],
            "generation": asdict(self.whole_generation()),
            "adapt": asdict(self.adapt) if adapts else None,
            "mixing": self.mixing,
        }
        return name_config(self.name, human, identity)


class LinguistBuilder(RowBuilder):
    """Seeds in, an `intent_slots` dataset with generated rows out.

    Before: a file of lines such as `{"intent": "set_alarm", "utterance": "wake me at [time : seven]"}`.
    After: splits `train` (human and synthetic), `validation` and `test` (human), with provenance columns.

    `LinguistBuilder(seeds="seeds.jsonl", teacher="linguist-mini").download_and_prepare()`, then `.as_dataset()`.
    A killed build resumes from the journal in `work_dir`.

    Reference: Rosenbaum et al. 2022, LINGUIST.
    """

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = LinguistConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("dataset_name", "hf_synth_linguist")
        super().__init__(*args, **kwargs)

    def _info(self) -> datasets.DatasetInfo:
        human = self.config.read_human()
        names = label_names((*human.train, *human.validation, *human.test))
        return datasets.DatasetInfo(features=features(*names))

    def _build(self) -> Built:
        config, human = self.config, self.config.read_human()
        work = Path(config.work_dir)
        teacher = load_teacher(config.teacher, config.endpoint, config.budget)
        if config.adapt.pairs and human.others:
            teacher = adapt_teacher(teacher, human.others, human.targets, config.adapt, work / "teachers")  # type: ignore[arg-type]
        journal = Journal(work / "journal.sqlite")
        try:
            filters = load_filters(config.filters, FILTERS)
            return build_rows(human, teacher, journal, config.whole_generation(), filters, config.mixing)
        finally:
            journal.close()

    def _write_row(self, row: Row) -> dict[str, Any]:
        return row.to_dict()
