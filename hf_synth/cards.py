"""A dataset that the Hub can show: parquet files, and a card that says how every row was made."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hf_synth.card_text import (
    CardFacts,
    count_intents,
    count_rejects,
    count_splits,
    plain,
    show_examples,
    tell_held_out,
    tell_making,
    tell_ratio,
    tell_sources,
)
from hf_synth.errors import ConfigError, ContaminationError, SchemaError
from hf_synth.schema import ORIGINS, Row, features, label_names, normalise

if TYPE_CHECKING:
    from datasets import Features
    from pyarrow import Table

__all__ = ["CardFacts", "render_card", "write_dataset"]

CARD = "README.md"
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))

TEMPLATE = """\
# {name}

Utterances with an intent and slot tags, in {locales}, {kind}. Made with `hf-synth` {version} by the recipe \
`{recipe}`.

## How the rows were made

{making}

{held_out}

## How many rows

{totals}

Rows of each intent:

{intents}

## What was rejected

{rejects}

## How to load it

```python
from datasets import load_dataset

data = load_dataset("path/to/this/folder")  # or its name on the Hub
human = data["train"].filter(lambda row: row["origin"] == {human})  # {origins}
```

Each row has `text`, `tokens`, `slot_tags` (IOB2, one a token), `intent` and `locale`, and says where it comes from: \
`origin`, `method` (what made it, with its version), `teacher` and `seed_ids` (the human rows it was made from, or \
its own).

## Examples

{examples}

## Limits

- Synthetic and augmented rows were not checked by people: their words may be odd and their labels wrong.
- They are for training. Do not evaluate on them, and never use them to measure bias or fairness: they show what a \
model writes, not what people say.
- {ratio}
- The rows carry the habits of the teacher and of the few rows it was shown; they add variety, not knowledge of real \
users. Whether they help is to be measured on real test data.

## Sources and licence

{sources}
"""


def write_dataset(splits: Mapping[str, Sequence[Row]], folder: str | Path, facts: CardFacts) -> None:
    """Write a dataset folder that `load_dataset` reads with all its features.

    The files are equal byte for byte for equal rows and facts. They are written beside the folder, which is replaced
    when all are complete.

    Args:
        splits: Rows by name of the split; empty ones are left out.
        folder: Where the dataset goes; a dataset that stands there is replaced.
        facts: What the card says.

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
    card, tables = render_card(splits, facts), _tables(_filled(splits))
    for leftover in (fresh, former):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, table in tables.items():
        pq.write_table(table, fresh / f"{name}.parquet")
    (fresh / CARD).write_text(card, encoding="utf-8", newline="\n")
    if place.exists():
        place.rename(former)
    fresh.rename(place)
    shutil.rmtree(former, ignore_errors=True)


def render_card(splits: Mapping[str, Sequence[Row]], facts: CardFacts) -> str:
    """Write the card of a dataset: YAML for the Hub, then plain words.

    Args:
        splits: Rows by name of the split; empty ones are left out.
        facts: What cannot be counted from the rows.

    Returns:
        The text of `README.md`; it names no time and no folder of the machine.

    Raises:
        SchemaError: There are no rows.
        ContaminationError: A row outside `train` is not human, or a made row repeats the text of one.
    """
    filled = _filled(splits)
    counts = {name: Counter(row.provenance.origin for row in rows) for name, rows in filled.items()}
    made = sorted({origin for count in counts.values() for origin in count} - {"human"})
    text = TEMPLATE.format(
        name=plain(facts.name),
        recipe=plain(facts.recipe),
        version=facts.version,
        locales=", ".join(facts.locales) or "one language",
        kind=f"{', '.join(['human', *made[:-1]])} and {made[-1]}" if made else "all human",
        making=tell_making(facts, made),
        held_out=tell_held_out(filled),
        totals=count_splits(counts),
        intents=count_intents(filled),
        rejects=count_rejects(facts.rejects),
        human=ORIGINS.index("human"),
        origins=", ".join(f"{number} {origin}" for number, origin in enumerate(ORIGINS)),
        examples=show_examples(filled),
        ratio=tell_ratio(counts.get("train", Counter())),
        sources=tell_sources(facts),
    )
    return f"---\n{_front_matter(filled, facts)}---\n\n{text}"


def _filled(splits: Mapping[str, Sequence[Row]]) -> dict[str, Sequence[Row]]:
    """The splits that have rows, once it is checked that the card may call the others than `train` human."""
    filled = {name: rows for name, rows in splits.items() if rows}
    if not filled:
        raise SchemaError("a dataset needs at least one row, got none")
    for name, rows in filled.items():
        for number, row in enumerate(rows):
            if name != "train" and row.provenance.origin != "human":
                raise ContaminationError(
                    f"{name} row {number} {row.utterance.text!r} has the origin {row.provenance.origin!r}",
                    hint="Made rows belong in the split train; all others are human, always.",
                )
    held_out = {normalise(row.utterance.text) for name in filled if name != "train" for row in filled[name]}
    for number, row in enumerate(filled.get("train", ())):
        if row.provenance.origin != "human" and normalise(row.utterance.text) in held_out:
            raise ContaminationError(
                f"train row {number} {row.utterance.text!r} is {row.provenance.origin} and stands in a held-out split",
                hint="Drop the made row.",
            )
    return filled


def _check_replaceable(place: Path) -> None:
    """Refuse to replace a folder that holds anything but parquet files and a card."""
    if place.exists() and not place.is_dir():
        raise ConfigError(f"{place} is a file, expected a folder", hint="Choose another folder.")
    strange = sorted(item.name for item in place.glob("*") if item.name != CARD and item.suffix != ".parquet")
    if strange:
        raise ConfigError(
            f"{place} holds {strange[0]!r}, which is no part of a dataset", hint="Move it, or choose another folder."
        )


def _columns(splits: Mapping[str, Sequence[Row]]) -> Features:
    return features(*label_names(row.utterance for rows in splits.values() for row in rows))


def _tables(splits: Mapping[str, Sequence[Row]]) -> dict[str, Table]:
    """The splits as Arrow tables, whose schema carries the features."""
    from pyarrow import Table

    columns = _columns(splits)
    return {
        name: Table.from_pylist([columns.encode_example(row.to_dict()) for row in rows], schema=columns.arrow_schema)
        for name, rows in splits.items()
    }


def _front_matter(splits: Mapping[str, Sequence[Row]], facts: CardFacts) -> str:
    """What the Hub and `load_dataset` read."""
    from datasets import DatasetInfo, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCardData

    total = sum(map(len, splits.values()))
    data = DatasetCardData(
        pretty_name=plain(facts.name),
        language=sorted({re.split("[-_]", locale)[0].lower() for locale in facts.locales}) or None,
        license=facts.license,
        task_categories=["token-classification", "text-classification"],
        size_categories=[next((name for limit, name in SIZES if total < limit), "n>1M")],
        tags=["synthetic", "hf-synth"],
    )
    files = [{"split": name, "path": f"{name}.parquet"} for name in splits]
    MetadataConfigs({"default": {"data_files": files}}).to_dataset_card_data(data)
    tables = _tables(splits)
    sizes = SplitDict({name: SplitInfo(name, table.nbytes, table.num_rows) for name, table in tables.items()})
    info = DatasetInfo(
        features=_columns(splits), splits=sizes, dataset_size=sum(table.nbytes for table in tables.values())
    )
    DatasetInfosDict({"default": info}).to_dataset_card_data(data)
    return f"{data.to_yaml()}\n"
