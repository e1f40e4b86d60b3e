"""A dataset card from its manifest: a pure function of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hf_synth.cards import text
from hf_synth.cards.front_matter import render_front_matter
from hf_synth.cards.manifest import DatasetManifest
from hf_synth.cards.shapes import find_shape
from hf_synth.markdown import BEGIN, END, inline
from hf_synth.schema import ORIGINS

TEMPLATE = """\
{begin}

# {name}

{summary}

{splits}

{held_out}

## Examples

{examples}

## What the rows are worth

{uplift}

## How the rows were made

{making}

### The prompt

{prompt}

### What was rejected

{rejects}

## Spot check

{review}

## Rows of each class

{classes}

## How to load it

```python
from datasets import load_dataset

data = load_dataset("path/to/this/folder")  # or its name on the Hub
human = data["train"].filter(lambda row: row["origin"] == {human})  # {origins}
```

Each row has {columns}, and says where it comes from: `origin`, `method` (what made it, with its version), `teacher` \
and `seed_ids` (the human rows it was made from, or its own).

## Limits

{limits}

## Sources and licence

{sources}

{end}
"""


def render_card(manifest: DatasetManifest, theirs: Mapping[str, Any] | None = None) -> str:
    """Write the card of a dataset: YAML for the Hub, then plain words.

    All text of rows, labels, names and prompts is shown as data: none of it can open a heading, a link, a table, HTML
    or another block, close a block of code, or steer a terminal.

    Args:
        manifest: Of the dataset.
        theirs: YAML of an earlier card whose other keys and tags are to be kept.

    Returns:
        The text of `README.md`; it names no time and no folder of the machine.
    """
    shape = find_shape(manifest.task)
    body = TEMPLATE.format(
        begin=BEGIN,
        name=inline(manifest.name) or "dataset",
        summary=text.tell_summary(manifest),
        splits=text.count_splits(manifest),
        held_out=text.tell_held_out(manifest),
        examples=text.show_examples(manifest),
        uplift=text.tell_uplift(manifest),
        making=text.tell_making(manifest),
        prompt=text.show_prompt(manifest),
        rejects=text.count_rejects(manifest),
        review=text.tell_review(manifest),
        classes=text.count_classes(manifest),
        human=ORIGINS.index("human"),
        origins=", ".join(f"{number} {origin}" for number, origin in enumerate(ORIGINS)),
        columns=shape.columns,
        limits=text.tell_limits(manifest),
        sources=text.tell_sources(manifest),
        end=END,
    )
    return f"{render_front_matter(manifest, theirs)}\n{body}"
