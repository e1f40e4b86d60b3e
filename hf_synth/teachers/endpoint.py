"""A teacher behind an OpenAI-compatible server: vLLM, TGI, llama.cpp, `transformers serve`, OpenAI, Hub providers.

Requests are plain posts through the HTTP session of huggingface_hub, not its `AsyncInferenceClient`: that has no
completions route, and rewrites JSON schemas into a form that only some servers take.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import itemgetter
from typing import Any

from hf_synth.errors import ConfigError, check_choice
from hf_synth.generation import Answer, Draw, Prompt, Reject, Sampling, Spent
from hf_synth.seeding import stable_hash
from hf_synth.teachers.address import Address
from hf_synth.teachers.budget import Budget, BudgetSettings, estimate_tokens
from hf_synth.teachers.fault import Fault
from hf_synth.teachers.stream import RequestStream

logger = logging.getLogger(__name__)

ROUTES = {"chat": "/chat/completions", "completions": "/completions"}
FORMS = ("instruction", "text")


@dataclass(frozen=True)
class EndpointSettings:
    """How an endpoint is asked.

    Args:
        route: `chat` or `completions`.
        form: What it reads: `instruction` (the request for models that follow instructions), or `text` (the bare
            prompt, for a served model that was taught it).
        concurrency: Most requests under way at once.
        timeout: Seconds until a request is given up, beside up to 20 for the connection.
        attempts: How often a draw is asked for before it becomes a reject.
        backoff: Seconds before the second attempt, doubled with each further one, less up to half of it at random.
        together: Ask for all draws of a prompt in one request (`n`); servers that answer once are noticed.
        structured: Send the JSON schema of prompts that have one.
        stop: Strings that end a completion.
        extra: Further fields of each request, such as `{top_k: 50}`; null takes one of ours away.
        revision: Revision of the weights, if you know it; it is written into the dataset.

    Raises:
        ConfigError: A value is out of its range.
    """

    route: str = "chat"
    form: str = "instruction"
    concurrency: int = 32
    timeout: float = 120.0
    attempts: int = 6
    backoff: float = 1.0
    together: bool = True
    structured: bool = True
    stop: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    revision: str = ""

    def __post_init__(self) -> None:
        check_choice("teacher.endpoint.route", self.route, ROUTES)
        check_choice("teacher.endpoint.form", self.form, FORMS)
        for name in ("concurrency", "attempts"):
            if getattr(self, name) < 1:
                raise ConfigError(f"teacher.endpoint.{name} must be at least 1, got {getattr(self, name)}")
        for name in ("timeout", "backoff"):
            if getattr(self, name) <= 0:
                raise ConfigError(f"teacher.endpoint.{name} must be above 0 seconds, got {getattr(self, name)}")

    def read(self, prompt: Prompt) -> str:
        """The text that is sent for a prompt."""
        return prompt.instruction if self.form == "instruction" and prompt.instruction else prompt.text

    def identify(self, model: str) -> str:
        """Name a model with all that decides its completions; where the server stands and how fast it is do not."""
        decisive = [self.form, self.structured, list(self.stop), dict(self.extra)]
        usual = ["instruction", True, [], {}]
        told = "" if decisive == usual else f":{stable_hash(decisive)[:8]}"
        return f"{model}{'@' if self.revision else ''}{self.revision}:{self.route}{told}"


@dataclass
class Ask:
    """Draws of one prompt that are asked for in one request.

    Args:
        prompt: What is read.
        draws: Numbers of the draws as they were submitted, with their numbers among the draws of the prompt.
        attempts: Requests made for it so far.
    """

    prompt: Prompt
    draws: list[tuple[int, int]]
    attempts: int = 0


@dataclass
class EndpointTeacher:
    """Ask a model over HTTP.

    Args:
        address: Where it is, with the name of the model.
        settings: How it is asked.
        budget: What it may cost.
    """

    address: Address
    settings: EndpointSettings = field(default_factory=EndpointSettings)
    budget: BudgetSettings = field(default_factory=BudgetSettings)
    _alone: bool = field(default=False, init=False, repr=False)
    _told: bool = field(default=False, init=False, repr=False)

    @property
    def identity(self) -> str:
        """The model, its revision if it was given, and how it is asked."""
        return self.settings.identify(self.address.model)

    @cached_property
    def _key(self) -> str:
        return self.address.read_key()

    @property
    def url(self) -> str:
        """Where requests go."""
        return self.address.url + ROUTES[self.settings.route]

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every request, the key among them."""
        key = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        return {"Content-Type": "application/json", "User-Agent": "hf-synth", **key}

    def redact(self, text: str) -> str:
        """Take the key out of what a server sent."""
        return text.replace(self._key, "***") if self._key else text

    def open(self, sampling: Sampling, spent: Spent) -> RequestStream:
        """Open a line; see `StreamingTeacher`."""
        return RequestStream(self, sampling, Budget(self.budget, spent))

    def generate(self, draws: Sequence[Draw], sampling: Sampling) -> list[Answer]:
        """Answer each draw, in order; a draw that could not be had is a reject."""
        stream, answers = self.open(sampling, Spent()), dict[int, Answer]()
        try:
            stream.submit(list(enumerate(draws)))
            while len(answers) < len(draws):
                answers.update(pair for answered in stream.receive() for pair in answered.answers)
        finally:
            stream.close()
        return [answers[number] for number in range(len(draws))]

    def group(self, draws: Sequence[tuple[int, Draw]]) -> list[Ask]:
        """Put neighbouring draws of one prompt into one request, if the server answers more than once."""
        asks: list[Ask] = []
        for number, draw in draws:
            if asks and asks[-1].prompt == draw.prompt and self.settings.together and not self._alone:
                asks[-1].draws.append((number, draw.number))
            else:
                asks.append(Ask(draw.prompt, [(number, draw.number)]))
        for ask in asks:  # whatever the order in which they were submitted, the first choice is the first draw
            ask.draws.sort(key=itemgetter(1))
        return asks

    def write_body(self, ask: Ask, sampling: Sampling) -> bytes:
        """Write a request."""
        prompt, settings = ask.prompt, self.settings
        text = settings.read(prompt)
        body: dict[str, Any] = {
            "model": self.address.served_model,
            **({"messages": [{"role": "user", "content": text}]} if settings.route == "chat" else {"prompt": text}),
            "max_tokens": sampling.max_new_tokens,
            "temperature": sampling.temperature,
            "top_p": sampling.top_p,
            "seed": int(stable_hash(sampling.seed, prompt.text, ask.draws[0][1])[:7], 16),
        }
        if len(ask.draws) > 1:
            body["n"] = len(ask.draws)
        if settings.stop:
            body["stop"] = list(settings.stop)
        if settings.structured and prompt.schema and settings.route == "chat":
            schema = {"name": "answer", "strict": True, "schema": json.loads(prompt.schema)}
            body["response_format"] = {"type": "json_schema", "json_schema": schema}
        body.update(settings.extra)
        return json.dumps({key: value for key, value in body.items() if value is not None}).encode()

    def estimate(self, ask: Ask, sampling: Sampling) -> Spent:
        """What a request may cost at most, as far as can be told before it is sent."""
        return Spent(1, 0, estimate_tokens(self.settings.read(ask.prompt)), sampling.max_new_tokens * len(ask.draws))

    def read_body(self, content: bytes, ask: Ask, sampling: Sampling) -> tuple[list[Answer], Spent]:
        """Read a response.

        Args:
            content: What the server sent with status 200.
            ask: What was asked.
            sampling: How.

        Returns:
            Answers to the first of the draws, at least one; and what the request cost.

        Raises:
            Fault: It is half an answer, or no JSON of the agreed form.
        """
        try:
            body = json.loads(content)
            choices = [self._read_choice(choice) for choice in body["choices"]][: len(ask.draws)]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise Fault(
                "unreadable_answer", f"{type(error).__name__} in {self.redact(repr(content[:200]))}", lost=True
            ) from None
        if not choices:
            raise Fault("unreadable_answer", "the answer has no choices", lost=True)
        if len(choices) < len(ask.draws):
            self._alone = True
        self._check_structure(ask.prompt, choices)
        usage, most = body.get("usage"), self.estimate(ask, sampling)
        counts = usage if isinstance(usage, dict) else {}
        written = sum(estimate_tokens(choice) for choice in choices if isinstance(choice, str))
        return choices, Spent(
            1,
            0,
            _count(counts.get("prompt_tokens"), most.prompt_tokens),
            _count(counts.get("completion_tokens"), written),
        )

    def _read_choice(self, choice: Mapping[str, Any]) -> Answer:
        text = choice["message"]["content"] if self.settings.route == "chat" else choice["text"]
        ending = choice.get("finish_reason")
        if text is None and ending is None:
            raise KeyError("content")
        if not text and ending == "content_filter":
            return Reject("refused", "", "the server's content filter")
        if not isinstance(text, str | None):
            raise TypeError("content")
        return self.redact(text or "")

    def _check_structure(self, prompt: Prompt, choices: Sequence[Answer]) -> None:
        """Notice a server that ignores the schema it was sent: some do, and say nothing."""
        if self._told or not (self.settings.structured and prompt.schema and self.settings.route == "chat"):
            return
        if any(isinstance(choice, str) and not _is_json(choice) for choice in choices):
            self._told = True
            logger.warning(
                "%s ignores the JSON schema that it is sent: its answers are read as free text", self.address.model
            )


def _count(told: Any, estimated: int) -> int:
    return told if isinstance(told, int) and told >= 0 else estimated


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
