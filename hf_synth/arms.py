"""The training set of each arm of a comparison."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from hf_synth.builders.built import Built
from hf_synth.builders.catalogue import Catalogue
from hf_synth.configuration import from_dict
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter, apply_filters, fit_filters
from hf_synth.filters.held_out import HeldOutFilter
from hf_synth.generation import Reject
from hf_synth.mixing import check_ratio, mix, resample, take_turns, upsample
from hf_synth.recipe import TWO_STAGE
from hf_synth.registry import find
from hf_synth.schema import Provenance, Row, Utterance
from hf_synth.splits import HumanSplits
from hf_synth.transforms.base import Transform
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.slot_resampling import SlotResampling


def arm_rows(arm: str, human: HumanSplits, built: Built | None, draw: int, copies: int = 1) -> list[Row]:
    """Make the training set of an arm that has no dataset of its own.

    The arms that add rows all bring each target to the same number of rows, so that only what is added differs.

    Args:
        arm: `real_only`, `upsampled` (seeds repeated), `slot_resampling` (seeds with other values), `linguist_mixed`
            (every other generated row gives way to a slot-resampled seed), `two_stage` (the rows of the dataset, of
            which the made ones are trained on first) or `full_data` (the human rows that were held back).
        human: The human rows by use.
        built: The dataset with generated rows; None if a recipe generates none.
        draw: Seed of the resampling.
        copies: Rows added for each human row of a target, where no dataset says how many there are.

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
    if arm == TWO_STAGE and built is not None:
        return built.train
    if built is not None:
        counts = Counter(row.utterance.intent for row in built.train)
        sizes = {target: counts[target] for target in human.targets}
    else:
        sizes = {target: len(seeds) * (1 + copies) for target, seeds in human.starters.items()}
    if arm == "upsampled":
        return upsample(rows, sizes)
    transform = SlotResampling(Catalogue.from_utterances(human.train).values, seed=draw)
    if arm == "linguist_mixed" and built is not None:
        rows = [*rows, *[row for row in built.train if row.provenance.origin == "synthetic"][::2]]
    elif arm != "slot_resampling":
        raise ValueError(f"arm {arm} needs generated rows")
    return apply_filters([_held_out(human)], resample(rows, sizes, transform), ())[0]


def copy_rows(transforms: Sequence[Transform], human: HumanSplits, copies: int) -> tuple[list[Row], dict[str, int]]:
    """Copy the human rows of the targets with transforms.

    Args:
        transforms: What makes the copies; several take turns, so that each row has copies of all of them.
        human: The human rows by use.
        copies: Copies wanted of each human row of a target.

    Returns:
        The copies, not filtered yet; and how many were `requested`, and how many each reason refused.
    """
    seeds = [row for rows in human.starters.values() for row in rows]
    batch: dict[str, list[Any]] = {
        "tokens": [list(row.tokens) for row in seeds],
        "slot_tags": [list(row.slot_tags) for row in seeds],
        "locale": [row.locale for row in seeds],
    }
    counts: Counter[str] = Counter({"requested": copies * len(seeds)})
    by_seed: list[list[list[Row]]] = [[] for _ in seeds]
    for transform in transforms:
        for place, (seed, items) in enumerate(zip(seeds, replace(transform, copies=copies).make(batch), strict=True)):
            counts.update(item.reason for item in items if isinstance(item, Reject))
            by_seed[place].append([to_row(item, seed, transform) for item in items if isinstance(item, Passage)])
    return [row for place, made in enumerate(by_seed) for row in take_turns(made, copies, place)], dict(counts)


def join_copies(
    rows: Sequence[Row], human: HumanSplits, filters: Sequence[Filter], limit: int | None
) -> tuple[list[Row], dict[str, int]]:
    """Make the training set of an arm of transforms: the human rows, then the copies that filters and mixing admit.

    Args:
        rows: The copies, the best first.
        human: The human rows by use.
        filters: What copies must pass, fitted here; texts of the held-out rows are dropped in any case.
        limit: Most copies; None for no limit.

    Returns:
        The rows, and how many copies were `made`, and how many each reason refused.
    """
    reference, held_out = ([Row.human(utterance) for utterance in part] for part in (human.train, human.held_out))
    fitted = fit_filters(filters, reference, held_out)
    kept, rejects = apply_filters([*fitted, _held_out(human)], rows, reference)
    counts = Counter(reject.reason for reject in rejects)
    counts["made"] = len(kept) if limit is None else min(limit, len(kept))
    if counts["made"] < len(kept):
        counts["surplus"] = len(kept) - counts["made"]
        return mix(reference, kept, limit), dict(counts)
    check_ratio(len(reference), len(kept))
    return [*reference, *kept], dict(counts)


def to_row(passage: Passage, seed: Utterance, transform: Transform) -> Row:
    """What a transform made of a human utterance, with its intent and provenance."""
    utterance = Utterance(passage.tokens, passage.spans, seed.intent, passage.locale or seed.locale)
    source = (seed.seed_id,) if seed.seed_id else ()
    return Row(utterance, Provenance("augmented", passage.method or transform.method, transform.teacher, source))


def load_transforms(
    settings: Mapping[str, Mapping[str, Any]], human: HumanSplits, journal: Path
) -> dict[str, Transform]:
    """Make the transforms of a recipe.

    Args:
        settings: Registered name to settings; `slot_resampling` takes its values from the human rows if it has none.
        human: The human rows by use.
        journal: Where the answers of teachers go, for transforms that ask one.

    Returns:
        Name to transform.

    Raises:
        ConfigError: There is no such transform or setting, or a recipe says where a journal is: it writes into its run
            folder only.
    """
    made: dict[str, Transform] = {}
    for name, given in settings.items():
        if not isinstance(given, Mapping | None):
            raise ConfigError(
                f"transforms.{name}: expected key: value pairs, got {given!r}", hint="Write {} for none."
            )
        values = dict(given or {})
        if name == SlotResampling.name:
            values.setdefault("values", Catalogue.from_utterances(human.train).values)
        kind = find("transform", name)
        if any(field.name == "journal" for field in fields(kind)):
            if "journal" in values:
                raise ConfigError(
                    f"transforms.{name}.journal: a run keeps answers in its own folder", hint="Leave it out."
                )
            values["journal"] = str(journal)
        made[name] = from_dict(kind, values, f"transforms.{name}")
    return made


def _held_out(human: HumanSplits) -> HeldOutFilter:
    return HeldOutFilter.from_utterances(human.held_out)
