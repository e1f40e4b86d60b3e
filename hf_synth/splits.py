"""Which human rows train and which test, fixed before anything is generated."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hf_synth.errors import ConfigError, suggest
from hf_synth.schema import Utterance, normalise
from hf_synth.seeding import rng


@dataclass(frozen=True)
class HumanSplits:
    """Human utterances by use.

    Args:
        train: What students train on and teachers are prompted with.
        validation: Held out.
        test: Held out; what scores are computed on.
        targets: Intents that rows are generated for.
        full: All human rows that a ceiling may train on; empty if there is none.
        fold: Intents that share an adapted teacher with the targets; it adapts to none of them.
    """

    train: tuple[Utterance, ...]
    validation: tuple[Utterance, ...]
    test: tuple[Utterance, ...]
    targets: tuple[str, ...]
    full: tuple[Utterance, ...] = ()
    fold: tuple[str, ...] = ()

    @property
    def starters(self) -> dict[str, list[Utterance]]:
        """The training utterances of each target."""
        return {target: [row for row in self.train if row.intent == target] for target in self.targets}

    @property
    def held_out(self) -> tuple[Utterance, ...]:
        """The utterances of validation and test."""
        return (*self.validation, *self.test)

    @property
    def others(self) -> list[Utterance]:
        """The training utterances of all other intents."""
        return [row for row in self.train if row.intent not in self.targets]

    @property
    def adaptable(self) -> list[Utterance]:
        """The training utterances that a teacher may adapt to: of no target, and of no intent of the targets' fold."""
        return [row for row in self.others if row.intent not in self.fold]


def without_overlap(utterances: Iterable[Utterance], held_out: Iterable[Utterance]) -> list[Utterance]:
    """Leave out utterances whose text (case and spaces folded) stands in held-out rows or came before.

    Args:
        utterances: Utterances to choose from.
        held_out: Rows whose texts must not be among them.

    Returns:
        What is left, in order; no text occurs twice.

    Examples:
        >>> rows = [Utterance((word,), (), "greet") for word in ("hi", "Hi", "hey")]
        >>> [row.text for row in without_overlap(rows, rows[2:])]
        ['hi']
    """
    seen = {normalise(utterance.text) for utterance in held_out}
    kept: list[Utterance] = []
    for utterance in utterances:
        text = normalise(utterance.text)
        if text not in seen:
            kept.append(utterance)
            seen.add(text)
    return kept


def choose_targets(train: Sequence[Utterance], wanted: Sequence[str]) -> tuple[str, ...]:
    """The intents to generate for: those wanted, each once, or all there are.

    Args:
        train: Seeds.
        wanted: Intent names; all intents of the seeds if empty.

    Returns:
        Intent names, in the order wanted, else sorted.

    Raises:
        ConfigError: A wanted intent is the intent of no seed.

    Examples:
        >>> choose_targets([Utterance(("hi",), (), "greet")], [])
        ('greet',)
    """
    present = sorted({utterance.intent for utterance in train})
    for target in wanted:
        if target not in present:
            raise ConfigError(f"target {target!r} is the intent of no seed", hint=suggest(target, present))
    return tuple(dict.fromkeys(wanted)) or tuple(present)


def draw_low_resource(
    pool: Sequence[Utterance],
    validation: Sequence[Utterance],
    test: Sequence[Utterance],
    targets: Sequence[str],
    per_intent: int,
    draw: int,
) -> HumanSplits:
    """Keep a few rows of every intent.

    Args:
        pool: All human training rows; those that stand in validation or test are left out first.
        validation: Held-out rows.
        test: Held-out rows.
        targets: Intents to make rows for; all if empty.
        per_intent: Rows of each intent to keep.
        draw: Which draw of them.

    Returns:
        The rows by use; the ceiling's rows are all that the pool has.

    Raises:
        ConfigError: An intent has too few rows, or a target has none.
    """
    full = without_overlap(pool, (*validation, *test))
    groups: dict[str, list[int]] = defaultdict(list)
    for index, utterance in enumerate(full):
        groups[utterance.intent].append(index)
    chosen: list[int] = []
    for intent, rows in sorted(groups.items()):
        if len(rows) < per_intent:
            raise ConfigError(f"intent {intent!r} has {len(rows)} rows, {per_intent} wanted")
        chosen.extend(rows[place] for place in rng(draw, "low_resource", intent).permutation(len(rows))[:per_intent])
    train = [full[index] for index in sorted(chosen)]
    return HumanSplits(tuple(train), tuple(validation), tuple(test), choose_targets(train, targets), tuple(full))


def draw_new_intent(
    pool: Sequence[Utterance],
    validation: Sequence[Utterance],
    test: Sequence[Utterance],
    target: str,
    starters: int,
    background: int,
    draw: int,
    fold: Sequence[str] = (),
) -> HumanSplits:
    """Make one intent new: keep a few rows of it, and up to `background` rows of every other.

    The background is the same for every draw; only the starters change, so that a teacher is adapted once per intent.

    Args:
        pool: All human training rows; those that stand in validation or test are left out first.
        validation: Held-out rows.
        test: Held-out rows.
        target: The intent to make new.
        starters: Rows of the target to keep.
        background: Rows of every other intent to keep, and of the target in `full`.
        draw: Which draw of starters.
        fold: Intents that share an adapted teacher with the target.

    Returns:
        The rows by use, with the target as the only one in `targets` and the ceiling's rows in `full`.

    Raises:
        ConfigError: The target has too few rows.
    """
    groups: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in without_overlap(pool, (*validation, *test)):
        groups[utterance.intent].append(utterance)
    if target not in groups:
        raise ConfigError(f"no training row has intent {target!r}", hint=suggest(target, groups))
    if len(groups[target]) < starters:
        raise ConfigError(f"intent {target!r} has {len(groups[target])} rows, {starters} starters wanted")
    full = {
        intent: [rows[index] for index in sorted(rng(0, "background", intent).permutation(len(rows))[:background])]
        for intent, rows in sorted(groups.items())
    }
    order = rng(draw, "starters", target).permutation(len(groups[target]))[:starters]
    chosen = [groups[target][index] for index in sorted(order)]
    train = [row for intent, rows in full.items() for row in (chosen if intent == target else rows)]
    everything = [row for rows in full.values() for row in rows]
    return HumanSplits(tuple(train), tuple(validation), tuple(test), (target,), tuple(everything), tuple(fold))
