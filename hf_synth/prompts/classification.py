"""The classification prompt: some texts of one class, each in a way of its own.

Class name with description, up to ten seeds, and instructions on how the texts are to differ (formal or informal,
short or long, clear or ambiguous, with typos, abbreviations, one word, polite, angry, borderline) follow the
augmentation guide; the wording is ours.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from hf_synth.errors import ConfigError, check_choice
from hf_synth.generation import Prompt, Reject
from hf_synth.prompts.languages import language_name
from hf_synth.prompts.linguist import MAX_EXAMPLES
from hf_synth.prompts.text_list import read_list
from hf_synth.schema import label_words, normalise

STYLES = {
    "formal": "formal: complete sentences and careful words, as in a letter",
    "informal": "informal: relaxed, as people write to a friend",
    "short": "very short: two to five words, not always a sentence",
    "long": "long: two or three sentences that tell something about the situation",
    "clear": "clear: it says exactly what it is about, with details",
    "ambiguous": "indirect: the class can only be inferred, no word names it",
    "typos": "with typing mistakes: letters swapped, missing or doubled",
    "abbreviations": "with abbreviations and shortened words, as people type on a phone",
    "one_word": "a single word",
    "polite": "very polite",
    "angry": "angry or impatient",
    "borderline": "borderline: close to another class, but a careful reader would still choose this one",
}
SCHEMA = json.dumps(
    {
        "type": "object",
        "properties": {"texts": {"type": "array", "items": {"type": "string"}}},
        "required": ["texts"],
        "additionalProperties": False,
    }
)


@dataclass(frozen=True)
class ClassificationRequest:
    """What one prompt asks for.

    Args:
        label: Name of the class, in any case style (`card_arrival`).
        description: What the class means; empty if its name says it.
        locale: Language of the texts, as a locale or a name.
        examples: At most ten texts of the class, in any language; none for a cold start.
        count: Texts wanted in one answer, at least 1.
        styles: Names from `STYLES`: how some of the texts are to be written, at most `count` of them.
        other_labels: Names and descriptions of classes that the texts must not fit.
        genre: What the texts are, such as `messages to the support of a bank`; empty leaves it to the teacher.

    Raises:
        ConfigError: Too many examples or styles, a style that does not exist, no name, or no text is wanted.
    """

    label: str
    description: str = ""
    locale: str = "en-US"
    examples: tuple[str, ...] = ()
    count: int = 10
    styles: tuple[str, ...] = ()
    other_labels: Mapping[str, str] = field(default_factory=dict)
    genre: str = ""

    def __post_init__(self) -> None:
        if not self.label.strip():
            raise ConfigError("a class needs a name", hint="Name each class in words that say what it means.")
        if len(self.examples) > MAX_EXAMPLES:
            raise ConfigError(f"a prompt takes at most {MAX_EXAMPLES} examples, got {len(self.examples)}")
        if self.count < 1:
            raise ConfigError(f"a prompt asks for at least 1 text, got {self.count}")
        for style in self.styles:
            check_choice("styles", style, STYLES)
        if len(self.styles) > self.count:
            raise ConfigError(f"{len(self.styles)} styles for {self.count} texts", hint="Ask for more texts.")


class ClassificationPrompt:
    """Ask a teacher for texts of one class, and read its list.

    Before: `ClassificationRequest("card_arrival", "the customer waits for a card", count=2)`.
    After: `["where is my card?", "card still not here"]`.

    Examples:
        >>> request = ClassificationRequest("late", "a train is late", "de-DE", ("der zug steht",), 2, ("typos",),
        ...     {"lost_ticket": "a ticket is lost"})
        >>> print(ClassificationPrompt().render(request).text)
        You write training data for a text classifier: texts, as different real people would write them.
        <BLANKLINE>
        Class: late
        Meaning: a train is late
        <BLANKLINE>
        Other classes, which no text may fit better:
        - lost ticket: a ticket is lost
        <BLANKLINE>
        Examples of the class; do not copy, translate or slightly change them:
        - "der zug steht"
        <BLANKLINE>
        Write 2 new texts in German, of the class "late". No two may begin alike or say the same thing; vary wording, \
length, details and situation. Among them, at least one of each kind:
        - with typing mistakes: letters swapped, missing or doubled
        <BLANKLINE>
        Write the texts only: no class names before them, no numbering, no comments. Answer with JSON alone, an \
