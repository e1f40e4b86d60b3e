"""Intents and slots as parses: what a corpus of annotated utterances can teach a parser."""

from __future__ import annotations

from dataclasses import replace

from hf_synth.parses.tree import SQUARE, Tree, write_parse
from hf_synth.schema import Utterance


def write_flat_parse(utterance: Utterance) -> Utterance:
    """Give an utterance the parse that its intent and slots are.

    Args:
        utterance: An annotated utterance.

    Returns:
        The same text with a parse in mTOP's notation, and without slots; brackets in words are left out of values.

    Examples:
        >>> from hf_synth.schema import Span
        >>> row = Utterance(("rain", "in", "new", "york"), (Span(2, 4, "city"),), "GetWeather")
        >>> write_flat_parse(row).parse
        '[IN:GetWeather [SL:city new york ] ]'
    """
    slots = tuple(
        Tree(f"SL:{slot}", words) for slot, value in utterance.slots if (words := tuple(_without_brackets(value)))
    )
    parse = write_parse(Tree(f"IN:{'_'.join(utterance.intent.split())}", slots), SQUARE)
    return replace(utterance, spans=(), intent=f"IN:{utterance.intent}", parse=parse)


def _without_brackets(value: str) -> list[str]:
    signs = SQUARE.open + SQUARE.close
    return [word for word in value.split() if not any(sign in word for sign in signs)]
