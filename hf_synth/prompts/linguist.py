"""The LINGUIST prompt: five blocks that ask for one annotated utterance.

The blocks and their order (language, intent, slots to include, slot numbers, up to ten examples), the bracketed and
numbered slots and the `*` wildcard follow Rosenbaum et al., "LINGUIST", COLING 2022 (arXiv 2209.09900). The exact text
between them, the escapes and the reject reasons are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hf_synth.errors import ConfigError
from hf_synth.generation import OwedSlot, Prompt, Reject
from hf_synth.prompts.languages import language_name
from hf_synth.prompts.markup import (
    WILDCARD,
    MarkupError,
    NumberedSpan,
    escape,
    read_utterance,
    write_span,
    write_utterance,
)
from hf_synth.schema import Span, Utterance, label_words, normalise

MAX_EXAMPLES = 10


@dataclass(frozen=True)
class Included:
    """A slot that the utterance must hold.

    Args:
        slot: Slot name.
        value: Its words, to appear verbatim; None asks the teacher to invent a value.
    """

    slot: str
    value: tuple[str, ...] | None = None


@dataclass(frozen=True)
class LinguistRequest:
    """What one LINGUIST prompt asks for.

    Args:
        intent: Intent name, in any case style (`GetWeather`, `get_weather`).
        locale: Language of the output, as a locale or a name.
        include: Slots of the output, in the order they are listed.
        examples: At most ten utterances of the intent; none for zero-shot.
        numbering: Slot names; the slot at position i has number i + 1. It covers every slot of `include` and
            `examples` and may list more.
        ordered: The slots are to come in the order of `include`; teachers that can constrain their decoding obey.

    Raises:
        ConfigError: Too many examples, a repeated slot in `numbering`, or a slot without a number.
    """

    intent: str
    locale: str
    include: tuple[Included, ...]
    examples: tuple[Utterance, ...]
    numbering: tuple[str, ...]
    ordered: bool = False

    def __post_init__(self) -> None:
        if len(self.examples) > MAX_EXAMPLES:
            raise ConfigError(f"a prompt takes at most {MAX_EXAMPLES} examples, got {len(self.examples)}")
        if len(set(self.numbering)) != len(self.numbering):
            raise ConfigError(f"a slot is numbered twice in {self.numbering}")
        missing = slots_in_use(self.include, self.examples) - set(self.numbering)
        if missing:
            raise ConfigError(f"no number for slots {sorted(missing)}; numbered are {sorted(self.numbering)}")

    @property
    def numbers(self) -> dict[str, int]:
        """Slot name to number."""
        return {slot: position + 1 for position, slot in enumerate(self.numbering)}


def slots_in_use(include: Iterable[Included], examples: Iterable[Utterance]) -> set[str]:
    """The slot names that a prompt must number."""
    return {item.slot for item in include} | {span.slot for example in examples for span in example.spans}


def number_slots(slots: Iterable[str], generator: np.random.Generator) -> tuple[str, ...]:
    """Order slot names at random, so that a number never comes to mean one slot."""
    names = sorted(set(slots))
    return tuple(names[index] for index in generator.permutation(len(names)))


@dataclass(frozen=True)
class LinguistPrompt:
    """Render requests as prompts, and parse completions as rows or rejects.

    Before: `LinguistRequest(intent="GetWeather", include=(Included("city", ("dallas",)), Included("day")), ...)`.
    After: `how hot is it in [1 dallas ] this [2 saturday ]` is read as an `Utterance` with two spans.

    Examples:
        >>> request = LinguistRequest("GetWeather", "en-US", (Included("city", ("rome",)), Included("day")), (),
        ...     ("day", "city"))
        >>> prompt = LinguistPrompt()
        >>> print(prompt.render(request).text)
        <language> English </language> <intent> get weather </intent> <include> [2 rome ] , [1 * ] </include> \
