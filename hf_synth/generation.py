"""The records that pass between prompts and teachers: prompt, sampling, completion, reject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, runtime_checkable

from hf_synth.errors import ConfigError


@dataclass(frozen=True)
class OwedSlot:
    """A slot that a completion must hold exactly once.

    Args:
        number: The slot's number in its prompt, from 1.
        value: The tokens that must appear verbatim, in their escaped form; None if the teacher invents them.
    """

    number: int
    value: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Prompt:
    """What a teacher reads.

    Args:
        text: The prompt.
        owed: The slots that a completion must hold, for teachers that can constrain their decoding; None if the
            prompt has no bracket grammar.
        instruction: The same request as an instruction for chat models; empty if the prompt has none.
        carriers: Words that the examples use outside of slots, for teachers that can favour them.
        ordered: What is owed comes in the order of `owed`, for teachers that can constrain their decoding.
    """

    text: str
    owed: tuple[OwedSlot, ...] | None = None
    instruction: str = ""
    carriers: tuple[str, ...] = ()
    ordered: bool = False


@dataclass(frozen=True)
class Sampling:
    """How a teacher draws its completions.

    Args:
        temperature: Above 0; lower is safer.
        top_k: Candidates kept at each step, at least 1.
        top_p: Probability mass kept, in (0, 1].
        max_new_tokens: Longest completion, in tokens of the teacher.
        constrained: Follow the prompt's bracket grammar where the teacher can.
        carrier_bias: What words lose in score, outside of slots, that no example uses there; at least 0. It keeps a
            small teacher from falling into the wording of intents it was trained on (our addition).
        best_of: Candidates behind each constrained completion, at least 1; the one that the grammar had to bend least
            is kept (our addition).
        seed: Seed of the draws.

    Raises:
        ConfigError: A value is out of its range.
    """

    temperature: float = 0.7
    top_k: int = 50
    top_p: float = 0.95
    max_new_tokens: int = 48
    constrained: bool = True
    carrier_bias: float = 0.0
    best_of: int = 1
    seed: int = 0

    def __post_init__(self) -> None:
        for name, good, wanted in (
            ("temperature", self.temperature > 0, "above 0"),
            ("top_k", self.top_k >= 1, "at least 1"),
            ("top_p", 0 < self.top_p <= 1, "in (0, 1]"),
            ("max_new_tokens", self.max_new_tokens >= 1, "at least 1"),
            ("carrier_bias", self.carrier_bias >= 0, "at least 0"),
            ("best_of", self.best_of >= 1, "at least 1"),
        ):
            if not good:
                raise ConfigError(f"sampling.{name} must be {wanted}, got {getattr(self, name)}")

    def to_dict(self) -> dict[str, Any]:
        """All settings, for manifests and journal keys."""
        return asdict(self)


@dataclass(frozen=True)
class Draw:
    """One completion asked of a teacher: a prompt, and which of its draws this is (from 0)."""

    prompt: Prompt
    number: int = 0


@dataclass(frozen=True)
class Reject:
    """A completion or row that was not kept.

    Args:
        reason: A short, countable name.
        text: What was rejected.
        detail: What was expected and what came.
        score: The figure the decision was made on, if there was one.
    """

    reason: str
    text: str
    detail: str = ""
    score: float | None = None


@runtime_checkable
class Teacher(Protocol):
    """The model that writes.

    `identity` names the weights, their revision and number format: equal identities write equal completions.
    """

    @property
    def identity(self) -> str:
        """Name, revision and number format of the weights."""
        ...

    def generate(self, draws: Sequence[Draw], sampling: Sampling) -> list[str]:
        """Write one completion for each draw, in order."""
        ...
