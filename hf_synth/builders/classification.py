"""From class names, descriptions and a few seeds to a training set of texts, and the `DatasetBuilder` around it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import datasets

from hf_synth.builders.built import Built, RowBuilder, name_config, name_versions, read_splits
from hf_synth.builders.class_generation import ClassSettings, generate_texts
from hf_synth.builders.class_plan import ClassPlanSettings, ClassTask
from hf_synth.builders.class_targets import count_wanted, find_locales, settle_classes, spread
from hf_synth.columns import classification_features
from hf_synth.errors import ConfigError, suggest
from hf_synth.filters.base import Filter, fit_filters
from hf_synth.filters.chain import load_filters
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.filters.length import LengthFilter
from hf_synth.generation import Sampling
from hf_synth.mixing import GUIDE, check_ratio, count_allowed, mix
from hf_synth.prompts.classification import ClassificationPrompt
from hf_synth.prompts.languages import language_name
from hf_synth.schema import Row
from hf_synth.sources import Source
from hf_synth.splits import HumanSplits
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_instructed, teacher_revision

if TYPE_CHECKING:
    from hf_synth.generation import Teacher

logger = logging.getLogger(__name__)

# Prompts ask for single words and for long texts: bounds taken from a few seeds would drop them.
FILTERS: tuple[Filter, ...] = (LengthFilter(1, 200), DuplicateFilter())
COLD_START = (
    "A cold start: no training row is human. Train on these rows until there are real ones, then fine-tune on those "
    "and build again with them as seeds."
)


def build_class_rows(
    human: HumanSplits,
    classes: Mapping[str, str],
    teacher: Teacher,
    journal: Journal,
    settings: ClassSettings,
    filters: Sequence[Filter] = FILTERS,
    mixing: str = GUIDE,
) -> Built:
    """Generate texts for every target class and mix them with the human rows.

    Args:
        human: The human rows by use; their intents are the classes. No rows at all is a cold start.
        classes: What each class means, by name.
        teacher: Who writes.
        journal: Where completions are kept.
        settings: How much to generate, and how.
        filters: Fitted on the human rows and applied to the texts; those of the held-out rows are dropped in any case.
        mixing: How many rows are generated at most (see `count_allowed`), evenly over the classes.

    Returns:
        The three splits; validation and test are human and stand in no prompt.

    Raises:
        ConfigError: There would be a hundred new rows or more for each human one.

    Reference: the augmentation guide (minority balancing, cold start).
    """
    reference = [Row.human(utterance) for utterance in human.train]
    limit = count_allowed(mixing, len(reference))
    wanted = count_wanted(human, settings, limit)
    check_ratio(len(reference), wanted.total())
    validation, test = ([Row.human(utterance) for utterance in rows] for rows in (human.validation, human.test))
    held_out = HeldOutFilter.from_utterances(human.held_out)
    filters = (*fit_filters(filters, reference, [*validation, *test]), held_out)
    tasks = list_tasks(human, classes, settings, wanted)
    generated = generate_texts(tasks, teacher, journal, filters, reference, settings)
    made = Counter(row.utterance.intent for row in generated.rows)
    for label in sorted(wanted - made):
        logger.warning("class %r: %d of %d new rows, then its budget was spent", label, made[label], wanted[label])
    return Built(mix(reference, generated.rows, limit), validation, test, generated)


def list_tasks(
    human: HumanSplits, classes: Mapping[str, str], settings: ClassSettings, wanted: Mapping[str, int]
) -> list[tuple[ClassTask, int]]:
    """What is to be written: each target class in each locale, with the rows wanted of it.

    Args:
        human: The human rows by use.
        classes: What each class means, by name.
        settings: The locales.
        wanted: Rows wanted by class.

    Returns:
        Tasks and rows, sorted by class.
    """
    return [
        (ClassTask(label, locale, seeds, classes), count)
        for label, seeds in sorted(human.starters.items())
        for locale, count in spread(wanted[label], settings.locales or find_locales(human))
    ]


@dataclass
class ClassificationConfig(datasets.BuilderConfig):  # type: ignore[misc]
    """Settings of a `ClassificationBuilder`.

    Args:
        seeds: Human texts with a class to start from: a path, or a `Source`; none for a cold start.
        validation: Human texts held out; optional.
        test: Human texts held out; optional.
        classes: What each class means, by name; empty descriptions leave it to the name. With seeds it may name some
            of their classes; to add a class that has no seeds, name all.
        targets: Classes to generate for; all if empty.
        teacher: Name of a teacher that follows instructions (see `load_teacher`).
        rows_per_class: New rows wanted of each target.
        balance_to: Minority balancing: fill each target up to this many rows instead.
        texts_per_prompt: Texts asked for in one prompt.
        max_completions: Budget: for each prompt that would be needed if all texts were good, at most this many.
        locales: Locales of the new rows, spread evenly; those of the seeds, or `en-US`, if empty.
        plan: How prompts are drawn: examples, other classes, styles.
        sampling: How completions are drawn.
        filters: Filters that texts must pass, by their registered name, in order, each with its settings; None takes
            `length` (1 to 200 words) and `duplicate`.
        mixing: How many rows are generated at most (see `count_allowed`).
        endpoint: How a teacher that is reached over HTTP is asked.
        budget: What its requests may cost.
        work_dir: Folder of the journal; it does not decide the rows and is not part of the cache key.
    """

    seeds: str | Source = ""
    validation: str | Source | None = None
    test: str | Source | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    targets: tuple[str, ...] = ()
    teacher: str = ""
    rows_per_class: int = 100
    balance_to: int | None = None
    texts_per_prompt: int = 10
    max_completions: float = 5.0
    locales: tuple[str, ...] = ()
    plan: ClassPlanSettings = field(default_factory=ClassPlanSettings)
    sampling: Sampling = field(default_factory=lambda: ClassSettings().sampling)
    filters: Mapping[str, Mapping[str, Any]] | None = None
    mixing: str = GUIDE
    endpoint: EndpointSettings = field(default_factory=EndpointSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    work_dir: str = ".hf_synth"

    def read_settings(self) -> ClassSettings:
        """How much is generated, and how.

        Returns:
            The settings.

        Raises:
            ConfigError: A value is out of its range.
        """
        return ClassSettings(**{each.name: getattr(self, each.name) for each in fields(ClassSettings)})

    def read_human(self) -> tuple[HumanSplits, dict[str, str]]:
        """Read the human rows, and settle what the classes are.

        Returns:
            The rows by use (seeds whose text stands in validation or test are left out), and the classes with what
            they mean, sorted.

        Raises:
            ConfigError: There are neither seeds nor classes, or a class, a target or a language is not known.
            SchemaError: A file does not hold together.
        """
        train, validation, test = read_splits(self.seeds, self.validation, self.test, self.data_files)
        classes = settle_classes(self.classes, {utterance.intent for utterance in train})
        for target in self.targets:
            if target not in classes:
                raise ConfigError(f"target {target!r} is none of the classes", hint=suggest(target, classes))
        human = HumanSplits(train, validation, test, tuple(sorted(set(self.targets) or classes)))
        for locale in self.locales or find_locales(human):
            language_name(locale)
        return human, classes

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """Name the cache folder by everything that decides the rows, and nothing else."""
        human, classes = self.read_human()
        if not self.teacher:
            raise ConfigError(
                "ClassificationBuilder needs a teacher that follows instructions",
                hint='Pass the Hub id of a chat model, or an endpoint: teacher="http://host/v1#model".',
            )
        identity = {
            "classes": classes,
            "targets": list(human.targets),
            "teacher": teacher_revision(self.teacher, self.endpoint),
            "prompt": f"{ClassificationPrompt.name}@{ClassificationPrompt.version}",
            "filters": [name_versions((*load_filters(self.filters, FILTERS), HeldOutFilter())), self.filters],
            "generation": asdict(self.read_settings()),
            "mixing": self.mixing,
        }
        return name_config(self.name, human, identity)


class ClassificationBuilder(RowBuilder):
    """Class names, descriptions and seeds in, a `text_classification` dataset with generated rows out.

    Before: a file of lines such as `{"intent": "card_arrival", "text": "where is my card"}`, or no file at all and
    `classes={"card_arrival": "the customer waits for a card"}`.
    After: splits `train` (human and synthetic), `validation` and `test` (human), with `text` (white space folded),
    `label`, `locale` and provenance columns. Without human rows in `train` the description of the dataset says that it
    is a cold start.

    `ClassificationBuilder(seeds="seeds.jsonl", teacher="http://localhost:8000/v1").download_and_prepare()`, then
    `.as_dataset()`. A killed build resumes from the journal in `work_dir`.

    Reference: the augmentation guide (class-conditioned generation, minority balancing, cold start).
    """

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = ClassificationConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("dataset_name", "hf_synth_classification")
        super().__init__(*args, **kwargs)

    def _info(self) -> datasets.DatasetInfo:
        human, classes = self.config.read_human()
        held_out = {utterance.intent for utterance in (*human.validation, *human.test)}
        return datasets.DatasetInfo(
            description="" if human.train else COLD_START,
            features=classification_features(sorted({*classes, *held_out})),
        )

    def _build(self) -> Built:
        config = self.config
        human, classes = config.read_human()
        teacher = load_instructed(config.teacher, config.endpoint, config.budget)
        journal = Journal(Path(config.work_dir) / "journal.sqlite")
        try:
            filters = load_filters(config.filters, FILTERS)
            return build_class_rows(human, classes, teacher, journal, config.read_settings(), filters, config.mixing)
        finally:
            journal.close()

    def _write_row(self, row: Row) -> dict[str, Any]:
        return row.to_labelled()
