"""The same transform on one machine and on many: parts for a Slurm or torchrun array, and Ray Data for a cluster."""

from __future__ import annotations

import logging
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.augmentation import Augmentation, add_provenance
from hf_synth.errors import ConfigError, require_extra
from hf_synth.manifest import claim_folder
from hf_synth.seeding import stable_hash
from hf_synth.transforms.base import Transform

if TYPE_CHECKING:
    from datasets import Dataset

logger = logging.getLogger(__name__)
# Where launchers write the number of a process, and how many there are: torchrun, Slurm arrays, Slurm steps.
_LAUNCHERS = (
    ("RANK", "WORLD_SIZE"),
    ("SLURM_ARRAY_TASK_ID", "SLURM_ARRAY_TASK_COUNT"),
    ("SLURM_PROCID", "SLURM_NTASKS"),
)


def find_part() -> tuple[int, int]:
    """Which part of the work is this process's, and how many parts there are.

    Returns:
        Part number from 0 and number of parts, as torchrun or Slurm wrote them; (0, 1) outside of both. Arrays of
        Slurm must count from 0.

    Raises:
        ConfigError: The part number is not below the number of parts.
    """
    for number, count in _LAUNCHERS:
        if number in os.environ and count in os.environ:
            part, parts = int(os.environ[number]), int(os.environ[count])
            if not 0 <= part < parts:
                raise ConfigError(f"{number}={part}, but there are {parts} parts", hint="Use --array=0-N.")
            return part, parts
    return 0, 1


def augment_part(
    dataset: Dataset,
    transform: Transform,
    out: str | Path,
    copies: int = 1,
    keep_original: bool = True,
    part: int | None = None,
    parts: int | None = None,
) -> Path:
    """Augment one part of a dataset and write it, once: a part that is there is not made again.

    Start the same script as many times as there are parts, on any machines that share a folder, by torchrun or as a
    Slurm array; `read_parts` puts the parts together. The rows are those of `augment`.

    Args:
        dataset: The whole dataset.
        transform: What makes the copies.
        out: Folder of the parts; it belongs to one dataset, transform and number of parts.
        copies: Copies wanted of each row.
        keep_original: Keep the rows themselves.
        part: Number of this part, from 0; what the launcher says if left out.
        parts: How many there are.

    Returns:
        The file of the part.

    Raises:
        ConfigError: The folder holds parts of something else.
        SchemaError: The text column is missing, or holds something else than texts.
    """
    from datasets.distributed import split_dataset_by_node

    found = find_part()
    part, parts = found[0] if part is None else part, found[1] if parts is None else parts
    work = Augmentation.plan(transform, dataset.features, copies, keep_original)
    file = Path(out) / f"part-{part:05d}-of-{parts:05d}.parquet"
    settings = {"name": transform.name, "transform": transform.cache_key(), "copies": copies, "parts": parts}
    claim_folder(Path(out), {**settings, "keep_original": keep_original}, _identify(dataset))
    if file.is_file():
        logger.info("%s is there already", file)
        return file
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    work.apply(split_dataset_by_node(dataset, rank=part, world_size=parts)).to_parquet(str(fresh))
    fresh.replace(file)
    return file


def _identify(dataset: Dataset) -> str:
    """What tells one dataset from another on any machine: its columns, its length and its first and last rows."""
    ends = [dataset[index] for index in (0, len(dataset) - 1)] if len(dataset) else []
    return stable_hash(sorted(dataset.column_names), len(dataset), [repr(row) for row in ends])[:16]


def read_parts(out: str | Path) -> Dataset:
    """Put the parts of `augment_part` together, in the order of the dataset.

    Args:
        out: Folder of the parts.

    Returns:
        All rows.

    Raises:
        ConfigError: There are no parts, or some are missing; the message names them.
    """
    from datasets import Dataset, concatenate_datasets

    files = sorted(Path(out).glob("part-*-of-*.parquet"))
    if not files:
        raise ConfigError(f"{out} holds no part", hint="Run augment_part first.")
    count = int(files[0].stem.rpartition("-")[2])
    there = {int(file.stem.split("-")[1]) for file in files}
    missing = sorted(set(range(count)) - there)
    if missing:
        raise ConfigError(
            f"{out} lacks {len(missing)} of {count} parts: {missing[:20]}", hint="Run these parts again."
        )
    return concatenate_datasets([Dataset.from_parquet(str(file)) for file in files])


class _ArrowWork:
    """What a Ray actor does: batches of Arrow in and out, the features kept exactly."""

    def __init__(self, work: Augmentation, schema: Any) -> None:
        self.work, self.schema = work, schema

    def __call__(self, table: Any) -> Any:
        import pyarrow

        made = self.work(table.to_pydict())
        return pyarrow.Table.from_pydict({name: made[name] for name in self.schema.names}, schema=self.schema)


def augment_on_ray(
    dataset: Dataset,
    transform: Transform,
    copies: int = 1,
    keep_original: bool = True,
    workers: int = 2,
    cpus: float = 1.0,
    gpus: float = 0.0,
    batch_size: int = 1000,
    rejects: Counter[str] | None = None,
) -> Dataset:
    """Augment a dataset on a Ray cluster, with one model in each actor.

    Args:
        dataset: The dataset.
        transform: What makes the copies.
        copies: Copies wanted of each row.
        keep_original: Keep the rows themselves.
        workers: Actors.
        cpus: CPUs of each actor. Leave some of the cluster free: actors that hold all of them starve Ray's own work.
        gpus: GPUs of each actor.
        batch_size: Rows that an actor gets at a time; it does not decide the rows.
        rejects: If given, the reasons of rows without a copy are counted into it.

    Returns:
        The rows of `augment`, in the same order and with the same features.

    Raises:
        MissingExtraError: Ray is not installed.
        SchemaError: The text column is missing, or holds something else than texts.
    """
    require_extra("ray", "ray")
    import pyarrow
    import ray.data
    from datasets import Dataset

    work = Augmentation.plan(transform, dataset.features, copies, keep_original)
    schema = add_provenance(dataset.features, transform).arrow_schema
    context = ray.data.DataContext.get_current()
    context.execution_options.preserve_order = True
    made = (
        ray.data.from_arrow(dataset.with_format("arrow")[:])
        .repartition(max(workers, -(-len(dataset) // batch_size)))
        .map_batches(
            _ArrowWork,
            fn_constructor_args=(work, schema),
            batch_format="pyarrow",
            batch_size=batch_size,
            num_cpus=cpus,
            num_gpus=gpus,
            compute=ray.data.ActorPoolStrategy(min_size=1, max_size=workers),
        )
    )
    tables: list[Any] = ray.get(made.to_arrow_refs())
    table = (
        pyarrow.concat_tables([table.cast(schema) for table in tables if table.num_rows])
        if any(table.num_rows for table in tables)
        else schema.empty_table()
    )
    return work.finish(Dataset(table), len(dataset), rejects)
