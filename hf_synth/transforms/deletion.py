"""Random deletion, one of the four operations of EDA."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.transforms.base import Transform
from hf_synth.transforms.passage import Passage


@dataclass(frozen=True)
class RandomDeletion(Transform):
    """Leave out some words; slot values stay whole.

    Before: `will it rain in [city : rome] today`. After: `will rain in [city : rome] today`. A baseline: the words it
    drops are chosen blindly.

    Args:
        rate: Probability that a word goes, in (0, 1]; at least one goes and one stays.
        (others): See `Transform`.

    Examples:
        >>> RandomDeletion(rate=0.2)({"text": ["will it rain in rome today"]})["text"]
        ['will rain in rome today']

    Reference: Wei and Zou 2019, EDA (random deletion).
    """

    name: ClassVar[str] = "random_deletion"
    version: ClassVar[int] = 1
    rate: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.rate <= 1:
            raise ConfigError(f"rate must lie in (0, 1], got {self.rate}")

    def change(self, passage: Passage, copy: int) -> Passage | Reject:
        """Leave out words of one passage."""
        free = passage.free
        if not free or len(passage.tokens) < 2:
            return Reject("too_short", passage.text, "no word can go")
        random = self.draw(passage, copy)
        gone = [index for index in free if random.random() < self.rate] or [random.choice(free)]
        if len(gone) == len(passage.tokens):
            gone.remove(random.choice(gone))
        return passage.replace_words(dict.fromkeys(gone, ()))
