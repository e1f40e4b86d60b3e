"""Asking a teacher for parses and texts until there are enough: plan, ask, read, filter, count."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from hf_synth.builders.clasp_plan import ClaspPlanSettings, ClaspTask, PlannedParse, plan_parse
from hf_synth.builders.generation import Generated, gather, take_in
from hf_synth.builders.progress import Progress
from hf_synth.builders.turns import Turns
from hf_synth.builders.works import Work
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter
from hf_synth.generation import Answer, Draw, Reject, Sampling, Teacher
from hf_synth.parses.schema import ParseSchema
from hf_synth.prompts.clasp import ClaspPrompt
from hf_synth.prompts.clasp_slots import SlottedClaspPrompt, choose_prompt, name_prompts
from hf_synth.schema import Provenance, Row
from hf_synth.teachers.journal import Journal

logger = logging.getLogger(__name__)

AnyPrompt: TypeAlias = ClaspPrompt | SlottedClaspPrompt


@dataclass(frozen=True)
class ClaspSettings:
    """How many parses with texts are generated, and how.

    Args:
        rows: Rows wanted in all, shared out evenly among the strategies.
        draws_per_prompt: Completions drawn from each prompt, at least 1.
        max_completions: Budget: at most this many completions for each row wanted.
        plan: How requests are drawn.
        sampling: How completions are drawn.

    Raises:
        ConfigError: A value is below 1.
    """

    rows: int = 1000
    draws_per_prompt: int = 2
    max_completions: float = 5.0
    plan: ClaspPlanSettings = field(default_factory=ClaspPlanSettings)
    sampling: Sampling = field(
        default_factory=lambda: Sampling(temperature=1.0, top_p=0.9, max_new_tokens=256, carrier_bias=2.0)
    )

    def __post_init__(self) -> None:
        for name in ("rows", "draws_per_prompt", "max_completions"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, got {getattr(self, name)}")

    @property
    def shares(self) -> dict[str, int]:
        """Rows wanted of each strategy; the first ones get what does not share out evenly.

        Examples:
            >>> ClaspSettings(rows=5).shares
            {'rs': 3, 'gb': 2}
        """
        strategies = self.plan.strategies
        return {name: len(range(place, self.rows, len(strategies))) for place, name in enumerate(strategies)}


def generate_parses(
    task: ClaspTask,
    teacher: Teacher,
    journal: Journal,
    schema: ParseSchema,
    filters: Sequence[Filter],
    reference: Sequence[Row],
    settings: ClaspSettings,
) -> Generated:
    """Generate texts with parses.

    Before: seeds such as `two colas` with `(ORDER (NUMBER two ) (DRINKTYPE colas ) )`. After: rows such as `could i
    get five teas` with a parse of their own, of origin `synthetic`, with a method that names the strategy
    (`clasp_rs@1`).

    Args:
        task: What requests are made from.
        teacher: Who writes.
        journal: Where completions are kept.
        schema: What parses may look like.
        filters: Applied in order to what could be parsed.
        reference: Human rows for the filters; rows that were kept earlier join them, whatever their strategy.
        settings: How much, and how.

    Returns:
        The rows, the rejects and the counts, strategy by strategy. A strategy is done when it has the rows wanted or
        its budget of completions is spent.

    Raises:
        ConfigError: A strategy has nothing to ask with (see `ClaspTask.check`).
    """
    total = Generated()
    shares = {strategy: count for strategy, count in settings.shares.items() if count}
    taught = getattr(teacher, "taught", "")
    for strategy in shares:
        task.check(strategy)
        prompts = name_prompts([strategy], taught)
        if taught and strategy != "rs" and not set(prompts) & set(taught.split()):
            logger.warning(
                "the teacher has learnt to write around slots, and not for %r: its rows are of little use; "
                "teach it with hf-synth teach (task: clasp), or let it adapt",
                strategy,
            )
    for strategy, count in shares.items():
        known = [*reference, *total.rows]
        work = partial(_generate, strategy, count, task, teacher, schema, filters, known, settings)
        total.add(gather(partial(_start, work), count, teacher, journal, settings.sampling))
    return total


def _start(work: Callable[[Progress], Work[Generated]], progress: Progress) -> list[Work[Generated]]:
    return [work(progress)]


def _generate(
    strategy: str,
    wanted: int,
    task: ClaspTask,
    teacher: Teacher,
    schema: ParseSchema,
    filters: Sequence[Filter],
    reference: Sequence[Row],
    settings: ClaspSettings,
    progress: Progress,
) -> Work[Generated]:
    """Ask for rows of one strategy in rounds, each as large as the rows that are still missing."""
    prompt, out = choose_prompt(strategy, getattr(teacher, "taught", "")), Generated(requested=wanted)
    budget = int(wanted * settings.max_completions)
    asked: Counter[str] = Counter()
    turns = Turns(task.name_starts(strategy, settings.plan.seed), wanted)
    while len(out.rows) < wanted and out.completions < budget:
        size = min(max(32, wanted - len(out.rows)), budget - out.completions)
        count = -(-size // settings.draws_per_prompt)
        kept = Counter(row.provenance.seed_ids[0] for row in out.rows)
        plans = [plan_parse(number, strategy, task, settings.plan) for number in turns.take(count, kept)]
        plans = [plan for plan in plans for _ in range(settings.draws_per_prompt)][:size]
        draws = list(_draw(prompt, plans, asked))
        out.first = out.first or draws[0].prompt
        answers = yield draws
        parsed = [
            _read_row(prompt, strategy, plan, answer, schema, teacher)
            for plan, answer in zip(plans, answers, strict=True)
        ]
        take_in(out, parsed, filters, reference, progress)
        out.completions += len(draws)
        out.prompt_texts |= {row.text for plan in plans for row in plan.request.rows}
    out.prompts = len(asked)
    return out


def _draw(prompt: AnyPrompt, plans: Sequence[PlannedParse], asked: Counter[str]) -> Iterator[Draw]:
    """Draws of requests; a prompt that comes again is drawn from again."""
    for plan in plans:
        rendered = prompt.render(plan.request)
        yield Draw(rendered, asked[rendered.text])
        asked[rendered.text] += 1


def _read_row(
    prompt: AnyPrompt,
    strategy: str,
    plan: PlannedParse,
    answer: Answer,
    schema: ParseSchema,
    teacher: Teacher,
) -> Row | Reject:
    parsed = answer if isinstance(answer, Reject) else prompt.parse(answer, plan.request, schema)
    if isinstance(parsed, Reject):
        return parsed
    method = f"{ClaspPrompt.name}_{strategy}@{ClaspPrompt.version}"
    return Row(parsed, Provenance("synthetic", method, teacher.identity, plan.seed_ids))
