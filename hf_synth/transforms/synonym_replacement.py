"""Synonym replacement from WordNet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.transforms.alignment import PUNCTUATION
from hf_synth.transforms.base import Transform
from hf_synth.transforms.lexicon import find_synonyms
from hf_synth.transforms.passage import Passage

# What comes after these is a verb, or is none.
_BEFORE_VERBS = frozenset("to will can could would should must please don't i you we they let's".split())
_BEFORE_NOUNS = frozenset("the a an my your our their this that these those his her its some any no every".split())
# Words of more than three letters that carry no content.
FUNCTION_WORDS = frozenset(
    """about above after again against along also although among another anything around because been before being
    below beside between both cannot could does doing done down during each either else even ever every everything
    from have having here hers herself himself into itself just like many might mine more most much must myself
    neither next none nothing once only other others ours ourselves over please rather same shall should since some
    something somewhat soon such than that their theirs them themselves then there these they this those though
    through till today tomorrow tonight toward under until upon very want wants was were what whatever when where
    whether which while whom whose will with within without would yesterday your yours yourself""".split()
)


@dataclass(frozen=True)
class SynonymReplacement(Transform):
    """Replace words by synonyms from WordNet; slot values stay.

    Before: `how do i buy a [item : ticket] quickly`. After: `how do i purchase a [item : ticket] rapidly`. Only words
    of content with more than three letters are replaced, by words of the same part of speech in the sense that is
    used most, in the same form. A word whose part of speech or form is not certain stays.

    This is a limited method: WordNet does not know which sense is meant, so some rows will read oddly, and a word at a
    time changes little. Back-translation and paraphrase change more of a sentence.

    Args:
        n: Words to replace, at least 1; fewer if the row has no more that can be.
        language: Two-letter tag; the row's `locale` decides where there is one.
        (others): See `Transform`.

    Raises:
        ConfigError: There is no WordNet on this machine; the message names the command that fetches it.

    Reference: Wei and Zou 2019, EDA (synonym replacement); length of words and `n` as in the augmentation guide.
    """

    name: ClassVar[str] = "synonym_replacement"
    version: ClassVar[int] = 1
    n: int = 2
    language: str = "en"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.n < 1:
            raise ConfigError(f"n must be at least 1, got {self.n}")

    def change(self, passage: Passage, copy: int) -> Passage | Reject:
        """Replace words of one passage."""
        language = passage.locale.partition("-")[0] or self.language
        found = {index: options for index in passage.free if (options := _options(passage.tokens, index, language))}
        if not found:
            return Reject("no_synonym", passage.text, "no word outside of slots has a synonym that fits")
        random = self.draw(passage, copy)
        chosen = random.sample(sorted(found), min(self.n, len(found)))
        changes: dict[int, Sequence[str]] = {}
        for index in sorted(chosen):
            changes[index] = _dress(random.choice(found[index]), passage.tokens[index]).split(" ")
        return passage.replace_words(changes)


def _options(tokens: Sequence[str], index: int, language: str) -> tuple[str, ...]:
    word = tokens[index].strip(PUNCTUATION)
    lower = word.lower()
    # A capital inside a sentence is a name.
    if len(word) < 4 or not word.isalpha() or lower in FUNCTION_WORDS or (index and word != lower):
        return ()
    part = ""
    if language == "en" and index:
        before = tokens[index - 1].lower()
        part = "v" if before in _BEFORE_VERBS else "na" if before in _BEFORE_NOUNS else ""
    return find_synonyms(lower, language, part)


def _dress(synonym: str, token: str) -> str:
    """Give a synonym the capital letter and the punctuation of the word it replaces."""
    word = token.strip(PUNCTUATION)
    lead, _, tail = token.partition(word)
    if word[:1].isupper():
        synonym = synonym[:1].upper() + synonym[1:]
    return f"{lead}{synonym}{tail}"
