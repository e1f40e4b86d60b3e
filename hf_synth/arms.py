"""The training set of each arm of a comparison."""

from __future__ import annotations

from collections import Counter

from hf_synth.builders.catalogue import Catalogue
from hf_synth.builders.linguist import Built
from hf_synth.filters.base import apply_filters
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.mixing import resample, upsample
from hf_synth.schema import Row
from hf_synth.splits import HumanSplits
from hf_synth.transforms.slot_resampling import SlotResampling


def arm_rows(arm: str, human: HumanSplits, built: Built | None, zero_shot: Built | None, draw: int) -> list[Row]:
    """Make the training set of an arm.

    The arms that add rows all bring each target to the same number of rows, so that only what is added differs.

    Args:
        arm: `real_only`, `upsampled` (seeds repeated), `slot_resampling` (seeds with other values), `linguist`
            (generated rows), `linguist_mixed` (every other generated row gives way to a slot-resampled seed),
            `linguist_zero_shot` (generated without seeing a seed, and trained without seeds) or
            `full_data` (the human rows that were held back).
        human: The human rows by use.
        built: The dataset with generated rows.
        zero_shot: The dataset generated without examples.
        draw: Seed of the resampling.

    Returns:
        Rows to train on; none has a text of the held-out splits.

    Raises:
        ValueError: The arm needs a dataset that was not given.
    """
    if arm == "full_data":
        return [Row.human(utterance) for utterance in human.full]
    rows = [Row.human(utterance) for utterance in human.train]
    if arm == "real_only":
        return rows
    wanted = zero_shot if arm == "linguist_zero_shot" else built
    if wanted is None:
        raise ValueError(f"arm {arm} needs generated rows")
    if arm in ("linguist", "linguist_zero_shot"):
        return wanted.train
    counts = Counter(row.utterance.intent for row in wanted.train)
    sizes = {target: counts[target] for target in human.targets}
    if arm == "upsampled":
        return upsample(rows, sizes)
    transform = SlotResampling(Catalogue.from_utterances(human.train).values, seed=draw)
    if arm == "linguist_mixed":
        rows = [*rows, *[row for row in wanted.train if row.provenance.origin == "synthetic"][::2]]
    held_out = HeldOutFilter.from_utterances((*human.validation, *human.test))
    return apply_filters([held_out], resample(rows, sizes, transform), ())[0]
