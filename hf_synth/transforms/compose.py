"""Transforms made of transforms: one after the other, one of several, now and then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.seeding import stable_hash
from hf_synth.transforms.base import Transform
from hf_synth.transforms.passage import Passage


def rewrite_once(transform: Transform, passages: Sequence[Passage], seed: int) -> list[Passage | Reject]:
    """The first copy that a transform makes of each passage; the seed tells one turn from another."""
    turn = replace(transform, copies=1, seed=int(stable_hash(transform.seed, seed)[:15], 16))
    outcomes = turn.rewrite(passages) if passages else []
    made = [outcome[0] if outcome else source for outcome, source in zip(outcomes, passages, strict=True)]
    return [
        item if isinstance(item, Reject) or item is source or item.text == source.text else _sign(item, source, turn)
        for item, source in zip(made, passages, strict=True)
    ]


def _sign(made: Passage, source: Passage, transform: Transform) -> Passage:
    """Write down what made a passage, after what made its source; a transform made of others has signed already."""
    if made.method != source.method:
        return made
    return replace(made, method=f"{source.method}+{transform.method}" if source.method else transform.method)


def _check(transforms: Sequence[Transform]) -> None:
    for transform in transforms:
        if not isinstance(transform, Transform):
            raise ConfigError(f"expected transforms, got {type(transform).__name__}")


@dataclass(frozen=True)
class Compose(Transform):
    """Apply several transforms, each to what the one before made.

    Before: `what is the weather in [city : rome]`. After `Compose((SlotResampling(...), SpellingNoise()))`: `what is
    teh weather in [city : oslo]`. A step that refuses a row passes it on as it is.

    Args:
        transforms: At least one; their own `column`, `copies` and `refused` are not used.
        (others): See `Transform`.
    """

    name: ClassVar[str] = "compose"
    version: ClassVar[int] = 1
    transforms: tuple[Transform, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "transforms", tuple(self.transforms))
        _check(self.transforms)
        if not self.transforms:
            raise ConfigError("Compose needs at least one transform")

    def rewrite(self, passages: Sequence[Passage]) -> list[list[Passage | Reject]]:
        """Make the copies of all passages of a batch."""
        made: list[list[Passage | Reject]] = [[] for _ in passages]
        for copy in range(self.copies):
            state = list(passages)
            refusals: list[Reject | None] = [None] * len(state)
            for step, transform in enumerate(self.transforms):
                seed = int(stable_hash(self.seed, copy, step)[:15], 16)
                for index, outcome in enumerate(rewrite_once(transform, state, seed)):
                    if isinstance(outcome, Reject):
                        refusals[index] = outcome
                    else:
                        state[index] = outcome
            for index, passage in enumerate(state):
                refusal = refusals[index] if passage.text == passages[index].text else None
                made[index].append(refusal or passage)
        return made


@dataclass(frozen=True)
class OneOf(Transform):
    """Apply one of several transforms, drawn anew for each copy.

    Before: `play [artist : queen]`. After: what the transform drawn makes of it.

    Args:
        transforms: At least one; their own `column`, `copies` and `refused` are not used.
        weights: Odds of each; equal if left out.
        (others): See `Transform`.
    """

    name: ClassVar[str] = "one_of"
    version: ClassVar[int] = 1
    transforms: tuple[Transform, ...]
    weights: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "transforms", tuple(self.transforms))
        object.__setattr__(self, "weights", tuple(self.weights))
        _check(self.transforms)
        if not self.transforms or (self.weights and len(self.weights) != len(self.transforms)):
            raise ConfigError(f"OneOf got {len(self.transforms)} transforms and {len(self.weights)} weights")
        if self.weights and (min(self.weights) < 0 or not sum(self.weights)):
            raise ConfigError(f"weights must be at least 0 and not all 0, got {self.weights}")

    def rewrite(self, passages: Sequence[Passage]) -> list[list[Passage | Reject]]:
        """Make the copies of all passages of a batch."""
        made: list[list[Passage | Reject]] = [[] for _ in passages]
        for copy in range(self.copies):
            choices = range(len(self.transforms))
            drawn = [self.draw(passage, copy).choices(choices, self.weights or None)[0] for passage in passages]
            outcome: dict[int, Passage | Reject] = {}
            for number, transform in enumerate(self.transforms):
                mine = [index for index, choice in enumerate(drawn) if choice == number]
                seed = int(stable_hash(self.seed, copy)[:15], 16)
                outcome.update(zip(mine, rewrite_once(transform, [passages[i] for i in mine], seed), strict=True))
            for index in range(len(passages)):
                made[index].append(outcome[index])
        return made


@dataclass(frozen=True)
class Sometimes(Transform):
    """Apply a transform to some copies only; a row that is left alone is passed on, for use in `Compose`.

    Before: `play [artist : queen]`. After: what the transform makes of it, or the row as it is.

    Args:
        transform: Its own `column`, `copies` and `refused` are not used.
        probability: Share of copies that it is applied to, in [0, 1].
        (others): See `Transform`.
    """

    name: ClassVar[str] = "sometimes"
    version: ClassVar[int] = 1
    transform: Transform
    probability: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        _check([self.transform])
        if not 0 <= self.probability <= 1:
            raise ConfigError(f"probability must lie in [0, 1], got {self.probability}")

    def rewrite(self, passages: Sequence[Passage]) -> list[list[Passage | Reject]]:
        """Make the copies of all passages of a batch."""
        made: list[list[Passage | Reject]] = [[] for _ in passages]
        for copy in range(self.copies):
            chosen = [i for i, passage in enumerate(passages) if self.draw(passage, copy).random() < self.probability]
            seed = int(stable_hash(self.seed, copy)[:15], 16)
            done = dict(zip(chosen, rewrite_once(self.transform, [passages[i] for i in chosen], seed), strict=True))
            for index, passage in enumerate(passages):
                made[index].append(done.get(index, passage))
        return made
