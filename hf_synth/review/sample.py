"""Which made rows people judge: a seeded sample with the shares of classes and methods that the dataset has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.run_folder import read_rows
from hf_synth.schema import Row, Utterance
from hf_synth.seeding import stable_hash

ROWS = 100
Stratum = tuple[str, str]  # class and method


@dataclass(frozen=True)
class Item:
    """A row to judge.

    Args:
        key: What judgements name the row by: a hash of its content, so that a changed row is a row without judgements.
        row: The made row.
        seeds: The human rows it was made from, as far as they are in `train`.
    """

    key: str
    row: Row
    seeds: tuple[Utterance, ...]


def read_items(folder: Path, size: int = ROWS, seed: int = 0) -> list[Item]:
    """Draw the rows to judge from a dataset.

    Args:
        folder: The folder of the dataset.
        size: Rows to draw, at least 1; all made rows if there are no more.
        seed: Of the draw.

    Returns:
        The rows, in the order in which they are judged.

    Raises:
        ConfigError: There is no `train` split that can be read, or it holds no made row.
    """
    if size < 1:
        raise ConfigError(f"expected at least 1 row to judge, got {size}")
    rows = _read_train(folder / "train.parquet")
    made = [row for row in rows if row.provenance.origin != "human"]
    if not made:
        raise ConfigError(f"{folder} holds no made row: there is nothing to judge", hint="Give another dataset.")
    human = {row.utterance.seed_id: row.utterance for row in rows if row.provenance.origin == "human"}
    return [
        Item(key, row, tuple(human[name] for name in row.provenance.seed_ids if name in human))
        for key, row in draw_sample(made, size, seed).items()
    ]


def draw_sample(rows: Sequence[Row], size: int = ROWS, seed: int = 0) -> dict[str, Row]:
    """Draw rows so that each class and method has its share; the order of the rows does not matter.

    Args:
        rows: Made rows.
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
        content = stable_hash(row.to_dict())
        keyed[stable_hash(content, seen[content])[:16]] = row
        seen[content] += 1
    return keyed


def _read_train(path: Path) -> list[Row]:
    import pyarrow.parquet as pq
    from datasets import Dataset
    from pyarrow import ArrowException

    hint = "Give a dataset of hf-synth, or build it again."
    try:
        return read_rows(Dataset(pq.read_table(path)))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", hint=hint) from None
    except (ArrowException, OSError, SchemaError, KeyError, AttributeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})", hint=hint) from None
