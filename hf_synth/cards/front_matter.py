"""The YAML at the top of a card: what the Hub and `load_dataset` read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import yaml

from hf_synth.cards.licenses import license_metadata
from hf_synth.cards.manifest import DatasetManifest
from hf_synth.cards.shapes import find_shape
from hf_synth.errors import ConfigError
from hf_synth.markdown import is_hidden, one_line
from hf_synth.seeding import stable_hash

SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)
TAGS = ("synthetic", "hf-synth")
OURS = (
    "language",
    "license",
    "license_name",
    "size_categories",
    "task_categories",
    "task_ids",
    "pretty_name",
    "tags",
    "configs",
    "dataset_info",
)


def render_front_matter(manifest: DatasetManifest, theirs: Mapping[str, Any] | None = None) -> str:
    """Write the YAML of a card.

    Args:
        manifest: Of the dataset.
        theirs: YAML of an earlier card: keys that are not `OURS`, and tags, are kept.

    Returns:
        The lines between and with `---`.
    """
    theirs = theirs or {}
    values = _make_metadata(manifest)
    values["tags"] = [*TAGS, *(tag for tag in _as_list(theirs.get("tags")) if tag not in TAGS)]
    values |= {key: value for key, value in theirs.items() if key not in OURS}
    ordered = {key: values[key] for key in dict.fromkeys((*OURS, *values)) if key in values}
    text = yaml.safe_dump(ordered, sort_keys=False, allow_unicode=True, width=10**9)
    if any(map(is_hidden, text)):  # a label may hold what steers the direction of text: YAML can escape it
        text = yaml.safe_dump(ordered, sort_keys=False, width=10**9)
    return f"---\n{text}---\n"


def read_front_matter(text: str) -> tuple[dict[str, Any], str]:
    """Read the YAML of a card.

    Args:
        text: A card.

    Returns:
        Its keys and values, and the text below; none and the whole text if there is no YAML.

    Raises:
        ConfigError: The YAML is broken.
    """
    found = re.match(r"---[ \t]*\n(.*?\n|)---[ \t]*(?:\n|\Z)", text, re.DOTALL)
    if not found:
        return {}, text
    try:
        values = yaml.safe_load(found.group(1)) or {}
    except yaml.YAMLError as error:
        raise ConfigError(f"the YAML at its top is broken ({' '.join(str(error).split())})") from None
    if not isinstance(values, dict):
        raise ConfigError("the YAML at its top has no keys")
    return values, text[found.end() :]


def order_splits(names: Iterable[str]) -> list[str]:
    """Put splits in the order of every card: `train`, `validation`, `test`, then others by name."""
    known = {"train": 0, "validation": 1, "test": 2}
    return sorted(names, key=lambda name: (known.get(name, len(known)), name))


def _make_metadata(manifest: DatasetManifest) -> dict[str, Any]:
    from datasets import DatasetInfo, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from datasets.utils.metadata import MetadataConfigs
    from huggingface_hub import DatasetCardData

    shape, names = find_shape(manifest.task), order_splits(manifest.splits)
    total = sum(manifest.splits[name].num_examples for name in names)
    codes = {re.split("[-_]", locale)[0].lower() for locale in manifest.locales}
    data: Any = DatasetCardData(
        language=sorted(code for code in codes if re.fullmatch("[a-z]{2,3}", code)) or None,
        size_categories=[next((name for limit, name in SIZES if total < limit), "n>10M")],
        task_categories=list(shape.categories),
        task_ids=list(shape.task_ids),
        pretty_name=one_line(manifest.name),
    )
    for key, value in license_metadata(manifest.license).items():
        data[key] = value
    files = [{"split": name, "path": f"{name}.parquet"} for name in names]
    config: dict[str, Any] = {"data_files": files}
    if digests := [manifest.splits[name].digest for name in names if manifest.splits[name].digest]:
        # `load_dataset` tells folders apart by this YAML alone: rows of equal size would share a cache
        config["description"] = f"rows {stable_hash(digests)[:16]}"
    MetadataConfigs({"default": config}).to_dataset_card_data(data)
    sizes = {
        name: SplitInfo(name, manifest.splits[name].num_bytes, manifest.splits[name].num_examples) for name in names
    }
    info = DatasetInfo(
        features=shape.make_features(manifest.labels),
        splits=SplitDict(sizes),
        dataset_size=sum(size.num_bytes for size in sizes.values()),
    )
    DatasetInfosDict({"default": info}).to_dataset_card_data(data)
    metadata: dict[str, Any] = data.to_dict()
    return metadata


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if value else []
