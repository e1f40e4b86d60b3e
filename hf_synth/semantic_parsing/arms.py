"""The training set of each arm of a comparison of parsers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from hf_synth.filters.base import Filter, apply_filters, fit_filters
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.generation import Reject
from hf_synth.mixing import check_ratio, count_allowed, take_turns
from hf_synth.parses.swapping import resample_row
from hf_synth.schema import Provenance, Row, Utterance, normalise
from hf_synth.seeding import rng
from hf_synth.semantic_parsing.recipe import GRAMMAR, RESAMPLED, STRATEGIES, WRITTEN
from hf_synth.splits import HumanSplits

METHODS = {RESAMPLED: "slot_resampling@1", GRAMMAR: "grammar"}
ATTEMPTS = 10


def resample_parses(
    human: Sequence[Utterance], values: Mapping[str, Sequence[str]], count: int, draw: int
) -> tuple[list[Row], dict[str, int]]:
    """Copy human rows with other slot values, in text and parse alike, without a teacher.

    Args:
        human: Rows to copy.
        values: Values by label.
        count: Copies wanted.
        draw: Seed.

    Returns:
        Copies with different texts, and how many were `requested`, `made`, and refused for each reason.
    """
    made: list[Row] = []
    seen = {normalise(row.text) for row in human}
    counts: Counter[str] = Counter({"requested": count})
    for attempt in range(count * ATTEMPTS):
        if len(made) == count:
            break
        seed = human[attempt % len(human)]
        copy = resample_row(seed, values, rng(draw, RESAMPLED, attempt))
        if isinstance(copy, Reject):
            counts[copy.reason] += 1
        elif (text := normalise(copy.text)) in seen:
            counts["duplicate"] += 1
        else:
            seen.add(text)
            made.append(Row(copy, Provenance("augmented", METHODS[RESAMPLED], "", (seed.seed_id,))))
    return made, {**counts, "made": len(made)}


def draw_grammar(rows: Sequence[Utterance], count: int, draw: int) -> list[Row]:
    """Draw rows that a grammar made, each text once.

    Args:
        rows: All there are.
        count: How many.
        draw: Seed.

    Returns:
        Made rows; fewer if there are not so many.
    """
    distinct = list({normalise(row.text): row for row in rows}.values())
    order = rng(draw, GRAMMAR).permutation(len(distinct))[:count]
    made = Provenance("synthetic", METHODS[GRAMMAR])
    return [Row(replace(distinct[index], seed_id=""), made) for index in order]


def select_written(arm: str, train: Sequence[Row], rows: int) -> list[Row]:
    """The rows of a dataset that an arm trains on.

    Args:
        arm: `clasp`, or that of one strategy.
        train: The training split: human rows, and those of all strategies.
        rows: Made rows of one strategy in one language.

    Returns:
        Made rows: those of the strategy, or as many of all strategies in turn, in each language.
    """
    groups: dict[str, dict[str, list[Row]]] = {}
    for row in train:
        method = row.provenance.method.partition("@")[0]
        if method in STRATEGIES:
            groups.setdefault(row.utterance.locale, {}).setdefault(method, []).append(row)
    selected: list[Row] = []
    for _, found in sorted(groups.items()):
        ways = [found[name] for name in sorted(found)] if arm == WRITTEN else [found.get(arm, [])]
        selected += take_turns(ways, rows)
    return selected


def join_rows(
    human: HumanSplits, made: Sequence[Row], mixing: str, human_share: float, filters: Sequence[Filter] = ()
) -> tuple[list[Row], dict[str, int]]:
    """Join human rows and made ones.

    Args:
        human: The human rows by use.
        made: Made rows, the best first.
        mixing: How many of them may join (see `count_allowed`).
        human_share: The share of the human rows, by repeating them; 0 has each once.
        filters: What made rows must pass, fitted here; texts of held-out rows are dropped in any case.

    Returns:
        Rows to train on, and how many made rows each reason refused.

    Raises:
        ConfigError: There would be a hundred made rows or more for each human one.
    """
    known = [Row.human(row) for row in human.train]
    held_out = [Row.human(row) for row in human.held_out]
    fitted = (*fit_filters(filters, known, held_out), HeldOutFilter.from_utterances(human.held_out))
    kept, rejects = apply_filters(fitted, made, known)
    counts = Counter(reject.reason for reject in rejects)
    limit = count_allowed(mixing, len(known))
    if limit is not None and len(kept) > limit:
        counts["surplus"] = len(kept) - limit
        kept = kept[:limit]
    check_ratio(len(known), len(kept))
    copies = max(1, round(human_share / (1 - human_share) * len(kept) / len(known))) if known else 1
    return [*known * copies, *kept], dict(counts)
