"""Which LINGUIST requests to make: examples, slots and values for each prompt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hf_synth.builders.catalogue import Catalogue
from hf_synth.errors import ConfigError
from hf_synth.prompts.linguist import MAX_EXAMPLES, Included, LinguistRequest, number_slots, slots_in_use
from hf_synth.schema import Utterance
from hf_synth.seeding import rng


@dataclass(frozen=True)
class PlanSettings:
    """How requests are drawn.

    Args:
        examples: Most examples in a prompt, 0 to 10; 0 is zero-shot.
        wildcard_rate: Probability that a slot asks for an invented value, if it has few known ones.
        keep_order: Ask for the slots in the order of their seed, and let the decoding obey; otherwise in any order.
        scarce: A slot with fewer distinct values than this in the human rows has few; at least 0. A large number lets
            every slot ask for invented values.
        copy_rate: Probability that a slot keeps its seed's value; otherwise a value of the catalogue is asked for.
        recombine_rate: Probability that the slots of a request come from two seeds, or lack one.
        seed: Seed of all draws.

    Raises:
        ConfigError: A value is out of its range.
    """

    examples: int = MAX_EXAMPLES
    wildcard_rate: float = 0.0
    copy_rate: float = 0.1
    recombine_rate: float = 0.0
    keep_order: bool = True
    scarce: int = 20
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.examples <= MAX_EXAMPLES:
            raise ConfigError(f"generation.examples must lie in 0..{MAX_EXAMPLES}, got {self.examples}")
        if not 0 <= self.wildcard_rate + self.copy_rate <= 1 or min(self.wildcard_rate, self.copy_rate) < 0:
            raise ConfigError("generation.wildcard_rate and copy_rate must be at least 0 and sum to at most 1")
        if not 0 <= self.recombine_rate <= 1:
            raise ConfigError(f"generation.recombine_rate must lie in [0, 1], got {self.recombine_rate}")


@dataclass(frozen=True)
class Planned:
    """A request and the seeds it was made from."""

    request: LinguistRequest
    seed_ids: tuple[str, ...]


def plan_request(
    number: int,
    seeds: Sequence[Utterance],
    catalogue: Catalogue,
    settings: PlanSettings,
    shown: Sequence[Utterance] | None = None,
) -> Planned:
    """Plan one request of an intent.

    Request `number` takes seed `number` modulo the seeds as its starter: the starter's slots are asked for, and the
    other seeds are the examples. The plan depends on its number and the settings, never on other requests.

    Args:
        number: Which request of the intent this is, from 0.
        seeds: The human utterances of the intent.
        catalogue: Values to ask for.
        settings: How to draw.
        shown: Utterances to take examples from; the seeds if left out.

    Returns:
        The request, with the ids of the starter and the examples.
    """
    starter = seeds[number % len(seeds)]
    generator = rng(settings.seed, "plan", starter.intent, number)
    if not settings.examples:
        return _plan_zero_shot(starter, seeds, catalogue, generator)
    others = [seed for seed in seeds if seed is not starter]
    showable = others if shown is None else [seed for seed in shown if seed is not starter]
    examples = tuple(showable[index] for index in generator.permutation(len(showable))[: settings.examples])
    slots = _draw_slots(starter, others, settings, generator)
    include = tuple(Included(slot, _draw_value(slot, value, catalogue, settings, generator)) for slot, value in slots)
    numbering = number_slots(slots_in_use(include, examples), generator)
    request = LinguistRequest(starter.intent, starter.locale, include, examples, numbering, settings.keep_order)
    return Planned(request, tuple(seed.seed_id for seed in (starter, *examples)))


def _plan_zero_shot(
    starter: Utterance, seeds: Sequence[Utterance], catalogue: Catalogue, generator: np.random.Generator
) -> Planned:
    """Ask by names alone: of the seeds only the intent's slot names are used, never a word or a value."""
    names = sorted({span.slot for seed in seeds for span in seed.spans})
    count = int(generator.integers(min(1, len(names)), min(3, len(names)) + 1))
    slots = [names[index] for index in generator.permutation(len(names))[:count]]
    include = tuple(Included(slot, catalogue.draw(slot, generator)) for slot in slots)
    numbering = number_slots(slots, generator)
    return Planned(LinguistRequest(starter.intent, starter.locale, include, (), numbering), ())


def _draw_slots(
    starter: Utterance, others: Sequence[Utterance], settings: PlanSettings, generator: np.random.Generator
) -> list[tuple[str, str]]:
    """The starter's slots; sometimes one is dropped, or one of another seed joins at the end."""
    slots = list(starter.slots)
    if generator.random() < settings.recombine_rate:
        have = {slot for slot, _ in slots}
        new = sorted({(slot, value) for seed in others for slot, value in seed.slots if slot not in have})
        if new and generator.random() < 0.5:
            slots.append(new[int(generator.integers(len(new)))])
        elif len(slots) > 1:
            slots.pop(int(generator.integers(len(slots))))
    return slots if settings.keep_order else [slots[index] for index in generator.permutation(len(slots))]


def _draw_value(
    slot: str, value: str, catalogue: Catalogue, settings: PlanSettings, generator: np.random.Generator
) -> tuple[str, ...] | None:
    choice = generator.random()
    wildcard_rate = settings.wildcard_rate if len(catalogue.values.get(slot, ())) < settings.scarce else 0.0
    if choice < wildcard_rate:
        return None
    drawn = catalogue.draw(slot, generator)
    return tuple(value.split()) if choice < wildcard_rate + settings.copy_rate or drawn is None else drawn
