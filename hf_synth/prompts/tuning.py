"""Prompt and target pairs that teach a model to follow LINGUIST prompts.

The source of the pairs (annotated utterances of other intents), the permuted slot numbers and the wildcards follow
LINGUIST; the probabilities, and the masking of label names, are our choices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from hf_synth.errors import ConfigError
from hf_synth.prompts.linguist import (
    MAX_EXAMPLES,
    Included,
    LinguistPrompt,
    LinguistRequest,
    number_slots,
    slots_in_use,
)
from hf_synth.schema import Span, Utterance, normalise
from hf_synth.seeding import rng


@dataclass(frozen=True)
class PairSettings:
    """How training prompts are varied.

    Args:
        wildcard_rate: Probability that a value is replaced by `*`.
        mask_rate: Probability that the label names of a prompt are replaced by random letters, so that the model
            learns to read the examples.
        seed: Seed of all draws.
    """

    wildcard_rate: float = 0.5
    mask_rate: float = 0.2
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("wildcard_rate", "mask_rate"):
            if not 0 <= getattr(self, name) <= 1:
                raise ConfigError(f"{name} must lie in [0, 1], got {getattr(self, name)}")


def delexicalise(utterance: Utterance) -> tuple[str, ...]:
    """The carrier of an utterance: its words, with each slot's value replaced by the slot's name in brackets.

    Args:
        utterance: An annotated utterance.

    Returns:
        Words and bracketed slot names, in order.

    Examples:
        >>> delexicalise(Utterance(("rain", "in", "rome"), (Span(2, 3, "city"),), "GetWeather"))
        ('rain', 'in', '[city]')
    """
    words: list[str] = []
    reached = 0
    for span in utterance.spans:
        words.extend(utterance.tokens[reached : span.start])
        words.append(f"[{span.slot}]")
        reached = span.end
    return (*words, *utterance.tokens[reached:])


def tuning_pairs(utterances: Sequence[Utterance], count: int, settings: PairSettings) -> list[tuple[str, str]]:
    """Make prompt and target pairs from annotated utterances.

    Each target is one utterance; its examples are up to ten others of the same intent and locale, never the target
    nor its delexicalised twin (whatever the case). All utterances are used once before one is used again.

    Args:
        utterances: Annotated utterances; the intent that is to be learnt from scratch must not be among them.
        count: Number of pairs.
        settings: How the prompts are varied.

    Returns:
        `count` pairs of prompt text and target text.

    Raises:
        ConfigError: There are no utterances.
    """
    if not utterances:
        raise ConfigError("no utterance to make tuning pairs from", hint="Give rows of at least one other intent.")
    groups: dict[tuple[str, str], list[Utterance]] = defaultdict(list)
    for utterance in utterances:
        groups[utterance.intent, utterance.locale].append(utterance)
    carriers = {id(utterance): normalise(" ".join(delexicalise(utterance))) for utterance in utterances}
    texts = {id(utterance): normalise(utterance.text) for utterance in utterances}
    prompt = LinguistPrompt()
    pairs: list[tuple[str, str]] = []
    while len(pairs) < count:
        order = rng(settings.seed, "order", len(pairs)).permutation(len(utterances))
        for index in order[: count - len(pairs)]:
            target = utterances[index]
            generator = rng(settings.seed, "pair", len(pairs))
            group = groups[target.intent, target.locale]
            wanted = int(generator.integers(0, MAX_EXAMPLES + 1))
            picks = generator.permutation(len(group))[: 3 * wanted]
            others = [
                other
                for other in (group[pick] for pick in picks)
                if carriers[id(other)] != carriers[id(target)] and texts[id(other)] != texts[id(target)]
            ]
            request, target = make_request(target, tuple(others[:wanted]), settings, generator)
            pairs.append((prompt.render(request).text, prompt.render_target(target, request)))
    return pairs


def make_request(
    target: Utterance, examples: tuple[Utterance, ...], settings: PairSettings, generator: np.random.Generator
) -> tuple[LinguistRequest, Utterance]:
    """Ask for a known utterance: its slots in random order, some as wildcards, sometimes with masked label names.

    Args:
        target: The utterance to ask for.
        examples: Other utterances of its intent, at most ten.
        settings: How often a value is a wildcard, and names are masked; its seed is not used.
        generator: Source of all draws.

    Returns:
        The request, and the target with the same (possibly masked) slot names.
    """
    if generator.random() < settings.mask_rate:
        names = slots_in_use((), (target, *examples))
        masks = {slot: _random_name(generator) + f"_{index}" for index, slot in enumerate(sorted(names))}
        intent = _random_name(generator)
        target, *rest = (_rename(utterance, intent, masks) for utterance in (target, *examples))
        examples = tuple(rest)
    include = [
        Included(slot, None if generator.random() < settings.wildcard_rate else tuple(value.split()))
        for slot, value in target.slots
    ]
    shuffled = tuple(include[index] for index in generator.permutation(len(include)))
    numbering = number_slots(slots_in_use(shuffled, examples), generator)
    return LinguistRequest(target.intent, target.locale, shuffled, examples, numbering), target


def _rename(utterance: Utterance, intent: str, names: dict[str, str]) -> Utterance:
    spans = tuple(Span(span.start, span.end, names[span.slot]) for span in utterance.spans)
    return replace(utterance, spans=spans, intent=intent)


def _random_name(generator: np.random.Generator) -> str:
    letters = generator.integers(0, 26, size=int(generator.integers(1, 6)))
    return "_".join(chr(ord("a") + int(letter)) for letter in letters)
