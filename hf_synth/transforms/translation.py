"""Translation: a row of one language becomes a row of another, with its slots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from hf_synth.errors import ConfigError, check_choice
from hf_synth.generation import Reject
from hf_synth.schema import Span
from hf_synth.transforms.alignment import bare, find_value, restyle, retag
from hf_synth.transforms.marian import MarianTransform, refuse_repetition, refuse_translation
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.stand_in import restore
from hf_synth.translation.engines import Decoding

SLOT_VALUES = ("translate", "trust", "keep")
# A model writes `pizza` as a sentence would have it, `la pizza`; a value does not begin so.
ARTICLES = {
    "de": ("der", "die", "das", "ein", "eine", "einen"),
    "en": ("the", "a", "an"),
    "es": ("el", "la", "los", "las", "un", "una"),
    "fr": ("le", "la", "les", "un", "une", "du", "des"),
    "it": ("il", "lo", "la", "i", "gli", "le", "un", "una"),
    "pt": ("o", "a", "os", "as", "um", "uma"),
}


@dataclass(frozen=True)
class Translation(MarianTransform):
    """Translate a row into another language with a Marian model; its slots and its intent stay.

    Before: `wake me up at [time : five] [date : tomorrow]`, locale `en-US`. After: `réveille-moi à [time : cinq]
    [date : demain]`, locale `fr-FR`.

    Slot values are translated out of context, and only if their translation back gives the value again; all others
    (names, and what the models do not know) stay as they are. With `spans="protect"` names stand in for the values
    while the row is translated, and the values take their place afterwards. With `spans="verify"` the whole row is
    translated, and it is kept if every value, translated or not, is found in it. Rows without slots need neither.

    The models that come with the package are tiny and know short everyday sentences. The real ones are better:
    `Translation("fr-FR", models="Helsinki-NLP/opus-mt-{source}-{target}")`.

    Args:
        target: Locale of the new rows, such as `fr-FR`; its language names the model.
        slot_values: `translate` as above; `trust` to do without the translation back, but for names, those values all
            of whose words have a capital, which stay; or `keep` all as they are. The last two need no model for the
            way back.
        (others): See `MarianTransform`; several copies need as many beams.

    Raises:
        ConfigError: A setting is out of its range.
        TeacherError: There is no model for the language pair.
        MissingExtraError: What translates is not installed.

    Reference: the machine translation baseline of Xu, Haider and Mansour 2020 (MultiATIS++); values out of context as
        in Rosenbaum et al. 2022, LINGUIST. The check by translation back is ours.
    """

    name: ClassVar[str] = "translation"
    version: ClassVar[int] = 1
    target: str
    slot_values: str = "translate"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("slot_values", self.slot_values, SLOT_VALUES)
        if not self.language or self.language == self.source:
            raise ConfigError(f"target is the locale of another language than {self.source!r}, got {self.target!r}")

    @property
    def language(self) -> str:
        """The language of the target."""
        return self.target.partition("-")[0]

    @property
    def teacher(self) -> str:
        """The models with the hash of their weights, the engine and its number format."""
        there, back = (self.source, self.language), (self.language, self.source)
        return self._name_models([there, back] if self.slot_values == "translate" else [there], self.language)

    def _decoding(self) -> Decoding:
        return replace(super()._decoding(), returned=min(self.copies, self.num_beams))

    def rewrite(self, passages: Sequence[Passage]) -> list[list[Passage | Reject]]:
        """Translate all passages of a batch, each text and each value once."""
        sent = [self._prepare(passage) for passage in passages]
        texts = list(dict.fromkeys(item.text for item in sent if isinstance(item, Passage)))
        found = dict(zip(texts, self._translate(texts, self.source, self.language, self._decoding()), strict=True))
        usable = [passage for passage, item in zip(passages, sent, strict=True) if isinstance(item, Passage)]
        localised = dict(zip(usable, self.translate_values(usable), strict=True))
        return [
            [item] if isinstance(item, Reject) else self._copies(passage, item, localised[passage], found[item.text])
            for passage, item in zip(passages, sent, strict=True)
        ]

    def translate_values(self, passages: Sequence[Passage]) -> list[Passage]:
        """Put translated values in the slots of rows whose other words stay.

        Args:
            passages: Rows of the source language.

        Returns:
            The rows with the target's locale, such as `wake me up at [time : cinq]`.
        """
        translated = self._find_values(passage.value(span) for passage in passages for span in passage.spans)
        return [self._replace_values(passage, passage.spans, translated) for passage in passages]

    def _find_values(self, values: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Those values whose translation back gives them again, with the words of their translation."""
        texts = [value for value in dict.fromkeys(values) if any(map(str.isalpha, value))]
        if self.slot_values == "trust":
            texts = [text for text in texts if not text.istitle()]
        if self.slot_values == "keep" or not texts:
            return {}
        decoding = replace(self._decoding(), returned=1)
        there = self._translate(texts, self.source, self.language, decoding)
        made = {text: found[0] for text, found in zip(texts, there, strict=True) if found and found[0].strip()}
        if self.slot_values == "translate":
            back = self._translate(list(made.values()), self.language, self.source, decoding)
            made = {
                text: there
                for (text, there), found in zip(made.items(), back, strict=True)
                if found and _bare_words(found[0], self.source) == _bare_words(text, self.source)
            }
        return {
            text: words
            for text, there in made.items()
            if (words := _without_article(restyle(there, text).split(), self.language))
        }

    def _replace_values(
        self, passage: Passage, spans: Iterable[Span], translated: dict[str, tuple[str, ...]]
    ) -> Passage:
        changes: dict[int, tuple[str, ...]] = {}
        for span in spans:
            if words := translated.get(passage.value(span)):
                changes |= dict.fromkeys(range(span.start, span.end), ())
                changes[span.start] = words
        return replace(passage.replace_words(changes), locale=self.target)

    def _copies(
        self, passage: Passage, sent: Passage, localised: Passage, texts: Sequence[str]
    ) -> list[Passage | Reject]:
        made: list[Passage | Reject] = []
        for text in texts:
            item = refuse_repetition(text, passage) or retag(
                text, self._expect(text, passage, localised) if sent is passage else sent
            )
            if isinstance(item, Passage) and sent is not passage:
                item = restore(item, sent, localised)
            made.append(item)
        return made or [refuse_translation(passage)]

    def _expect(self, text: str, passage: Passage, localised: Passage) -> Passage:
        """The row with those values that should be found in its translation: the translated ones where they are."""
        tokens = restyle(text, passage.text).split()
        values = {
            passage.value(before): localised.tokens[after.start : after.end]
            for before, after in zip(passage.spans, localised.spans, strict=True)
        }
        there = {value: words for value, words in values.items() if find_value(tokens, words)}
        return self._replace_values(passage, passage.spans, there)


def _without_article(words: Sequence[str], language: str) -> tuple[str, ...]:
    """The words of a value without an article before it; also the French `l'` that is written into the word."""
    first, *rest = words or [""]
    if language in ("fr", "it") and first[:2].casefold() in ("l'", "l’") and first[2:]:
        return (first[2:], *rest)
    return tuple(rest if rest and first.casefold() in ARTICLES.get(language, ()) else words)


def _bare_words(text: str, language: str) -> list[str]:
    """The words of a value without article, case and punctuation, to compare it."""
    return [bare(word) for word in _without_article(text.split(), language)]