object with one list of 2 strings: {"texts": ["...", "..."]}
        >>> ClassificationPrompt().parse('{"texts": ["Wo bleibt er?", "wann komt der zug entlich"]}', request)
        ['Wo bleibt er?', 'wann komt der zug entlich']

    Reference: the augmentation guide (class-conditioned generation with diversity instructions).
    """

    name: ClassVar[str] = "classification"
    version: ClassVar[int] = 1

    def render(self, request: ClassificationRequest) -> Prompt:
        """Write a request as a prompt, the same for models with and without a chat form.

        Args:
            request: What is asked for.

        Returns:
            The prompt. Its schema is an object with one list: servers that are strict about schemas want an object.

        Raises:
            ConfigError: The name of the language is not known.
        """
        name, language, count = label_words(request.label), language_name(request.locale), request.count
        genre = _fold(request.genre) or "texts"
        blocks = [
            f"You write training data for a text classifier: {genre}, as different real people would write them.",
            f"Class: {_describe(request.label, request.description, chr(10) + 'Meaning: ')}",
        ]
        if request.other_labels:
            others = [f"- {_describe(label, meaning, ': ')}" for label, meaning in request.other_labels.items()]
            blocks.append("\n".join(["Other classes, which no text may fit better:", *others]))
        if request.examples:
            told = "Examples of the class; do not copy, translate or slightly change them:"
            shown = [f"- {json.dumps(_fold(text), ensure_ascii=False)}" for text in request.examples]
            blocks.append("\n".join([told, *shown]))
        asked = f'Write {_count(count, "new text")} in {language}, of the class "{name}".'
        if count > 1:
            asked += " No two may begin alike or say the same thing; vary wording, length, details and situation."
        if request.styles:
            lead = "Write it like this:" if count == 1 else "Among them, at least one of each kind:"
            asked = "\n".join([f"{asked} {lead}", *(f"- {STYLES[style]}" for style in request.styles)])
        blocks.append(asked)
        form = '{"texts": [' + ", ".join(['"..."'] * min(count, 3)) + "]}"
        blocks.append(
            "Write the texts only: no class names before them, no numbering, no comments. Answer with JSON alone, "
            f"an object with one list of {_count(count, 'string')}: {form}"
        )
        text = "\n\n".join(blocks)
        return Prompt(text, None, text, schema=SCHEMA)

    def parse(self, completion: str, request: ClassificationRequest) -> list[str | Reject]:
        """Read an answer.

        Args:
            completion: What the teacher wrote: any text.
            request: What it was asked for.

        Returns:
            Texts on one line each, with white space folded, and a reject for each item that is none. Reasons of
            items: `truncated`, `not_text`, `empty` (no word in it), `malformed` (control characters), `label_echo`
            (the name of the class, alone or before a colon), `style_echo` (the name of a style before a colon),
            `copied_example`, `duplicate` (in the same answer), `surplus` (more than were asked for). Reasons of an
            answer without items: `empty`, `no_list`, `truncated`. Too few texts are no reject.
        """
        examples = {normalise(text) for text in request.examples}
        out: list[str | Reject] = []
        seen: set[str] = set()
        for item in read_list(completion):
            text = item if isinstance(item, Reject) else _fold(item)
            problem = None if isinstance(text, Reject) else _find_problem(text, request, examples, seen)
            out.append(Reject(problem[0], str(text), problem[1]) if problem else text)
            if isinstance(out[-1], str):
                seen.add(normalise(out[-1]))
        return out


def _find_problem(
    text: str, request: ClassificationRequest, examples: set[str], seen: set[str]
) -> tuple[str, str] | None:
    """Why a text is not taken: reason and detail; None if it is."""
    plain, lead = normalise(text), normalise(text.partition(":")[0].strip("([*_ ])"))
    names = {normalise(name) for name in (request.label, label_words(request.label))}
    kinds = {unicodedata.category(char) for char in text}
    if kinds & {"Cc", "Cs"}:
        return "malformed", "the text holds control characters or half a character"
    if not any(kind[0] in "LN" or kind == "So" for kind in kinds):
        return "empty", "there is no word, number or emoji in the text"
    if plain.rstrip(".!?") in names or (":" in text and lead in names):
        return "label_echo", f"the text names its class {request.label!r}"
    if ":" in text and lead in {form for style in STYLES for form in (style, label_words(style))}:
        return "style_echo", "the text names its style"
    if plain in examples:
        return "copied_example", "the text is that of an example in the prompt"
    if plain in seen:
        return "duplicate", "the text stands in the answer twice"
    if len(seen) >= request.count:
        return "surplus", f"{request.count} texts were asked for"
    return None


def _describe(label: str, description: str, between: str) -> str:
    """Name a class, with its meaning unless the name says it all."""
    name, meaning = label_words(label), _fold(description)
    return name if not meaning or label_words(meaning) == name else f"{name}{between}{meaning}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _fold(text: str) -> str:
    return " ".join(text.split())
