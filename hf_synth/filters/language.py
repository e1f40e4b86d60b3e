"""Texts in another language than the one that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from hf_synth.errors import ConfigError, require_extra, suggest
from hf_synth.filters.base import Verdict
from hf_synth.filters.dataset import TextFilter


@dataclass(frozen=True)
class LanguageFilter(TextFilter):
    """Drop a text that is surely in another language; the model comes with py3langid and needs no network.

    Args:
        language: BCP 47 tag of the language that was asked for, such as `de` or `de-AT`; its first part counts.
        confidence: Least probability of the other language, in (0, 1].
        letters: Fewest letters that tell a language, at least 1; shorter texts stay.

    Raises:
        ConfigError: The language is not known to the model, or a number is out of its range.
        MissingExtraError: py3langid is not installed.

    Examples:
        >>> texts = ["wird es morgen in Berlin regnen oder schneien", "will it rain in Berlin tomorrow", "Berlin"]
        >>> [verdict.reason for verdict in LanguageFilter("en").judge_texts(texts, [])]
        ['wrong_language', '', '']

    Reference: Lui and Baldwin 2012, "langid.py: An Off-the-shelf Language Identification Tool".
    """

    name: ClassVar[str] = "language"
    version: ClassVar[int] = 1
    language: str = "en"
    confidence: float = 0.9
    letters: int = 20

    def __post_init__(self) -> None:
        if not 0 < self.confidence <= 1:
            raise ConfigError(f"language filter: confidence must lie in (0, 1], got {self.confidence}")
        if self.letters < 1:
            raise ConfigError(f"language filter: letters must be at least 1, got {self.letters}")

    def judge_texts(self, texts: Sequence[str], reference: Sequence[str]) -> list[Verdict]:
        """Judge texts."""
        model, wanted = _load(), self.language.partition("-")[0].lower()
        if wanted not in model.labels:
            raise ConfigError(f"language filter: no language {self.language!r}", hint=suggest(wanted, model.labels))
        verdicts: list[Verdict] = []
        for text in texts:
            found, confidence = wanted, 0.0
            if sum(map(str.isalpha, text)) >= self.letters:
                found, confidence = model.classify(text)
            wrong = found != wanted and confidence >= self.confidence
            detail = f"looks like {found}, {wanted} wanted"
            verdicts.append(Verdict("wrong_language", detail, round(confidence, 3)) if wrong else Verdict())
        return verdicts


@cache
def _load() -> Any:
    """The identifier with all of its languages, kept for the process."""
    require_extra("languages", "py3langid")
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
