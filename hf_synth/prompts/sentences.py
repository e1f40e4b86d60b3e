"""Prompt and target pairs from plain sentences: any words can stand for slots.

A small teacher needs far more language than annotated data holds. A sentence becomes an utterance whose content words
are slots, so that a model learns to write the words around given values before it learns of intents (our own idea).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from hf_synth.errors import ConfigError
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.prompts.tuning import PairSettings, make_request
from hf_synth.schema import Span, Utterance
from hf_synth.seeding import rng

INTENT = "sentence"
SLOTS = ("a", "b", "c", "d")
COMMON = 120
_LENGTHS, _LENGTH_ODDS = (1, 2, 3), (0.6, 0.25, 0.15)
_WORD = re.compile(r"[\w'\-$%:]+")


def split_words(text: str) -> tuple[str, ...]:
    """The words of a sentence in lower case, without punctuation, as people type to an assistant.

    Args:
        text: A sentence.

    Returns:
        Its words; hyphens and apostrophes inside a word stay.

    Examples:
        >>> split_words("Don't wait: it's 7 o’clock!")
        ("don't", 'wait', "it's", '7', "o'clock")
    """
    words = (word.strip(":-'") for word in _WORD.findall(text.lower().replace("’", "'")))
    return tuple(word for word in words if word)


def draw_spans(words: Sequence[str], common: Iterable[str], generator: np.random.Generator) -> tuple[Span, ...]:
    """Choose up to four phrases of one to three words that begin and end with a content word.

    Args:
        words: The words of a sentence.
        common: Words that no phrase begins or ends with.
        generator: Source of all draws.

    Returns:
        Spans in order, none overlapping, with the slots `a`, `b`, `c` and `d`; none if all words are common.

    Examples:
        >>> draw_spans(("it", "is", "in", "rome"), {"it", "is", "in"}, rng(0))
        (Span(start=3, end=4, slot='a'),)
    """
    known = set(common)
    starts = [index for index, word in enumerate(words) if word not in known]
    wanted = int(generator.integers(1, len(SLOTS) + 1))
    chosen: list[tuple[int, int]] = []
    for index in generator.permutation(len(starts)):
        if len(chosen) == wanted:
            break
        start = starts[index]
        end = min(start + int(generator.choice(_LENGTHS, p=_LENGTH_ODDS)), len(words))
        while words[end - 1] in known:
            end -= 1
        if all(end <= other_start or other_end <= start for other_start, other_end in chosen):
            chosen.append((start, end))
    return tuple(Span(start, end, slot) for (start, end), slot in zip(sorted(chosen), SLOTS, strict=False))


def sentence_pairs(
    texts: Iterable[str],
    count: int,
    settings: PairSettings,
    locale: str = "en-US",
    words: tuple[int, int] = (5, 14),
) -> list[tuple[str, str]]:
    """Make prompt and target pairs from plain sentences.

    Before: `I left my umbrella on the train.` After: a prompt that asks for `[1 train ] , [2 left ]`, and the target
    `i [2 left ] my umbrella on the [1 train ]`. There are no examples.

    Args:
        texts: Sentences; equal ones count once.
        count: Number of pairs; fewer if the sentences do not suffice.
        settings: How often a phrase is a wildcard, and the seed; label names are letters anyway.
        locale: Language of the sentences.
        words: Fewest and most words of a sentence that is used.

    Returns:
        Pairs of prompt text and target text.

    Raises:
        ConfigError: No sentence has a length that is wanted.
    """
    least, most = words
    split = dict.fromkeys(map(split_words, texts))
    sentences = [sentence for sentence in split if least <= len(sentence) <= most]
    if not sentences:
        raise ConfigError(f"no sentence of {least} to {most} words among {len(split)} texts")
    frequency = Counter(word for sentence in sentences for word in sentence)
    common = {word for word, _ in frequency.most_common(min(COMMON, len(frequency) // 3))}
    prompt = LinguistPrompt()
    pairs: list[tuple[str, str]] = []
    for index in rng(settings.seed, "sentences").permutation(len(sentences)):
        if len(pairs) == count:
            break
        generator = rng(settings.seed, "sentence", int(index))
        spans = draw_spans(sentences[index], common, generator)
        if spans:
            request, target = make_request(Utterance(sentences[index], spans, INTENT, locale), (), settings, generator)
            pairs.append((prompt.render(request).text, prompt.render_target(target, request)))
    return pairs
