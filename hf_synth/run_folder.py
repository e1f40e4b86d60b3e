"""What a run leaves in its folder, and how it is read back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hf_synth.builders.generation import Generated
from hf_synth.builders.linguist import Built
from hf_synth.generation import Reject
from hf_synth.schema import Row


def write_rejects(rejects: list[Reject], path: Path) -> None:
    """Save what was not kept, with reason, detail and score."""
    from datasets import Dataset, Features, Value

    columns = Features({name: Value("string") for name in ("reason", "text", "detail")} | {"score": Value("float64")})
    path.parent.mkdir(parents=True, exist_ok=True)
    Dataset.from_list([vars(reject) for reject in rejects], features=columns).to_parquet(path)


def read_built(folder: Path, counts: dict[str, Any]) -> Built:
    """Read back a dataset that a run wrote."""
    from datasets import load_dataset

    splits: dict[str, list[Row]] = {"train": [], "validation": [], "test": []}
    for name, dataset in load_dataset(str(folder / "dataset")).items():
        tags, intents, origins = (
            dataset.features["slot_tags"].feature,
            dataset.features["intent"],
            dataset.features["origin"],
        )
        for row in dataset:
            names = {
                "slot_tags": tags.int2str(row["slot_tags"]),
                "intent": intents.int2str(row["intent"]),
                "origin": origins.int2str(row["origin"]),
            }
            splits[name].append(Row.from_dict({**row, **names}))
    generated = Generated(prompt_texts=set(counts["prompt_texts"]), completions=counts["completions"])
    return Built(splits["train"], splits["validation"], splits["test"], generated)


def sum_counts(counts: list[dict[str, Any]]) -> dict[str, Any]:
    """Add up the generation counts of all cells."""
    keys = ("requested", "prompts", "completions", "accepted", "seconds", "teacher_calls", "journal_hits")
    total: dict[str, Any] = {key: round(sum(count[key] for count in counts), 2) for key in keys}
    reasons = sorted({reason for count in counts for reason in count["rejected"]})
    total["rejected"] = {reason: sum(count["rejected"].get(reason, 0) for count in counts) for reason in reasons}
    total["teachers"] = sorted({count["teacher"] for count in counts})
    return total
