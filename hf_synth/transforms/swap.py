"""Random swap, one of the four operations of EDA."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.transforms.base import Transform
from hf_synth.transforms.passage import Passage


@dataclass(frozen=True)
class RandomSwap(Transform):
    """Swap pairs of words; slot values stay where they are.

    Before: `will it rain in [city : rome]`. After: `in it rain will [city : rome]`. A baseline: it disregards grammar.

    Args:
        swaps: Pairs to swap, at least 1.
        (others): See `Transform`.

    Examples:
        >>> RandomSwap()({"text": ["will it rain in rome"]})["text"]
        ['will in rain it rome']

    Reference: Wei and Zou 2019, EDA (random swap).
    """

    name: ClassVar[str] = "random_swap"
    version: ClassVar[int] = 1
    swaps: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.swaps < 1:
            raise ConfigError(f"swaps must be at least 1, got {self.swaps}")

    def change(self, passage: Passage, copy: int) -> Passage | Reject:
        """Swap words of one passage."""
        free = passage.free
        if len({passage.tokens[index] for index in free}) < 2:
            return Reject("too_short", passage.text, "there are no two different words outside of slots")
        random = self.draw(passage, copy)
        tokens = list(passage.tokens)
        for _ in range(self.swaps):
            one, other = random.sample(free, 2)
            tokens[one], tokens[other] = tokens[other], tokens[one]
        return replace(passage, tokens=tuple(tokens))
