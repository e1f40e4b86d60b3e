"""Asking a teacher for texts of classes until there are enough: plan, ask, read lists, filter, count."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field

from hf_synth.builders.class_plan import ClassPlanSettings, ClassTask, PlannedTexts, plan_texts
from hf_synth.builders.generation import Generated, gather, take_in
from hf_synth.builders.progress import Progress
from hf_synth.builders.works import Work
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter
from hf_synth.generation import Answer, Draw, Reject, Sampling, Teacher
from hf_synth.prompts.classification import ClassificationPrompt
from hf_synth.prompts.languages import language_name
from hf_synth.schema import Provenance, Row, Utterance, normalise
from hf_synth.teachers.journal import Journal

MORE = 5 / 4
"""Texts asked for, for each one missing: some will be rejected."""
PASSES = 3
"""How often what is missing for texts of two classes is asked for at most."""


@dataclass(frozen=True)
class ClassSettings:
    """How many texts of each class are generated, and how.

    Args:
        rows_per_class: Rows wanted of each class, beside those it has.
        balance_to: Minority balancing: fill each class up to this many rows instead; one that has as many gets none.
        texts_per_prompt: Texts asked for in one prompt, at least 1; many need a higher `sampling.max_new_tokens`.
        max_completions: Budget: for each prompt that would be needed if all texts were good, at most this many.
        locales: Locales of the new rows, which are spread evenly over them; those of the seeds if empty.
        plan: How requests are drawn.
        sampling: How completions are drawn.

    Raises:
        ConfigError: A value is below 1, or the language of a locale is not known.
    """

    rows_per_class: int = 100
    balance_to: int | None = None
    texts_per_prompt: int = 10
    max_completions: float = 5.0
    locales: tuple[str, ...] = ()
    plan: ClassPlanSettings = field(default_factory=ClassPlanSettings)
    sampling: Sampling = field(default_factory=lambda: Sampling(0.9, max_new_tokens=1024, constrained=False))

    def __post_init__(self) -> None:
        for name in ("rows_per_class", "balance_to", "texts_per_prompt", "max_completions"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise ConfigError(f"{name} must be at least 1, got {value}")
        for locale in self.locales:
            language_name(locale)
        if len(set(self.locales)) != len(self.locales):
            raise ConfigError(f"a locale stands twice in {self.locales}")

    def needed(self, current: int) -> int:
        """New rows wanted of a class.

        Args:
            current: Human rows that it has.

        Returns:
            `rows_per_class`, or what lacks to `balance_to`, at least 0.

        Examples:
            >>> [ClassSettings(balance_to=200).needed(current) for current in (40, 200, 500)]
            [160, 0, 0]
        """
        return self.rows_per_class if self.balance_to is None else max(0, self.balance_to - current)


def generate_texts(
    wanted: Sequence[tuple[ClassTask, int]],
    teacher: Teacher,
    journal: Journal,
    filters: Sequence[Filter],
    reference: Sequence[Row],
    settings: ClassSettings,
) -> Generated:
    """Generate rows of some classes.

    Before: seeds such as `where is my card` of `card_arrival`. After: rows such as `card still not here!!`, of origin
    `synthetic`, each with the teacher and the seeds it came from. One completion brings many texts: `completions`
    counts answers, `accepted` rows, `rejected` items of answers and rows.

    Args:
        wanted: Classes, each in one locale, with the rows wanted of them.
        teacher: Who writes.
        journal: Where completions are kept.
        filters: Applied in order to the texts.
        reference: Human rows for the filters; rows of the same class and locale that were kept earlier join them.
        settings: How to ask.

    Returns:
        The rows, the rejects and the counts. A class is done when it has the rows wanted or its budget of completions
        is spent. A text that was written for two classes is taken for neither (`two_classes`), and for one class in
        two locales once (`duplicate`).
    """
    clashes: set[str] = set()

    def start(progress: Progress) -> list[Work[Generated]]:
        return [
            _generate_class(task, count, teacher, filters, reference, clashes, settings, progress)
            for task, count in wanted
        ]

    for _ in range(PASSES):
        total = gather(start, sum(count for _, count in wanted), teacher, journal, settings.sampling)
        found = find_clashes(total.rows)
        if not found:
            break
        clashes |= found  # the next pass reads its answers from the journal, and asks for what is now missing
    total.rows, rejects = part_classes(total.rows)
    total.rejects += rejects
    return total


def _generate_class(
    task: ClassTask,
    wanted: int,
    teacher: Teacher,
    filters: Sequence[Filter],
    reference: Sequence[Row],
    clashes: Container[str],
    settings: ClassSettings,
    progress: Progress,
) -> Work[Generated]:
    """Ask for texts of one class in one locale in rounds, each as large as what is still missing."""
    prompt, out = ClassificationPrompt(), Generated(requested=wanted)
    budget = int(math.ceil(wanted / settings.texts_per_prompt) * settings.max_completions)
    # Prompt n is the same in every pass, however many rows the answers before it brought.
    count = min(settings.texts_per_prompt, math.ceil(wanted * MORE))
    asked: Counter[str] = Counter()
    while len(out.rows) < wanted and out.completions < budget:
        last = out.completions + math.ceil((wanted - len(out.rows)) * MORE / count)
        plans = [plan_texts(n, count, task, settings.plan) for n in range(out.completions, min(budget, last))]
        draws = []
        for plan in plans:
            rendered = prompt.render(plan.request)
            draws.append(Draw(rendered, asked[rendered.text]))  # a prompt that comes again is drawn from again
            asked[rendered.text] += 1
        out.first = out.first or draws[0].prompt
        answers = yield draws
        parsed = [
            item
            for plan, answer in zip(plans, answers, strict=True)
            for item in _read_rows(prompt, plan, answer, teacher, clashes)
        ]
        take_in(out, parsed, filters, reference, progress)
        out.completions += len(draws)
        out.prompt_texts |= {text for plan in plans for text in plan.request.examples}
    out.prompts = len(asked)
    return out


def _read_rows(
    prompt: ClassificationPrompt, plan: PlannedTexts, answer: Answer, teacher: Teacher, clashes: Container[str]
) -> list[Row | Reject]:
    """The rows of an answer, and what is none in it."""
    if isinstance(answer, Reject):
        return [answer]
    request = plan.request
    made = Provenance("synthetic", f"{prompt.name}@{prompt.version}", teacher.identity, plan.seed_ids)
    items: list[Row | Reject] = []
    for item in prompt.parse(answer, request):
        if isinstance(item, Reject):
            items.append(item)
        elif normalise(item) in clashes:
            items.append(Reject("two_classes", item, "the text was written for another class, too"))
        else:
            items.append(Row(Utterance(tuple(item.split()), (), request.label, request.locale), made))
    return items


def find_clashes(rows: Sequence[Row]) -> set[str]:
    """The texts, normalised, that stand for two classes."""
    labels: Mapping[str, set[str]] = defaultdict(set)
    for row in rows:
        labels[normalise(row.utterance.text)].add(row.utterance.intent)
    return {text for text, names in labels.items() if len(names) > 1}


def part_classes(rows: Sequence[Row]) -> tuple[list[Row], list[Reject]]:
    """Leave out texts that stand for two classes, and copies within a class.

    Args:
        rows: Rows of several classes.

    Returns:
        The rows whose text stands for one class, each text once; and the others as rejects.
    """
    clashes = find_clashes(rows)
    kept: list[Row] = []
    rejects: list[Reject] = []
    seen: set[str] = set()
    for row in rows:
        text = normalise(row.utterance.text)
        if text in clashes:
            rejects.append(Reject("two_classes", row.utterance.text, "the text was written for another class, too"))
        elif text in seen:
            rejects.append(Reject("duplicate", row.utterance.text, "written in two locales"))
        else:
            kept.append(row)
            seen.add(text)
    return kept, rejects
