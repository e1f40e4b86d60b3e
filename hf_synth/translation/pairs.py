"""Sentence pairs for small translation models: read, split by meaning, and written as people type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.seeding import rng
from hf_synth.sources import Source, read_records

Pair = tuple[str, str]
MARKS = ".!?…。！？"


@dataclass(frozen=True)
class PairSplits:
    """Sentence pairs, none of whose sentences stands in both parts.

    Args:
        train: Pairs to learn from.
        held_out: Pairs to score on, one for each first sentence.
    """

    train: tuple[Pair, ...]
    held_out: tuple[Pair, ...]


def plain(text: str) -> str:
    """A sentence as people type it to an assistant: lower case, no mark at the end.

    Args:
        text: A sentence.

    Returns:
        Its plain form.

    Examples:
        >>> plain("Où est-il ?")
        'où est-il'
    """
    return text.rstrip(MARKS + " \u00a0\u202f").lower()


def read_pairs(source: Source, languages: tuple[str, str]) -> list[Pair]:
    """Read sentence pairs, equal ones once.

    Args:
        source: Where to read; there is a column for each language.
        languages: Names of the two columns.

    Returns:
        Pairs in the order of the source, white space at the ends removed; pairs with an empty side are left out.

    Raises:
        SchemaError: A column is missing, or holds something else than texts.
    """
    pairs: dict[Pair, None] = {}
    for where, row in read_records(source):
        sides = [row.get(language) for language in languages]
        for language, side in zip(languages, sides, strict=True):
            if not isinstance(side, str):
                raise SchemaError(
                    f"{where}: expected a text under {language!r}, got {side!r}",
                    hint=f"languages names the two text columns; there are {', '.join(map(str, row))}.",
                )
        one, other = (str(side).strip() for side in sides)
        if one and other:
            pairs[one, other] = None
    return list(pairs)


def split_pairs(pairs: Sequence[Pair], held_out: int, seed: int) -> PairSplits:
    """Hold pairs out, and leave out of training every pair that shares a sentence with them.

    Args:
        pairs: All pairs; a sentence may stand in several.
        held_out: First sentences to hold out, at least 1.
        seed: Seed of the draw.

    Returns:
        The two parts; sentences are compared in plain form.

    Raises:
        ConfigError: There are not more pairs than are held out.

    Examples:
        >>> split_pairs([("Go!", "Va !"), ("Go.", "Pars."), ("Stop!", "Halte !")], 1, seed=0).held_out
        (('Stop!', 'Halte !'),)
    """
    first = {plain(one): (one, other) for one, other in reversed(pairs)}
    if held_out < 1 or len(first) <= held_out:
        raise ConfigError(f"held_out must lie in [1, {len(first) - 1}], got {held_out}", hint="Lower held_out.")
    keys = sorted(first)
    chosen = {keys[index] for index in rng(seed, "held out").permutation(len(keys))[:held_out]}
    others = {plain(other) for one, other in pairs if plain(one) in chosen}
    train = [pair for pair in pairs if plain(pair[0]) not in chosen and plain(pair[1]) not in others]
    return PairSplits(tuple(train), tuple(first[key] for key in sorted(chosen)))


def typed_pairs(pairs: Iterable[Pair], share: float, seed: int) -> list[Pair]:
    """Write a share of the pairs in plain form, so that a model reads both.

    Args:
        pairs: Sentence pairs.
        share: Share of pairs in plain form, in [0, 1].
        seed: Seed of the draw.

    Returns:
        As many pairs.

    Examples:
        >>> typed_pairs([("Go!", "Va !")], 1.0, seed=0)
        [('go', 'va')]
    """
    generator = rng(seed, "plain")
    return [(plain(a), plain(b)) if generator.random() < share and plain(a) and plain(b) else (a, b) for a, b in pairs]
