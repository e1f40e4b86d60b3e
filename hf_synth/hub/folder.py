"""What stands in the folder of a dataset, and which of it is published."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hf_synth.errors import ConfigError
from hf_synth.manifest import FILE, read_json

CARD = "README.md"
REJECTS = "rejects.parquet"
PICTURE = ".png"
_SPLIT = re.compile(r"\w+(\.\w+)*", re.ASCII)
_PICTURE = re.compile(rf"\w+\{PICTURE}", re.ASCII)


@dataclass(frozen=True)
class Facts:
    """What the manifest of a dataset says about who may use it, and who wrote it.

    Args:
        license: Licence of the human rows; empty if it is not stated.
        teacher: Name of the teacher; empty if none wrote, or if it is not stated.
        teacher_license: Licence of the teacher; empty if it is not stated.
        locales: Locales of the rows.
        pictures: Images that the card shows, by their names in the folder.
        review: What a review by people found: `sampled`, `wrong` and `passed`; empty if there was none.
    """

    license: str = ""
    teacher: str = ""
    teacher_license: str = ""
    locales: tuple[str, ...] = ()
    pictures: tuple[str, ...] = ()
    review: dict[str, Any] = field(default_factory=dict)


def find_dataset(folder: Path) -> Path:
    """The dataset that is meant by a folder.

    Args:
        folder: The folder of a dataset, or of a run with one dataset.

    Returns:
        The folder that holds the card and the rows.

    Raises:
        ConfigError: There is no dataset, or more than one, or it lies elsewhere.
    """
    if (folder / CARD).is_file() and any(folder.glob("*.parquet")):
        return folder
    found = [place for place in (folder / "dataset", *sorted(folder.glob("cells/*/dataset"))) if place.is_dir()]
    if not found:
        raise ConfigError(
            f"{folder} holds no dataset of hf-synth",
            hint="Give the --out folder of hf-synth run or build, or a dataset folder with README.md.",
        )
    if len(found) > 1:
        raise ConfigError(
            f"{folder} holds {len(found)} datasets: {', '.join(map(str, found))}",
            hint=f"Push one after the other, each as a config: hf-synth push {found[0].parent} REPO "
            f"--config {found[0].parent.name}",
        )
    if not found[0].resolve().is_relative_to(folder.resolve()):
        raise ConfigError(f"{found[0]} is a link that leads out of {folder}", hint="Push the folder that is meant.")
    return found[0]


def list_files(place: Path, rejects: bool) -> dict[str, Path]:
    """The files that are published as they are: all but the card.

    Args:
        place: The folder of a dataset.
        rejects: Whether the rejects, which lie beside it, are published too.

    Returns:
        Files by their name on the Hub: one parquet file a split, the manifest, pictures of the card, and the rejects.

    Raises:
        ConfigError: There are no rows or no rejects, or a file is a link.
    """
    files = {path.name: path for path in sorted(place.glob("*.parquet"))}
    if not files:
        raise ConfigError(f"{place} holds no parquet files", hint="Write the dataset again.")
    for path in files.values():
        if path.name == REJECTS or not _SPLIT.fullmatch(path.stem):
            raise ConfigError(f"{path}: not the name of a split", hint="Move it out of the folder of the dataset.")
    if (place / FILE).exists():
        files[FILE] = place / FILE
        _check_file(files[FILE])
        facts = read_facts(place)
        files |= {name: place / name for name in (facts.pictures if facts else ())}
    if rejects:
        files[REJECTS] = place.parent / REJECTS
    for path in (*files.values(), place / CARD):
        _check_file(path)
    return files


def _check_file(path: Path) -> None:
    """Check that a file that is published is there, and no link."""
    if not path.is_file():
        raise ConfigError(f"{path}: no such file", hint="Write the dataset again, or push without --rejects.")
    if path.resolve() != path.parent.resolve() / path.name:
        raise ConfigError(f"{path} is a link to another file", hint="Put the file itself in its place.")


def read_text(path: Path) -> str:
    """Read a file in UTF-8, and say so if it is not."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not UTF-8 ({error})", hint="Save it in UTF-8.") from None


def read_facts(place: Path) -> Facts | None:
    """Read the manifest of a dataset.

    Args:
        place: The folder of the dataset.

    Returns:
        What it says, with empty fields where it says nothing; None if there is no manifest.

    Raises:
        ConfigError: The manifest is not a mapping in JSON.
    """
    manifest = read_json(place / FILE)
    if manifest is None:
        return None
    if not isinstance(manifest, dict):
        raise ConfigError(f"{place / FILE}: expected a mapping, got {manifest!r:.50}", hint="Write the dataset again.")
    teacher = manifest.get("teacher")
    teacher = teacher if isinstance(teacher, dict) else {}
    locales = manifest.get("locales")
    review = manifest.get("review")
    return Facts(
        license=_text(manifest.get("license")),
        teacher=_text(teacher.get("name")),
        teacher_license=_text(teacher.get("license")),
        pictures=_names(manifest.get("pictures")),
        locales=tuple(filter(None, map(_text, locales))) if isinstance(locales, list) else (),
        review=review if isinstance(review, dict) else {},
    )


def _names(pictures: Any) -> tuple[str, ...]:
    """The files of pictures; none that lie elsewhere."""
    named = pictures if isinstance(pictures, dict) else {}
    return tuple(name for name in map(str, named) if _PICTURE.fullmatch(name))


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
