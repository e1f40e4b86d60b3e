"""A teacher that says what it is told: for tests, demonstrations and replaying completions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hf_synth.generation import Draw, Sampling
from hf_synth.seeding import rng, stable_hash


@dataclass
class ScriptedTeacher:
    """Answer from a script.

    Args:
        script: Prompt text to completions (draw n gets completion n, modulo), or a function of draw and sampling.
        name: Part of the identity.
        log: If given, each prompt asked is appended to this file, one line a call of a draw: a counter that outlives
            the process.

    Examples:
        >>> from hf_synth.generation import Prompt
        >>> ScriptedTeacher({"hi": ["hello", "hey"]}).generate([Draw(Prompt("hi"), 1)], Sampling())
        ['hey']
    """

    script: Mapping[str, Sequence[str]] | Callable[[Draw, Sampling], str]
    name: str = "scripted"
    log: Path | None = field(default=None, repr=False)

    @property
    def identity(self) -> str:
        """The name, and the script's hash if it is a table."""
        table = self.script if isinstance(self.script, Mapping) else None
        return (
            self.name if table is None else f"{self.name}:{stable_hash({k: list(v) for k, v in table.items()})[:12]}"
        )

    def generate(self, draws: Sequence[Draw], sampling: Sampling) -> list[str]:
        """Answer each draw; an unknown prompt gets an empty completion."""
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as handle:
                handle.writelines(f"{stable_hash(draw.prompt.text)[:16]} {draw.number}\n" for draw in draws)
        if isinstance(self.script, Mapping):
            return [self._look_up(self.script, draw) for draw in draws]
        return [self.script(draw, sampling) for draw in draws]

    @staticmethod
    def _look_up(script: Mapping[str, Sequence[str]], draw: Draw) -> str:
        completions = script.get(draw.prompt.text, ())
        return completions[draw.number % len(completions)] if completions else ""


_CARRIERS = ("please", "could you", "i want", "i need", "now", "for me", "today", "again", "quickly", "right away")


def echo_slots(draw: Draw, sampling: Sampling) -> str:
    """A script that writes what is owed between stock words: always well-formed, never clever.

    Args:
        draw: What is asked; its prompt's owed slots are written, in order. For a prompt with a schema, ten texts are
            written in an object with one list.
        sampling: Only its seed is used.

    Returns:
        A completion; equal draws give equal ones.

    Examples:
        >>> from hf_synth.generation import OwedSlot, Prompt
        >>> "[1 rome ]" in echo_slots(Draw(Prompt("x", (OwedSlot(1, ("rome",)),))), Sampling())
        True
    """
    generator = rng(sampling.seed, draw.prompt.text, draw.number)
    if draw.prompt.schema:
        (name,) = json.loads(draw.prompt.schema)["properties"]
        picks = generator.integers(0, len(_CARRIERS), (10, 4))
        return json.dumps({name: [" ".join(_CARRIERS[index] for index in pick) for pick in picks]})
    words = [_CARRIERS[index] for index in generator.integers(0, len(_CARRIERS), 3)]
    for slot in draw.prompt.owed or ():
        value = ("thing", str(int(generator.integers(100)))) if slot.value is None else slot.value
        words.extend([f"[{slot.number} {' '.join(value)} ]", _CARRIERS[int(generator.integers(len(_CARRIERS)))]])
    return " ".join(words)
