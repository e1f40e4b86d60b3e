"""Spelling noise: the slips of people who type."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.transforms.base import Transform
from hf_synth.transforms.passage import Passage

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


def _neighbours() -> dict[str, str]:
    """Keys that touch each other on a QWERTY keyboard: in the row, and above and below it."""
    found: dict[str, str] = {}
    for number, row in enumerate(_ROWS):
        for at, key in enumerate(row):
            near = row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
            if number:
                near += _ROWS[number - 1][at : at + 2]
            if number < len(_ROWS) - 1:
                near += _ROWS[number + 1][max(at - 1, 0) : at + 1]
            found[key] = near
    return found


NEIGHBOURS = _neighbours()


@dataclass(frozen=True)
class SpellingNoise(Transform):
    """Misspell some words as people do: a neighbouring key, two letters swapped, one dropped or doubled.

    Before: `what is the weather in [city : rome]`. After: `what is teh weathet in [city : rome]`. Words of slots stay,
    unless `in_slots` is set; the tags move with their words.

    Args:
        rate: Probability that a word of at least three letters is misspelt, in (0, 1]; at least one is.
        in_slots: Misspell slot values, too.
        (others): See `Transform`.

    Examples:
        >>> SpellingNoise(rate=0.3, seed=1)({"text": ["what is the weather in rome"]})["text"]
        ['whay is the weather in rome']

    Reference: Belinkov and Bisk 2018, "Synthetic and natural noise both break neural machine translation" (kinds of
    noise; the rates are ours).
    """

    name: ClassVar[str] = "spelling_noise"
    version: ClassVar[int] = 1
    rate: float = 0.15
    in_slots: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < self.rate <= 1:
            raise ConfigError(f"rate must lie in (0, 1], got {self.rate}")

    def change(self, passage: Passage, copy: int) -> Passage | Reject:
        """Misspell words of one passage."""
        places = range(len(passage.tokens)) if self.in_slots else passage.free
        able = [index for index in places if sum(map(str.isalpha, passage.tokens[index])) > 2]
        if not able:
            return Reject("too_short", passage.text, "no word of three letters outside of slots")
        random = self.draw(passage, copy)
        chosen = [index for index in able if random.random() < self.rate] or [random.choice(able)]
        tokens = list(passage.tokens)
        for index in chosen:
            tokens[index] = misspell(tokens[index], random)
        return replace(passage, tokens=tuple(tokens))


def misspell(word: str, random: Random) -> str:
    """Make one slip in a word of at least three letters; the first letter stays.

    Args:
        word: The word; marks around its letters stay.
        random: Source of the draws.

    Returns:
        The word with a neighbouring key, two letters swapped, or one dropped or doubled.

    Examples:
        >>> misspell("weather", Random(3))
        'wetaher'
    """
    letters = [at for at, letter in enumerate(word) if letter.isalpha()][1:]
    at = random.choice(letters)
    kind = random.randrange(4)
    if kind == 0 and word[at].lower() in NEIGHBOURS:
        return word[:at] + random.choice(NEIGHBOURS[word[at].lower()]) + word[at + 1 :]
    if kind == 1 and at + 1 < len(word) and word[at + 1].isalpha() and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 2:
        return word[: at + 1] + word[at:]
    return word[:at] + word[at + 1 :]
