"""What must be true of a dataset before anyone else sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hf_synth.errors import ConfigError
from hf_synth.hub.card import split_card
from hf_synth.hub.folder import CARD, Facts, read_facts, read_text
from hf_synth.manifest import FILE
from hf_synth.schema import normalise

TRAIN, EMBEDDING = "train", "embedding"


def find_refusals(place: Path) -> tuple[str, ...]:
    """Find every reason not to publish a dataset; where a row comes from is read in the rows themselves.

    Args:
        place: The folder of the dataset.

    Returns:
        The reasons, each with what mends it; none if the dataset may be published.

    Raises:
        ConfigError: A file cannot be read.
    """
    splits = {path.stem: _read_rows(path) for path in sorted(place.glob("*.parquet"))}
    data, _ = split_card(read_text(place / CARD), str(place / CARD))
    facts = read_facts(place)
    points = all(_has_points(path) for path in place.glob("*.parquet"))  # no teacher writes them
    written = any(
        teacher or (origin == "synthetic" and not points) for rows in splits.values() for _, origin, teacher in rows
    )
    stated = (
        [f"{place / FILE}: missing, so nobody knows who may use the rows (build the dataset again)"]
        if facts is None
        else _check_facts(facts, data, place, written, points)
    )
    return (*stated, *_check_splits(data, place, sorted(splits)), *_check_rows(splits))


def tell_review(place: Path) -> str:
    """What a review by people found, in words."""
    facts = read_facts(place)
    if facts is None or not facts.review:
        return "not reviewed"
    return f"{facts.review.get('wrong', '?')} of {facts.review.get('sampled', '?')} rows wrong"


def _check_facts(facts: Facts, data: dict[str, Any], place: Path, written: bool, points: bool) -> list[str]:
    mend = f"hf-synth card {place}"
    reasons = []
    if not facts.license or not data.get("license"):
        reasons.append(f"the licence of the human rows is not stated ({mend} --license ID)")
    if written and not facts.teacher:
        reasons.append("a teacher wrote rows, but it is not named (build the dataset again)")
    if written and not facts.teacher_license:
        reasons.append(f"the licence of the teacher is not stated ({mend} --teacher-license ID)")
    if not points and not (facts.locales and data.get("language")):
        reasons.append("the languages are not stated (give the human rows a locale, and build the dataset again)")
    if facts.review and facts.review.get("passed") is not True:
        reasons.append(f"the review failed: {tell_review(place)} (mend or drop rows, and review again)")
    return reasons


def _check_splits(data: dict[str, Any], place: Path, names: list[str]) -> list[str]:
    """Whether the card names the files that are there, and no others."""
    configs = data.get("configs")
    try:
        named = sorted((item["split"], item["path"]) for entry in configs or () for item in entry["data_files"])
    except (TypeError, KeyError):
        named = []
    if named == [(name, f"{name}.parquet") for name in names]:
        return []
    return [f"{place / CARD} does not name the files that stand beside it (build the dataset again)"]


def _check_rows(splits: dict[str, list[tuple[str, str, str]]]) -> list[str]:
    """Whether all held-out rows are human, and no made row repeats one."""
    reasons = []
    held_out = {normalise(text) for name in splits if name != TRAIN for text, _, _ in splits[name]}
    for name, rows in splits.items():
        if name != TRAIN:
            wrong = [(number, f"is {origin}") for number, (_, origin, _) in enumerate(rows) if origin != "human"]
            what = "rows of it are not human"
        else:
            wrong = [
                (number, f"is {origin} and stands in a held-out split")
                for number, (text, origin, _) in enumerate(rows)
                if origin != "human" and normalise(text) in held_out
            ]
            what = "made rows of it repeat a held-out text"
        if wrong:
            number, how = wrong[0]
            first = f"the first is row {number} {rows[number][0]!r:.80}, which {how}"
            reasons.append(f"{name}: {len(wrong)} {what}, {first} (drop them)")
    return reasons


def _has_points(path: Path) -> bool:
    """Whether the rows of a split are embeddings rather than texts."""
    import pyarrow.parquet as pq

    names = pq.read_schema(path).names
    return EMBEDDING in names and "text" not in names


def _read_rows(path: Path) -> list[tuple[str, str, str]]:
    """Text, origin and teacher of each row of a split."""
    import pyarrow.parquet as pq
    from datasets import ClassLabel, Features
    from pyarrow import ArrowException

    try:
        names = pq.read_schema(path).names
        key = EMBEDDING if _has_points(path) else "text"
        table = pq.read_table(path, columns=[name for name in (key, "origin", "teacher") if name in names])
    except (ArrowException, OSError) as error:
        raise ConfigError(f"{path}: not a parquet file ({error})", hint="Write the dataset again.") from None
    if table.num_columns < 3:
        raise ConfigError(
            f"{path}: expected the columns {key}, origin and teacher, got {', '.join(names) or 'none'}",
            hint="Only datasets of hf-synth can be pushed: their rows say where they come from.",
        )
    origins = table.column("origin").to_pylist()
    label = Features.from_arrow_schema(table.schema)["origin"]
    if isinstance(label, ClassLabel):
        origins = ["unknown" if origin is None else label.int2str(origin) for origin in origins]
    texts, teachers = table.column(key).to_pylist(), table.column("teacher").to_pylist()
    if key == EMBEDDING:
        texts = [" ".join(f"{number:.5g}" for number in numbers) for numbers in texts]
    return [
        (str(text), str(origin), str(teacher or ""))
        for text, origin, teacher in zip(texts, origins, teachers, strict=True)
    ]
