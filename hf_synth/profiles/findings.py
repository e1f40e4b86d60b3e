"""A profile in plain words: what is fine, and what a person should look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Finding = tuple[bool, str]

# From here on a difference is one to look at.
LENGTH = 0.15
CLASSES = 0.2
UNSEEN = 0.3
DISTINCT = 0.8
SELF_BLEU = 0.1
MEMORISED = 0.05
FAR = 0.1
_NAMED = 5


def judge_profile(profile: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Judge a profile.

    Args:
        profile: See `profile_rows`.

    Returns:
        One for each thing that can be said: `good`, and a `text` of one line, in which names of classes and words are
        foreign text. Those to look at come first.
    """
    if not profile["rows"]["made"]:
        return []
    if not profile["rows"]["human"]:
        found = [(False, "There is no human row to compare with.")]
    else:
        found = [
            finding
            for judge in (_judge_classes, _judge_lengths, _judge_words, _judge_repetition, _judge_neighbours)
            for finding in judge(profile)
        ]
    return [{"good": good, "text": text} for good, text in sorted(found, key=lambda finding: finding[0])]


def _judge_classes(profile: Mapping[str, Any]) -> Iterator[Finding]:
    counts = {
        label: (origins.get("human", 0), sum(origins.values()) - origins.get("human", 0))
        for label, origins in profile["classes"].items()
    }
    without = [label for label, (_, made) in counts.items() if not made]
    unknown = [label for label, (human, _) in counts.items() if not human]
    if without:
        of = f"{len(without)} of {len(counts)} classes have" if len(without) > 1 else "One class has"
        yield False, f"{of} no made rows: {_name(without)}."
    if unknown:
        of = f"{len(unknown)} classes have" if len(unknown) > 1 else "One class has"
        yield False, f"{of} made rows but no human row: {_name(unknown)}."
    if without or unknown or len(counts) == 1:
        return
    good = profile["label_distance"] < CLASSES
    totals = [sum(side) for side in zip(*counts.values(), strict=True)]
    gaps = {label: made / totals[1] - human / totals[0] for label, (human, made) in counts.items()}
    most, least = max(gaps, key=lambda label: gaps[label]), min(gaps, key=lambda label: gaps[label])
    if good:
        yield True, "Every class has made rows, in about the shares of the human ones."
    else:
        moved = f"{_percent(profile['label_distance'])} of the made rows would need another class"
        told = f"most above its share: {_name([most])}; most below: {_name([least])}"
        yield False, f"Classes have other shares than in human rows, {moved}; {told}."


def _judge_lengths(profile: Mapping[str, Any]) -> Iterator[Finding]:
    human, made = profile["lengths"]["human"]["mean"], profile["lengths"]["made"]["mean"]
    change = made / human - 1
    words = f"{made:.1f} words, human ones {human:.1f}"
    if abs(change) < LENGTH:
        yield True, f"Made rows are about as long as human ones (on average {words})."
    else:
        yield False, f"Made rows are {abs(change):.0%} {'longer' if change > 0 else 'shorter'}: on average {words}."


def _judge_words(profile: Mapping[str, Any]) -> Iterator[Finding]:
    unseen = profile["vocabulary"]["unseen"]
    if unseen is not None:
        new = list(profile["vocabulary"]["new_words"])
        told = f", most often: {_name(new)}" if new else ""
        yield unseen < UNSEEN, f"{_percent(unseen)} of the words in made rows are in no human row{told}."


def _judge_repetition(profile: Mapping[str, Any]) -> Iterator[Finding]:
    pairs, bleu = profile["ngrams"]["2"], profile["self_bleu"]
    if pairs["human"] and pairs["made"] is not None:
        good = pairs["made"] >= DISTINCT * pairs["human"]
        shares = f"{_percent(pairs['made'])} are different, in human rows {_percent(pairs['human'])}"
        told = f"of {pairs['sample']:,} pairs of words {shares}"
        yield good, f"Made rows {'are about as varied as human ones' if good else 'repeat themselves'}: {told}."
    if bleu and None not in bleu.values():
        good = bleu["made"] < bleu["human"] + SELF_BLEU
        told = f"self-BLEU {bleu['made']:.2f}, human rows {bleu['human']:.2f}"
        side = "about as like each other as" if good else "more like each other than"
        yield good, f"Made rows are {side} human ones are ({told})."


def _judge_neighbours(profile: Mapping[str, Any]) -> Iterator[Finding]:
    near = profile["neighbours"]
    if not near:
        return
    told = f"{_percent(near['memorised'])} of the made rows say nearly the same as a human row"
    bound = f"cosine above {near['memorised_above']}; human rows among themselves: {_percent(near['human_memorised'])}"
    yield near["memorised"] <= max(MEMORISED, near["human_memorised"]), f"{told} ({bound})."
    if near["far"] is not None:
        bound = f"cosine below {near['far_below']:.2f}, as for 5% of the human rows"
        yield near["far"] < FAR, f"{_percent(near['far'])} of the made rows are unlike any human row ({bound})."


def _percent(share: float) -> str:
    """A share in whole percent; what is little is not nothing."""
    return "under 1%" if 0 < share < 0.01 else f"{share:.0%}"


def _name(names: Sequence[str]) -> str:
    """Some names, the first few in full."""
    shown = [name if len(name) <= 30 else f"{name[:29]}…" for name in names[:_NAMED]]
    return ", ".join(shown) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
