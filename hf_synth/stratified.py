"""A seeded sample of rows with the shares of classes and methods that all of them have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from hf_synth.schema import Row
from hf_synth.seeding import stable_hash

Stratum = tuple[str, str]  # class and method


def draw_sample(rows: Sequence[Row], size: int, seed: int = 0) -> dict[str, Row]:
    """Draw rows so that each class and method has its share; the order of the rows does not matter.

    Args:
        rows: Rows.
        size: Rows to draw; all if there are no more.
        seed: Of the draw.

    Returns:
        Rows by key, in a seeded order that mixes classes and methods.
    """
    keyed = _name_rows(rows)
    strata: dict[Stratum, list[str]] = {}
    for key, row in keyed.items():
        strata.setdefault((row.utterance.intent, row.provenance.method), []).append(key)
    shares = share_out({stratum: len(keys) for stratum, keys in strata.items()}, size, seed)
    chosen = [
        key
        for stratum, keys in strata.items()
        for key in sorted(keys, key=lambda key: stable_hash(seed, key))[: shares[stratum]]
    ]
    return {key: keyed[key] for key in sorted(chosen, key=lambda key: stable_hash(seed, "order", key))}


def share_out(sizes: Mapping[Stratum, int], total: int, seed: int = 0) -> dict[Stratum, int]:
    """Share a number of rows out in proportion to sizes, by the largest remainders.

    Args:
        sizes: Rows that there are.
        total: Rows to share out.
        seed: Decides between equal remainders.

    Returns:
        Rows of each; never more than there are.

    Examples:
        >>> share_out({("a", "x"): 70, ("b", "x"): 26, ("b", "y"): 4}, 10)
        {('a', 'x'): 7, ('b', 'x'): 3, ('b', 'y'): 0}
    """
    every = sum(sizes.values())
    if total >= every:
        return dict(sizes)
    shares = {stratum: total * size // every for stratum, size in sizes.items()}
    by_remainder = sorted(sizes, key=lambda stratum: (-(total * sizes[stratum] % every), stable_hash(seed, stratum)))
    for stratum in by_remainder[: total - sum(shares.values())]:
        shares[stratum] += 1
    return shares


def _name_rows(rows: Sequence[Row]) -> dict[str, Row]:
    """Rows by a hash of their content; equal rows are numbered."""
    keyed: dict[str, Row] = {}
    seen: Counter[str] = Counter()
    for row in rows:
        parse = row.utterance.parse
        content = stable_hash(row.to_dict(), *([parse] if parse else []))
        keyed[stable_hash(content, seen[content])[:16]] = row
        seen[content] += 1
    return keyed
