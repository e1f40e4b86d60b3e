"""What people judged: one file a reviewer, to which lines are only ever added."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from hf_synth.errors import ConfigError, check_choice

# In the order of their keys, 1 to 5.
VERDICTS = {
    "right": "right",
    "wrong_label": "wrong label",
    "wrong_slots": "wrong slots",
    "unnatural": "unnatural",
    "not_sure": "not sure",
}
WRONG = ("wrong_label", "wrong_slots", "unnatural")
SUFFIX = ".jsonl"


@dataclass(frozen=True)
class Judgement:
    """What one person says of one row.

    Args:
        row: Key of the row.
        verdict: A key of `VERDICTS`.
        note: Free text.

    Raises:
        ConfigError: There is no such verdict.
    """

    row: str
    verdict: str
    note: str = ""

    def __post_init__(self) -> None:
        check_choice("verdict", self.verdict, VERDICTS)


def find_folder(dataset: Path) -> Path:
    """Where the judgements of a dataset lie: beside it, for its folder holds only what is published.

    Args:
        dataset: The folder of the dataset.

    Returns:
        `review` beside `dataset`, `x-review` beside `x`.
    """
    place = dataset.resolve()
    return place.with_name("review" if place.name == "dataset" else f"{place.name}-review")


def name_file(folder: Path, reviewer: str) -> Path:
    """The file of a reviewer.

    Args:
        folder: Where judgements lie.
        reviewer: Name of the person.

    Returns:
        The path; there may be no such file yet.

    Raises:
        ConfigError: The name is not one of letters, digits, dots and dashes.
    """
    if not re.fullmatch(r"\w[\w.-]{0,63}", reviewer):
        raise ConfigError(
            f"a reviewer is named by up to 64 letters, digits, _, . and -, got {reviewer!r}", hint="Try: ann"
        )
    return folder / f"{reviewer}{SUFFIX}"


def append_judgement(file: Path, judgement: Judgement) -> None:
    """Add a judgement to a file; it is on disk when this returns.

    Args:
        file: Of the reviewer; made if it is not there.
        judgement: What to add; an earlier one of the same row is replaced by it when the file is read.
    """
    line = json.dumps(asdict(judgement)).encode() + b"\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a+b", buffering=0) as stream:
        if stream.seek(0, os.SEEK_END):
            stream.seek(-1, os.SEEK_END)
            if stream.read(1) != b"\n":  # torn by a kill: what comes now must not be lost with it
                line = b"\n" + line
        stream.write(line)
        os.fsync(stream.fileno())


def read_judgements(file: Path) -> dict[str, Judgement]:
    """Read the judgements of a reviewer.

    Args:
        file: Of the reviewer.

    Returns:
        The last judgement of each row, by key; a line that a kill has torn is no judgement.

    Raises:
        ConfigError: A line is JSON, but no judgement.
    """
    judged: dict[str, Judgement] = {}
    lines = file.read_bytes().split(b"\n") if file.exists() else []
    for number, line in enumerate(lines, start=1):
        try:
            values = json.loads(line)
        except ValueError:
            continue
        try:
            judgement = Judgement(**values)
        except (TypeError, ConfigError) as error:
            raise ConfigError(f"{file}:{number}: not a judgement ({error})", hint="Remove the line.") from None
        judged[judgement.row] = judgement
    return judged


def read_reviewers(folder: Path) -> dict[str, dict[str, Judgement]]:
    """Read the judgements of all reviewers of a dataset, by name."""
    return {file.stem: read_judgements(file) for file in sorted(folder.glob(f"*{SUFFIX}"))}