<labels> [1 = day ] , [2 = city ] </labels> <examples> </examples>
        >>> prompt.parse("rain in [2 rome ] on [1 monday ]", request).slots
        (('city', 'rome'), ('day', 'monday'))
        >>> prompt.parse("rain in [2 paris ] on [1 monday ]", request).reason
        'literal_mismatch'

    Reference: Rosenbaum et al. 2022, LINGUIST (prompt blocks and slot markup).
    """

    name: ClassVar[str] = "linguist"
    version: ClassVar[int] = 1

    def render(self, request: LinguistRequest) -> Prompt:
        """Write a request as a prompt, with the grammar of its completions and an instruction for chat models."""
        numbers, language = request.numbers, language_name(request.locale)
        included = [write_included(item, numbers[item.slot]) for item in request.include]
        labels = [f"[{number} = {escape_words(label_words(slot))} ]" for slot, number in numbers.items()]
        examples = [write_utterance(example, numbers) for example in request.examples]
        text = " ".join(
            part
            for block, content in (
                ("language", language),
                ("intent", escape_words(label_words(request.intent))),
                ("include", " , ".join(included)),
                ("labels", " , ".join(labels)),
                ("examples", " <br> ".join(examples)),
            )
            for part in (f"<{block}>", content, f"</{block}>")
            if part
        )
        owed = tuple(
            OwedSlot(numbers[item.slot], None if item.value is None else tuple(map(escape, item.value)))
            for item in request.include
        )
        carriers = {
            escape(token)
            for example in request.examples
            if language_name(example.locale) == language
            for token, tag in zip(example.tokens, example.slot_tags, strict=True)
            if tag == "O"
        }
        return Prompt(text, owed, _INSTRUCTION.format(prompt=text), tuple(sorted(carriers)), request.ordered)

    def render_target(self, utterance: Utterance, request: LinguistRequest) -> str:
        """Write the completion that a perfect teacher would give: what a teacher is trained on."""
        return write_utterance(utterance, request.numbers)

    def parse(self, completion: str, request: LinguistRequest) -> Utterance | Reject:
        """Read a completion.

        Args:
            completion: What the teacher wrote.
            request: What it was asked for.

        Returns:
            The utterance, or a `Reject` whose reason is the first that holds of: `malformed` (grammar),
            `unknown_number`, `literal_mismatch` (a given value missing, altered or under another number),
            `wildcard_unfilled`, `extra_slot`, `copied_example`.
        """
        try:
            tokens, spans = read_utterance(completion)
        except MarkupError as error:
            return Reject("malformed", completion, str(error))
        for span in spans:
            if not 1 <= span.number <= len(request.numbering):
                return Reject("unknown_number", completion, f"no slot has number {span.number}")
        problem = self._check_slots(spans, request)
        if problem:
            return Reject(problem[0], completion, problem[1])
        labelled = tuple(Span(span.start, span.end, request.numbering[span.number - 1]) for span in spans)
        utterance = Utterance(tokens, labelled, request.intent, request.locale)
        if normalise(utterance.text) in {normalise(example.text) for example in request.examples}:
            return Reject("copied_example", completion, "the text is that of an example in the prompt")
        return utterance

    def _check_slots(self, spans: Sequence[NumberedSpan], request: LinguistRequest) -> tuple[str, str] | None:
        """Compare the slots of a completion with those asked for; None if they agree."""
        numbers = request.numbers
        written = Counter((span.number, span.value) for span in spans if not span.wildcard)
        for item in request.include:
            if item.value is None:
                continue
            key = (numbers[item.slot], item.value)
            if not written[key]:
                return "literal_mismatch", f"{write_included(item, key[0])} is missing"
            written[key] -= 1
        left = Counter(number for number, _ in written.elements())
        for item in request.include:
            number = numbers[item.slot]
            if item.value is None and not left[number]:
                return "wildcard_unfilled", f"slot {number} ({item.slot}) has no invented value"
            left[number] -= item.value is None
        extra = sorted(left.elements()) + [span.number for span in spans if span.wildcard]
        return ("extra_slot", f"slots {extra} were not asked for") if extra else None


def write_included(item: Included, number: int) -> str:
    """Write an item of the include block."""
    return f"[{number} {WILDCARD} ]" if item.value is None else write_span(number, item.value)


def escape_words(text: str) -> str:
    """Escape each word of a text."""
    return " ".join(map(escape, text.split()))


_INSTRUCTION = """\
You write training data for a voice assistant. Below is a request in five blocks: the language, the intent, the slots \
to include, the meaning of the slot numbers, and example utterances.

Write ONE new utterance of the intent in that language. Write each slot as [number value ]. Use every item of \
<include> exactly once and no other slot: a given value word for word, and an invented suitable value for *. Do not \
repeat an example. Answer with the utterance alone.

Request:
<language> English </language> <intent> get weather </intent> <include> [1 dallas ] , [2 * ] </include> <labels> \
[1 = city ] , [2 = day of week ] </labels> <examples> what is the weather in [1 boston ] on [2 monday ] <br> will it \
rain [2 tomorrow ] in [1 new york ] </examples>
Answer:
how hot is it in [1 dallas ] this [2 saturday ]

Request:
<language> German </language> <intent> play music </intent> <include> [2 * ] </include> <labels> [1 = genre ] , \
[2 = artist ] </labels> <examples> play some [1 jazz ] by [2 miles davis ] </examples>
Answer:
spiel etwas von [2 nina hagen ]

Request:
{prompt}
Answer:
"""
