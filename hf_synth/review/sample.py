"""Which made rows people judge, and the human rows they were made from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.run_folder import read_rows
from hf_synth.schema import Row, Utterance
from hf_synth.stratified import draw_sample

ROWS = 100


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


def _read_train(path: Path) -> list[Row]:
    import pyarrow.parquet as pq
    from datasets import Dataset
    from pyarrow import ArrowException

    hint = "Give a dataset of hf-synth, or build it again."
    try:
        if "text" not in pq.read_schema(path).names:
            raise ConfigError(f"{path} has no texts: people cannot judge its rows", hint="Review a dataset of texts.")
        return read_rows(Dataset(pq.read_table(path)))
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file", hint=hint) from None
    except (ArrowException, OSError, SchemaError, KeyError, AttributeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error})", hint=hint) from None
