"""What a run leaves in its folder, and how it is read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hf_synth.builders.built import Built
from hf_synth.builders.generation import Generated
from hf_synth.columns import features, parse_features
from hf_synth.generation import Reject
from hf_synth.manifest import read_json, write_json
from hf_synth.parses.tree import read_parse
from hf_synth.schema import Row, label_names


def write_rejects(rejects: list[Reject], path: Path) -> None:
    """Save what was not kept, with reason, detail and score."""
    from datasets import Dataset, Features, Value

    columns = Features({name: Value("string") for name in ("reason", "text", "detail")} | {"score": Value("float64")})
    path.parent.mkdir(parents=True, exist_ok=True)
    Dataset.from_list([vars(reject) for reject in rejects], features=columns).to_parquet(path)


def write_arm(rows: Sequence[Row], counts: Mapping[str, int], path: Path) -> None:
    """Save the training set of an arm, and the counts of what was made for it in a file beside it."""
    from datasets import Dataset

    path.parent.mkdir(parents=True, exist_ok=True)
    if any(row.utterance.parse for row in rows):
        dataset = Dataset.from_list([row.to_parsed() for row in rows], features=parse_features())
    else:
        names = label_names(row.utterance for row in rows)
        dataset = Dataset.from_list([row.to_dict() for row in rows], features=features(*names))
    dataset.to_parquet(path)
    write_json(path.with_suffix(".json"), dict(counts))


def read_arm(path: Path) -> tuple[list[Row], dict[str, int]] | None:
    """Read back what `write_arm` wrote; None if it did not."""
    from datasets import Dataset

    counts = read_json(path.with_suffix(".json"))
    return None if counts is None else (read_rows(Dataset.from_parquet(str(path))), counts)


def read_rows(dataset: Any) -> list[Row]:
    """The rows of a dataset with the columns of one of the features in `columns`."""
    if "slot_tags" not in dataset.features:
        return _read_texts(dataset)
    tags, intents, origins = (
        dataset.features["slot_tags"].feature,
        dataset.features["intent"],
        dataset.features["origin"],
    )
    return [
        Row.from_dict(
            {
                **row,
                "slot_tags": tags.int2str(row["slot_tags"]),
                "intent": intents.int2str(row["intent"]),
                "origin": origins.int2str(row["origin"]),
            }
        )
        for row in dataset
    ]


def _read_texts(dataset: Any) -> list[Row]:
    """The rows of a dataset without slots: with a class, or with a parse whose outermost label is the class."""
    labels, origins = dataset.features.get("label"), dataset.features["origin"]
    return [
        Row.from_dict(
            {
                **row,
                "tokens": row["text"].split(),
                "slot_tags": ["O"] * len(row["text"].split()),
                "intent": labels.int2str(row["label"]) if labels else read_parse(row["parse"]).label,
                "origin": origins.int2str(row["origin"]),
            }
        )
        for row in dataset
    ]


def read_built(folder: Path, counts: dict[str, Any]) -> Built:
    """Read back a dataset that a run wrote."""
    from datasets import load_dataset

    splits: dict[str, list[Row]] = {"train": [], "validation": [], "test": []}
    for name, dataset in load_dataset(str(folder / "dataset")).items():
        splits[name] = read_rows(dataset)
    generated = Generated(prompt_texts=set(counts["prompt_texts"]), completions=counts["completions"])
    return Built(splits["train"], splits["validation"], splits["test"], generated)


def count_made(counts: Mapping[str, Any]) -> dict[str, int]:
    """What a teacher made for an arm, and how many rows each reason refused, in the form of `write_arm`'s counts."""
    return {"requested": counts["requested"], "made": counts["accepted"], **counts["rejected"]}


def sum_copies(counts: Mapping[tuple[str, str], Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """Add up what transforms made, and why not more, for each arm: by cell and arm before, by arm after."""
    total: dict[str, dict[str, int]] = {}
    for (_, arm), found in counts.items():
        for name, count in found.items():
            total.setdefault(arm, {})[name] = total.get(arm, {}).get(name, 0) + count
    return total


def sum_counts(counts: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up the generation counts of all cells."""
    keys = ("requested", "prompts", "completions", "accepted", "seconds", "teacher_calls", "journal_hits")
    total: dict[str, Any] = {key: round(sum(count[key] for count in counts), 2) for key in keys}
    reasons = sorted({reason for count in counts for reason in count["rejected"]})
    total["rejected"] = {reason: sum(count["rejected"].get(reason, 0) for count in counts) for reason in reasons}
    total["teachers"] = sorted({count["teacher"] for count in counts})
    return total
