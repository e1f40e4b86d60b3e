"""What is made for a new language, and the training set of each arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from hf_synth.configuration import from_dict
from hf_synth.mixing import take_turns
from hf_synth.new_language import BOTH, TRANSLATION, NewLanguageSettings
from hf_synth.schema import Row, Utterance
from hf_synth.seeding import rng
from hf_synth.splits import HumanSplits
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.translation import Translation


def localise_seeds(
    human: HumanSplits, settings: NewLanguageSettings, transforms: Mapping[str, Mapping[str, Any]]
) -> list[Utterance]:
    """The slots to ask a teacher for in the new language: those of all seeds, with translated values.

    Before: `wake me at [time : five]`, of `en-US`. After: `wake me at [time : cinq]`, of `fr-FR`; the words outside of
    slots are not read by anyone.

    Args:
        human: The human rows by use.
        settings: Which language.
        transforms: The transforms of the recipe; without `translation` all values stay as they are.

    Returns:
        The seeds of the targets, those of the new language first and as they are.
    """
    seeds = [row for rows in human.starters.values() for row in rows]
    foreign = [row for row in seeds if row.locale != settings.locale]
    passages = [Passage(row.tokens, row.spans, (), row.locale) for row in foreign]
    if TRANSLATION in transforms:
        passages = from_dict(Translation, dict(transforms[TRANSLATION])).translate_values(passages)
    localised = [
        Utterance(passage.tokens, passage.spans, row.intent, settings.locale, row.seed_id)
        for passage, row in zip(passages, foreign, strict=True)
    ]
    return [*(row for row in seeds if row.locale == settings.locale), *localised]


def language_rows(
    arm: str, human: HumanSplits, made: Mapping[str, Sequence[Row]], settings: NewLanguageSettings, draw: int
) -> list[Row]:
    """Make the training set of an arm.

    All arms that add rows add the same number to a target: as many as the way of making them that gave the fewest.

    Args:
        arm: `real_only` (the human rows of both languages), `upsampled` (those of the new language repeated),
            `linguist` (rows that a teacher wrote), `translation`, `linguist_and_translation` (half of each), or
            `full_data` (all human rows of both languages).
        human: The human rows by use.
        made: Made rows, by the name of the arm that they alone make.
        settings: Which language.
        draw: Seed of the choice among made rows.

    Returns:
        Rows to train on, the human ones first.
    """
    if arm == "full_data":
        return [Row.human(utterance) for utterance in human.full]
    rows = [Row.human(utterance) for utterance in human.train]
    for target in human.targets:
        groups = {way: _shuffle([row for row in made[way] if row.utterance.intent == target], draw) for way in made}
        size = min(map(len, groups.values()), default=0)
        if arm == "upsampled":
            own = [row for row in rows if row.utterance.intent == target and row.utterance.locale == settings.locale]
            rows += [own[index % len(own)] for index in range(size if own else 0)]
        elif arm == BOTH:
            rows += take_turns([groups[way] for way in sorted(groups)], size)
        elif arm in groups:
            rows += islice(groups[arm], size)
    return rows


def _shuffle(rows: Sequence[Row], draw: int) -> list[Row]:
    return [rows[index] for index in rng(draw, "language_rows").permutation(len(rows))]
