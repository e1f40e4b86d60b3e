"""How good a teacher is at LINGUIST prompts, on intents it was not trained on."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hf_synth.generation import Answer, Draw, Reject, Sampling, Teacher
from hf_synth.prompts.linguist import LinguistPrompt, LinguistRequest
from hf_synth.prompts.tuning import PairSettings, make_request
from hf_synth.schema import Utterance, normalise
from hf_synth.seeding import rng


def make_requests(utterances: Sequence[Utterance], starters: int = 10, seed: int = 0) -> list[LinguistRequest]:
    """Ask for the slots of each starter of each intent, half of them as wildcards, with the others as examples."""
    groups: dict[tuple[str, str], list[Utterance]] = defaultdict(list)
    for utterance in utterances:
        groups[utterance.intent, utterance.locale].append(utterance)
    requests: list[LinguistRequest] = []
    for key, rows in sorted(groups.items()):
        order = rng(seed, "assess", *key).permutation(len(rows))[:starters]
        chosen = [rows[index] for index in order]
        for number, target in enumerate(chosen):
            examples = tuple(row for row in chosen if row is not target)
            settings = PairSettings(mask_rate=0)
            requests.append(make_request(target, examples, settings, rng(seed, "ask", *key, number))[0])
    return requests


def assess_teacher(
    teacher: Teacher, utterances: Sequence[Utterance], sampling: Sampling, draws: int = 4
) -> dict[str, Any]:
    """Measure a teacher on the intents of some annotated utterances.

    Args:
        teacher: Who writes.
        utterances: Human rows of intents that the teacher was not trained on.
        sampling: How completions are drawn; both constrained and free decoding are measured.
        draws: Completions for each prompt.

    Returns:
        For `constrained` and `free` decoding: `accepted` (share of completions), `rejected` (share by reason),
        `literal_exact` (share of given values that stand verbatim under their number), `wildcard_novel` (share of
        invented values that stand in no example of the prompt), `wildcard_known` (share of invented values that
        people used for that slot), `distinct` (share of accepted texts that differ), `per_second`.
    """
    requests = make_requests(utterances)
    known = {(slot, normalise(value)) for utterance in utterances for slot, value in utterance.slots}
    result: dict[str, Any] = {"prompts": len(requests), "intents": sorted({item.intent for item in requests})}
    for name, constrained in (("constrained", True), ("free", False)):
        asked = [request for request in requests for _ in range(draws)]
        prompt = LinguistPrompt()
        started = time.monotonic()
        batch = [Draw(prompt.render(request), n) for request in requests for n in range(draws)]
        completions = teacher.generate(batch, replace(sampling, constrained=constrained))
        seconds = time.monotonic() - started
        result[name] = summarise(asked, completions, known) | {"per_second": round(len(batch) / seconds, 1)}
    return result


def summarise(
    requests: Sequence[LinguistRequest], completions: Sequence[Answer], known: set[tuple[str, str]]
) -> dict[str, Any]:
    """Count what became of completions; see `assess_teacher` for the figures."""
    prompt = LinguistPrompt()
    parsed = [
        answer if isinstance(answer, Reject) else prompt.parse(answer, request)
        for request, answer in zip(requests, completions, strict=True)
    ]
    rows = [(request, row) for request, row in zip(requests, parsed, strict=True) if isinstance(row, Utterance)]
    reasons = Counter(item.reason for item in parsed if isinstance(item, Reject))
    # A completion rejected for another reason has passed the check of its given values.
    before = {"malformed", "unknown_number", "literal_mismatch"}
    given = [
        not (isinstance(item, Reject) and item.reason in before)
        for request, item in zip(requests, parsed, strict=True)
        if any(slot.value is not None for slot in request.include)
    ]
    invented = [
        (request, slot, normalise(value))
        for request, row in rows
        for slot, value in row.slots
        if (slot, tuple(value.split())) not in {(item.slot, item.value) for item in request.include}
    ]
    novel = [
        (slot, value) not in {(name, normalise(text)) for example in request.examples for name, text in example.slots}
        for request, slot, value in invented
    ]
    return {
        "accepted": share([isinstance(item, Utterance) for item in parsed]),
        "rejected": {reason: round(count / len(parsed), 3) for reason, count in sorted(reasons.items())},
        "literal_exact": share(given),
        "wildcard_novel": share(novel),
        "wildcard_known": share([(slot, value) in known for _, slot, value in invented]),
        "distinct": share([True] * len({normalise(row.text) for _, row in rows}), len(rows)),
    }


def share(hits: Sequence[bool], total: int | None = None) -> float | None:
    """The share of hits, rounded to three places; None of nothing."""
    count = len(hits) if total is None else total
    return round(sum(hits) / count, 3) if count else None
