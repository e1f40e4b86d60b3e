"""Every completion is written to disk before it is used, so that nothing paid for is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hf_synth.errors import ConfigError
from hf_synth.generation import Draw, Sampling, Teacher
from hf_synth.seeding import stable_hash


def draw_key(identity: str, draw: Draw, sampling: Sampling) -> str:
    """The journal key of a draw: teacher revision, prompt, sampling and draw number."""
    prompt = draw.prompt
    owed = None if prompt.owed is None else [[slot.number, slot.value] for slot in prompt.owed]
    asked = [prompt.text, prompt.instruction, owed, prompt.ordered]
    return stable_hash(identity, asked, sampling.to_dict(), draw.number)


@dataclass
class Journal:
    """A sqlite file of completions.

    What is guaranteed, should the process be killed at any point: a completion is returned only once it is on disk,
    and what is on disk is never asked for again. At most the chunk in flight (asked, but not yet on disk) is asked
    again by the next run; with `chunk=1` that is at most one draw a kill.

    Args:
        path: The file; made with its folder if missing.

    Attributes:
        hits: Draws answered without the teacher.
        calls: Draws asked of the teacher.

    Raises:
        ConfigError: The file is not a journal.
    """

    path: Path
    hits: int = field(default=0, init=False)
    calls: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=60)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS completions "
                "(key TEXT PRIMARY KEY, teacher TEXT, prompt TEXT, draw INTEGER, completion TEXT)"
            )
            self._db.execute("SELECT key, teacher, prompt, draw, completion FROM completions LIMIT 0")
        except (OSError, sqlite3.DatabaseError) as error:
            raise ConfigError(f"{self.path}: not a journal ({error})", hint="Move the file away.") from None

    def generate(
        self,
        teacher: Teacher,
        draws: Sequence[Draw],
        sampling: Sampling,
        chunk: int = 256,
        progress: Callable[[int], object] | None = None,
    ) -> list[str]:
        """Answer draws from the journal, and ask the teacher for the rest.

        Args:
            teacher: Who is asked for what the journal lacks.
            draws: What is wanted.
            sampling: How it is drawn.
            chunk: Draws asked at a time; each chunk is on disk before the next is asked. What a kill can lose is one
                chunk: give 1 for a teacher that is paid by the call.
            progress: Called with the number of draws answered since the last call.

        Returns:
            Completions, in the order of the draws.
        """
        keys = [draw_key(teacher.identity, draw, sampling) for draw in draws]
        known = self._read(keys)
        first = {key: index for index, key in reversed(list(enumerate(keys)))}
        missing = sorted(index for key, index in first.items() if key not in known)
        self.hits += len(keys) - len(missing)
        if progress:
            progress(len(keys) - len(missing))
        for start in range(0, len(missing), chunk):
            asked = [draws[index] for index in missing[start : start + chunk]]
            completions = teacher.generate(asked, sampling)
            self.calls += len(asked)
            with self._db:
                for index, completion in zip(missing[start : start + chunk], completions, strict=True):
                    text = completion.encode(errors="replace").decode()  # half a surrogate pair is no text
                    known[keys[index]] = text
                    row = (keys[index], teacher.identity, draws[index].prompt.text, draws[index].number, text)
                    self._db.execute("INSERT OR IGNORE INTO completions VALUES (?, ?, ?, ?, ?)", row)
            if progress:
                progress(len(asked))
        return [known[key] for key in keys]

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    def _read(self, keys: Sequence[str]) -> dict[str, str]:
        known: dict[str, str] = {}
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            marks = ",".join("?" * len(part))
            query = f"SELECT key, completion FROM completions WHERE key IN ({marks})"
            known.update(self._db.execute(query, part).fetchall())
        return known
