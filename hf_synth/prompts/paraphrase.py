"""The paraphrase prompt: one text, three levels of rewriting, the text alone as an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar

from hf_synth.errors import ConfigError, suggest
from hf_synth.generation import Prompt, Reject
from hf_synth.prompts.text_list import QUOTES

LEVELS = {
    "low": "Change a few words only; keep the order and the structure of the sentence.",
    "moderate": "Use other words and another structure where that reads well; keep every detail.",
    "high": "Say it in an entirely different way, as another person would; keep the meaning and every detail.",
}
# An answer this many times as long as its source is no paraphrase.
LONGEST = 3
_LABEL = re.compile(
    r"^(?:(?:sure|certainly|of course|here)\b[^\n]{0,60}:\s*|(?:paraphrase|output|answer)\s*:\s*)", re.I
)


class ParaphrasePrompt:
    """Ask a teacher to rewrite one text.

    Reference: the augmentation guide (three levels; output only the text); the wording is ours.
    """

    name: ClassVar[str] = "paraphrase"
    version: ClassVar[int] = 1

    def render(self, text: str, level: str = "moderate", verbatim: Sequence[str] = ()) -> Prompt:
        """Write the prompt.

        Args:
            text: What is to be rewritten.
            level: `low`, `moderate` or `high`.
            verbatim: Parts that must stand in the answer as they are.

        Returns:
            The prompt, the same for models with and without a chat form.

        Raises:
            ConfigError: There is no such level.

        Examples:
            >>> print(ParaphrasePrompt().render("is it cold in oslo", "low", ["oslo"]).text)
            Rewrite the text below in its own language. Change a few words only; keep the order and the structure of \
the sentence.
            Keep these parts exactly as they are, each once: "oslo".
            Answer with the rewritten text only.
            <BLANKLINE>
            Text: is it cold in oslo
        """
        if level not in LEVELS:
            raise ConfigError(f"no level is called {level!r}", hint=suggest(level, LEVELS))
        lines = [f"Rewrite the text below in its own language. {LEVELS[level]}"]
        if verbatim:
            kept = ", ".join(f'"{part}"' for part in verbatim)
            lines.append(f"Keep these parts exactly as they are, each once: {kept}.")
        lines.append("Answer with the rewritten text only.")
        asked = "\n".join([*lines, "", f"Text: {text}"])
        return Prompt(asked, None, asked)

    def parse(self, completion: str, source: str) -> str | Reject:
        """Read an answer.

        Args:
            completion: What the teacher wrote.
            source: The text that was to be rewritten.

        Returns:
            The new text on one line, or a reject: `empty`, `several_lines` (the answer talks about the text) or
            `too_long`.

        Examples:
            >>> ParaphrasePrompt().parse('Sure, here it is: "Is Oslo cold?"', "is it cold in oslo")
            'Is Oslo cold?'
        """
        text = _LABEL.sub("", completion.strip()).strip()
        if len(text) > 1 and QUOTES.get(text[0]) == text[-1] and text[0] != source.strip()[:1]:
            text = text[1:-1].strip()
        if not text:
            return Reject("empty", completion, "the teacher wrote no text")
        if "\n" in text and "\n" not in source.strip():
            return Reject("several_lines", completion, "expected the rewritten text alone")
        if len(text) > LONGEST * max(len(source), 20):
            return Reject("too_long", completion, f"{len(text)} characters for a text of {len(source)}")
        return text
