"""Asking a teacher until there are enough rows: plan, generate, parse, filter, count."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hf_synth.builders.catalogue import Catalogue
from hf_synth.builders.plan import Planned, PlanSettings, plan_request
from hf_synth.builders.progress import Progress
from hf_synth.builders.works import Work, carry_out
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter, apply_filters
from hf_synth.generation import Answer, Draw, Prompt, Reject, Sampling, Teacher
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.schema import Provenance, Row, Utterance
from hf_synth.teachers.journal import Journal


@dataclass
class Generated:
    """What came of asking a teacher.

    Args:
        rows: Rows that were kept.
        rejects: Completions, texts in them and rows that were not, with their reasons. Where a completion holds one
            row, completions are rows and rejects together; where it holds a list of texts, each text counts.
        requested: Rows that were wanted.
        prompts: Different prompts.
        completions: Completions read (from the teacher or the journal).
        prompt_texts: Texts of the examples that stood in prompts.
        seconds: Wall time.
        first: The first prompt that was asked.
    """

    rows: list[Row] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    requested: int = 0
    prompts: int = 0
    completions: int = 0
    prompt_texts: set[str] = field(default_factory=set)
    seconds: float = 0.0
    first: Prompt | None = None

    def add(self, other: Generated) -> None:
        """Join the outcome of another intent."""
        self.rows.extend(other.rows)
        self.rejects.extend(other.rejects)
        self.requested += other.requested
        self.prompts += other.prompts
        self.completions += other.completions
        self.prompt_texts |= other.prompt_texts
        self.seconds += other.seconds
        self.first = self.first or other.first

    @property
    def counts(self) -> dict[str, Any]:
        """Figures for manifests and reports."""
        reasons = Counter(reject.reason for reject in self.rejects)
        return {
            "requested": self.requested,
            "prompts": self.prompts,
            "completions": self.completions,
            "accepted": len(self.rows),
            "rejected": dict(sorted(reasons.items())),
            "seconds": round(self.seconds, 2),
        }


@dataclass(frozen=True)
class GenerationSettings:
    """How rows are generated.

    Args:
        rows_per_intent: Rows wanted of each intent.
        draws_per_prompt: Completions drawn from each prompt.
        resampled_share: Share of those rows that are not generated but seeds with other slot values, in [0, 1); true
            carriers beside new ones taught students more than either alone on SNIPS.
        max_completions: Budget: at most this many completions for each row wanted.
        plan: How requests are drawn.
        sampling: How completions are drawn.

    Raises:
        ConfigError: A value is below 1.
    """

    rows_per_intent: int = 200
    draws_per_prompt: int = 2
    resampled_share: float = 0.0
    max_completions: float = 5.0
    plan: PlanSettings = field(default_factory=PlanSettings)
    sampling: Sampling = field(default_factory=lambda: Sampling(temperature=1.0, carrier_bias=2.0, best_of=4))

    def __post_init__(self) -> None:
        for name in ("rows_per_intent", "draws_per_prompt", "max_completions"):
            if getattr(self, name) < 1:
                raise ConfigError(f"generation.{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.resampled_share < 1:
            raise ConfigError(f"generation.resampled_share must lie in [0, 1), got {self.resampled_share}")

    def asked(self, seeded: bool) -> GenerationSettings:
        """What is asked of the teacher: without the share of resampled seeds, which needs seeds."""
        share = self.resampled_share if seeded else 0.0
        return replace(self, rows_per_intent=max(1, round(self.rows_per_intent * (1 - share))))


def generate_rows(
    groups: Sequence[Sequence[Utterance]],
    teacher: Teacher,
    journal: Journal,
    catalogue: Catalogue,
    filters: Sequence[Filter],
    reference: Sequence[Row],
    settings: GenerationSettings,
    shown: Sequence[Sequence[Utterance]] | None = None,
) -> Generated:
    """Generate annotated rows of some intents.

    Before: seeds such as `rain in [city : rome]`. After: rows such as `will it snow in [city : boston]`, of origin
    `synthetic`, each with the teacher and the seeds it came from.

    Args:
        groups: Human utterances of each intent.
        teacher: Who writes.
        journal: Where completions are kept.
        catalogue: Slot values to ask for.
        filters: Applied in order to what could be parsed.
        reference: Human rows for the filters; rows of the same intent that were kept earlier join them.
        settings: How much of each intent, and how.
        shown: Utterances of each intent to take examples from; its group if left out.

    Returns:
        The rows, the rejects and the counts, intent by intent. An intent is done when it has the rows wanted or its
        budget of completions is spent.
    """
    return gather(
        lambda progress: [
            _generate_intent(seeds, examples, teacher, catalogue, filters, reference, settings, progress)
            for seeds, examples in zip(groups, shown or groups, strict=True)
        ],
        settings.rows_per_intent * len(groups),
        teacher,
        journal,
        settings.sampling,
    )


def gather(
    start: Callable[[Progress], Sequence[Work[Generated]]],
    wanted: int,
    teacher: Teacher,
    journal: Journal,
    sampling: Sampling,
) -> Generated:
    """Carry out works that generate rows, and add up what came of them.

    Args:
        start: Makes the works, which tell the bar what they keep.
        wanted: Rows wanted of all works together.
        teacher: Who writes.
        journal: Where completions are kept.
        sampling: How completions are drawn.

    Returns:
        The rows, the rejects and the counts, work by work.
    """
    started, total = time.monotonic(), Generated()
    with Progress(wanted, teacher.identity) as progress:
        for generated in carry_out(start(progress), teacher, journal, sampling, progress.answer):
            total.add(generated)
    total.seconds = time.monotonic() - started
    return total


def _generate_intent(
    seeds: Sequence[Utterance],
    shown: Sequence[Utterance],
    teacher: Teacher,
    catalogue: Catalogue,
    filters: Sequence[Filter],
    reference: Sequence[Row],
    settings: GenerationSettings,
    progress: Progress,
) -> Work[Generated]:
    """Ask for rows of one intent in rounds, each as large as the rows that are still missing."""
    prompt, out = LinguistPrompt(), Generated(requested=settings.rows_per_intent)
    budget = int(settings.rows_per_intent * settings.max_completions)
    while len(out.rows) < settings.rows_per_intent and out.completions < budget:
        missing = settings.rows_per_intent - len(out.rows)
        wanted = min(max(32, missing * 5 // 4), budget - out.completions)
        count = -(-wanted // settings.draws_per_prompt)
        plans = [plan_request(out.prompts + n, seeds, catalogue, settings.plan, shown) for n in range(count)]
        draws = [Draw(prompt.render(plan.request), n) for plan in plans for n in range(settings.draws_per_prompt)]
        draws = draws[: budget - out.completions]
        out.first = out.first or draws[0].prompt
        answers = yield draws
        asked = [plan for plan in plans for _ in range(settings.draws_per_prompt)][: len(draws)]
        parsed = [_parse(prompt, plan, answer, teacher) for plan, answer in zip(asked, answers, strict=True)]
        take_in(out, parsed, filters, reference, progress)
        out.prompts += len(plans)
        out.completions += len(draws)
        out.prompt_texts |= {example.text for plan in plans for example in plan.request.examples}
    return out


def take_in(
    out: Generated,
    parsed: Sequence[Row | Reject],
    filters: Sequence[Filter],
    reference: Sequence[Row],
    progress: Progress,
) -> None:
    """Filter what a round brought, and keep as many rows as are still missing.

    Args:
        out: What the rounds before brought; rows and rejects join it.
        parsed: Rows, and rejects for what is none.
        filters: Applied in order.
        reference: Human rows for the filters; the rows of earlier rounds join them.
        progress: Is told what was kept.
    """
    missing = out.requested - len(out.rows)
    rejects = [item for item in parsed if isinstance(item, Reject)]
    rows = [item for item in parsed if isinstance(item, Row)]
    kept, dropped = apply_filters(filters, rows, [*reference, *out.rows])
    surplus = [Reject("surplus", row.utterance.text, "enough rows were kept") for row in kept[missing:]]
    out.rejects += [*rejects, *dropped, *surplus]
    out.rows += kept[:missing]
    progress.judge(len(kept[:missing]), len(rejects) + len(dropped) + len(surplus))


def _parse(prompt: LinguistPrompt, plan: Planned, answer: Answer, teacher: Teacher) -> Row | Reject:
    parsed = answer if isinstance(answer, Reject) else prompt.parse(answer, plan.request)
    if isinstance(parsed, Reject):
        return parsed
    method = f"{prompt.name}@{prompt.version}"
    return Row(parsed, Provenance("synthetic", method, teacher.identity, plan.seed_ids))
