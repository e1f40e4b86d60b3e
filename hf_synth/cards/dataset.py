"""A dataset folder that the Hub can show: parquet files, their manifest, and the card."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.canvas import save_figures
from hf_synth.cards.counting import count_rows
from hf_synth.cards.manifest import DatasetManifest, SplitSize, is_dataset, write_manifest
from hf_synth.cards.readme import CARD, write_card
from hf_synth.cards.shapes import Shape, find_shape
from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.manifest import FILE, read_json

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pyarrow import Table

Splits = Mapping[str, Sequence[Mapping[str, Any]]]


def write_dataset(
    splits: Mapping[str, Sequence[Any]],
    folder: str | Path,
    manifest: DatasetManifest,
    drawings: Mapping[str, Callable[[], Figure]] | None = None,
) -> DatasetManifest:
    """Write a dataset folder that `load_dataset` reads with all its features.

    The files are equal byte for byte for equal rows and facts. They are written beside the folder, which is replaced
    when all are complete.

    Args:
        splits: Rows of the manifest's task by name of the split, such as `Row`; empty ones are left out.
        folder: Where the dataset goes; a dataset that stands there is replaced.
        manifest: What is stated of the dataset; what it says of the rows is counted here.
        drawings: What draws each picture of the manifest, by the name of its file without `.png`; without matplotlib
            there is none.

    Returns:
        The manifest, complete.

    Raises:
        SchemaError: There are no rows.
        ContaminationError: A row outside `train` is not human, or a made row repeats the text of one.
        ConfigError: The folder holds files that are not those of a dataset.
    """
    import pyarrow.parquet as pq

    place = Path(folder)
    fresh, former = (place.with_name(f".{place.name}.{state}") for state in ("incomplete", "former"))
    if former.exists() and not place.exists():
        former.rename(place)
    _check_replaceable(place)
    shape = find_shape(manifest.task)
    columns = {name: [shape.write_row(row) for row in rows] for name, rows in splits.items() if rows}
    _check_rows(columns, shape)
    manifest = count_rows(manifest, columns)
    tables = _make_tables(columns, manifest)
    for leftover in (fresh, former):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    sizes = {}
    for name, table in tables.items():
        file = fresh / f"{name}.parquet"
        pq.write_table(table, file)
        sizes[name] = SplitSize(table.num_rows, table.nbytes, hashlib.sha256(file.read_bytes()).hexdigest()[:16])
    manifest = replace(manifest, splits=sizes)
    drawn = {path.name for path in save_figures(drawings, fresh)} if drawings else set()
    manifest = replace(manifest, pictures={name: told for name, told in manifest.pictures.items() if name in drawn})
    write_manifest(manifest, fresh / FILE)
    write_card(manifest, fresh / CARD)
    if place.exists():
        place.rename(former)
    fresh.rename(place)
    shutil.rmtree(former, ignore_errors=True)
    return manifest


def find_manifests(place: Path) -> list[Path]:
    """Find the manifests of datasets.

    Args:
        place: A dataset folder, a run folder, or a manifest.

    Returns:
        The manifest, or those of all datasets of the run, sorted.

    Raises:
        ConfigError: There is none, or one is not JSON.
    """
    if place.is_file():
        return [place]
    if is_dataset(read_json(place / FILE)):
        return [place / FILE]
    found = sorted(place.glob(f"**/dataset/{FILE}"))
    if not found:
        raise ConfigError(
            f"{place} holds no dataset with a {FILE}", hint="Give a folder that hf-synth build or run wrote."
        )
    return found


def _check_rows(splits: Splits, shape: Shape) -> None:
    """Check that the card may call the splits other than `train` human."""
    if not splits:
        raise SchemaError("a dataset needs at least one row, got none")
    for name, rows in splits.items():
        for number, row in enumerate(rows):
            if name != "train" and row["origin"] != "human":
                raise ContaminationError(
                    f"{name} row {number} {_name_row(row, shape)} has the origin {row['origin']!r}",
                    hint="Made rows belong in the split train; all others are human, always.",
                )
    held_out = {shape.find_key(row) for name in splits if name != "train" for row in splits[name]}
    for number, row in enumerate(splits.get("train", ())):
        if row["origin"] != "human" and shape.find_key(row) in held_out:
            raise ContaminationError(
                f"train row {number} {_name_row(row, shape)} is {row['origin']} and stands in a held-out split",
                hint="Drop the made row.",
            )


def _name_row(row: Mapping[str, Any], shape: Shape) -> str:
    return repr(row["text"] if "text" in row else shape.find_key(row)[:40])


def _check_replaceable(place: Path) -> None:
    """Refuse to replace a folder that holds anything but what belongs to a dataset."""
    if place.exists() and not place.is_dir():
        raise ConfigError(f"{place} is a file, expected a folder", hint="Choose another folder.")
    values = read_json(place / FILE)
    ours = {CARD, FILE, *values.get("pictures", ())} if is_dataset(values) else {CARD}
    strange = sorted(item.name for item in place.glob("*") if item.name not in ours and item.suffix != ".parquet")
    if strange:
        raise ConfigError(
            f"{place} holds {strange[0]!r}, which is no part of a dataset", hint="Move it, or choose another folder."
        )


def _make_tables(splits: Splits, manifest: DatasetManifest) -> dict[str, Table]:
    """The splits as Arrow tables, whose schema carries the features."""
    from pyarrow import Table

    columns = find_shape(manifest.task).make_features(manifest.labels)
    return {
        name: Table.from_pylist([columns.encode_example(row) for row in rows], schema=columns.arrow_schema)
        for name, rows in splits.items()
    }
