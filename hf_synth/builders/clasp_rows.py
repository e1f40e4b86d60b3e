"""From a few texts with parses to a training set with generated ones."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from hf_synth.builders.built import Built
from hf_synth.builders.clasp_generation import ClaspSettings, generate_parses
from hf_synth.builders.clasp_plan import ClaspTask
from hf_synth.builders.generation import Generated
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter, fit_filters
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.filters.length import LengthFilter
from hf_synth.mixing import GUIDE, check_ratio, count_allowed, mix, take_turns
from hf_synth.parses.checking import check_parses
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import find_brackets, read_parse
from hf_synth.prompts.clasp import ClaspPrompt
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.schema import Row, Utterance
from hf_synth.splits import HumanSplits
from hf_synth.teachers.budget import BudgetSettings
from hf_synth.teachers.endpoint import EndpointSettings
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_instructed

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


def load_clasp_teacher(name: str, endpoint: EndpointSettings, budget: BudgetSettings) -> Teacher:
    """Load a teacher that follows instructions, reads parses, or writes utterances around slots.

    Args:
        name: As for `load_teacher`.
        endpoint: As for `load_teacher`.
        budget: As for `load_teacher`.

    Returns:
        The teacher.

    Raises:
        TeacherError: Nothing of that name can be loaded or reached, or it was taught other prompts only.
    """
    return load_instructed(name, endpoint, budget, (PROMPT, SLOTTED))
