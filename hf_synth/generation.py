"""The records that pass between prompts and teachers: prompt, sampling, completion, reject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeAlias, runtime_checkable

from hf_synth.errors import check_values


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
        schema: JSON schema of the completion, as JSON, for teachers that can be held to one; empty if it is no JSON.
    """

    text: str
    owed: tuple[OwedSlot, ...] | None = None
    instruction: str = ""
    carriers: tuple[str, ...] = ()
    ordered: bool = False
    schema: str = ""


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
        rules = (
            ("temperature", self.temperature > 0, "above 0"),
            ("top_k", self.top_k >= 1, "at least 1"),
            ("top_p", 0 < self.top_p <= 1, "in (0, 1]"),
            ("max_new_tokens", self.max_new_tokens >= 1, "at least 1"),
            ("carrier_bias", self.carrier_bias >= 0, "at least 0"),
            ("best_of", self.best_of >= 1, "at least 1"),
        )
        check_values("sampling", self, rules)

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


Answer: TypeAlias = str | Reject
"""A completion, or why there is none."""


@dataclass(frozen=True)
class Spent:
    """What requests to a teacher have cost.

    Args:
        requests: Requests made, the failed ones among them.
        failed: Requests that brought no completion.
        prompt_tokens: Tokens read, as the server counts them; estimated where it does not say.
        completion_tokens: Tokens written, likewise.

    Examples:
        >>> Spent(2, 1, 30) + Spent(1, 0, 10, 5)
        Spent(requests=3, failed=1, prompt_tokens=40, completion_tokens=5)
    """

    requests: int = 0
    failed: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def __add__(self, other: Spent) -> Spent:
        """Add up."""
        return Spent(
            self.requests + other.requests,
            self.failed + other.failed,
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
        )


@dataclass(frozen=True)
class Answered:
    """What one request brought.

    Args:
        answers: Numbers of draws, as they were submitted, with their answers; none if the request is to be repeated.
        spent: What the request cost.
    """

    answers: tuple[tuple[int, Answer], ...]
    spent: Spent


@runtime_checkable
class Teacher(Protocol):
    """The model that writes.

    `identity` names the weights, their revision and number format: equal identities write equal completions.
    """

    @property
    def identity(self) -> str:
        """Name, revision and number format of the weights."""
        ...

    def generate(self, draws: Sequence[Draw], sampling: Sampling) -> Sequence[Answer]:
        """Answer each draw, in order."""
        ...


class Stream(Protocol):
    """An open line to a teacher that answers many draws at once, each when it is ready."""

    def submit(self, draws: Sequence[tuple[int, Draw]]) -> None:
        """Ask for draws, each with a number of the caller's; returns at once."""
        ...

    def receive(self) -> list[Answered]:
        """Wait for at least one request to end, and return all that have ended shortly after."""
        ...

    def close(self) -> None:
        """Give up what is under way; `receive` then returns what had ended, and raises after that."""
        ...


@runtime_checkable
class StreamingTeacher(Teacher, Protocol):
    """A teacher that is asked by requests, many at a time."""

    def open(self, sampling: Sampling, spent: Spent) -> Stream:
        """Open a line; `spent` is what earlier requests have cost."""
        ...
