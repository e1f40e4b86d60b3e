"""Every completion is written to disk before it is used, so that nothing paid for is lost."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

from hf_synth.errors import ConfigError
from hf_synth.generation import Answer, Answered, Draw, Sampling, Spent, StreamingTeacher, Teacher
from hf_synth.seeding import stable_hash

FILE = "journal.sqlite"
PATIENCE = 60.0  # seconds to wait for other processes


def draw_key(identity: str, draw: Draw, sampling: Sampling) -> str:
    """The journal key of a draw: teacher revision, prompt, sampling and draw number."""
    prompt = draw.prompt
    owed = None if prompt.owed is None else [[slot.number, slot.value] for slot in prompt.owed]
    asked = [prompt.text, prompt.instruction, owed, prompt.ordered, *([prompt.schema] if prompt.schema else [])]
    return stable_hash(identity, asked, sampling.to_dict(), draw.number)


@dataclass
class Journal:
    """A sqlite file of completions.

    What is guaranteed, should the process be killed at any point: a completion is returned only once it is on disk,
    and what is on disk is never asked for again. At most what was under way (asked, but not yet on disk) is asked
    again by the next run: a chunk of a teacher that runs here, the open requests of one that is reached over HTTP.

    Args:
        path: The file; made with its folder if missing.
        chunk: Draws asked at a time of a teacher that is not asked by requests; each chunk is on disk before the next
            is asked.

    Attributes:
        hits: Draws answered without the teacher.
        calls: Draws asked of the teacher.

    Raises:
        ConfigError: The file is not a journal.
    """

    path: Path
    chunk: int = 256
    lock: threading.RLock = field(default_factory=threading.RLock, init=False, repr=False)
    hits: int = field(default=0, init=False)
    calls: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=PATIENCE, check_same_thread=False)
            self._share()
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS completions "
                "(key TEXT PRIMARY KEY, teacher TEXT, prompt TEXT, draw INTEGER, completion TEXT)"
            )
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS requests "
                "(teacher TEXT, requests INTEGER, failed INTEGER, prompt_tokens INTEGER, completion_tokens INTEGER)"
            )
            self._db.execute("SELECT key, teacher, prompt, draw, completion FROM completions LIMIT 0")
        except (OSError, sqlite3.DatabaseError) as error:
            raise ConfigError(f"{self.path}: not a journal ({error})", hint="Move the file away.") from None

    def _share(self) -> None:
        """Let several processes read and write at once; sqlite does not wait by itself while another does this."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self._db.execute("PRAGMA journal_mode=WAL")
                return
            except sqlite3.OperationalError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.02)

    def generate(
        self,
        teacher: Teacher,
        draws: Sequence[Draw],
        sampling: Sampling,
        progress: Callable[[int], object] | None = None,
    ) -> list[Answer]:
        """Answer draws from the journal, and ask the teacher for the rest.

        Args:
            teacher: Who is asked for what the journal lacks.
            draws: What is wanted.
            sampling: How it is drawn.
            progress: Called with the number of draws answered since the last call.

        Returns:
            Completions, in the order of the draws; a reject for a draw that could not be had.
        """
        answers: dict[int, Answer] = {}
        with Asking(self, teacher, sampling) as asking:
            asking.submit(list(enumerate(draws)))
            while len(answers) < len(draws):
                found = asking.receive()
                answers.update(found)
                if progress:
                    progress(len(found))
        return [answers[number] for number in range(len(draws))]

    def find(self, keys: Sequence[str]) -> dict[str, str]:
        """The completions that are on disk, by key."""
        known: dict[str, str] = {}
        with self.lock:
            for start in range(0, len(keys), 500):
                part = keys[start : start + 500]
                marks = ",".join("?" * len(part))
                query = f"SELECT key, completion FROM completions WHERE key IN ({marks})"
                known.update(self._db.execute(query, part).fetchall())
        return known

    def keep(self, teacher: str, answered: Iterable[tuple[str, Draw, str]], spent: Iterable[Spent] = ()) -> None:
        """Write completions, and what requests cost, in one transaction: on disk when this returns."""
        rows = [(key, teacher, draw.prompt.text, draw.number, text) for key, draw, text in answered]
        costs = [(teacher, each.requests, each.failed, each.prompt_tokens, each.completion_tokens) for each in spent]
        with self.lock, self._db:
            self.calls += len(rows)
            self._db.executemany("INSERT OR IGNORE INTO completions VALUES (?, ?, ?, ?, ?)", rows)
            self._db.executemany("INSERT INTO requests VALUES (?, ?, ?, ?, ?)", costs)

    @property
    def spent(self) -> Spent:
        """What all requests on record have cost, those of earlier runs and those that failed among them."""
        query = "SELECT sum(requests), sum(failed), sum(prompt_tokens), sum(completion_tokens) FROM requests"
        with self.lock:
            return Spent(*(value or 0 for value in self._db.execute(query).fetchone()))

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def read_spent(path: Path) -> Spent:
    """What the requests in a journal have cost; nothing if there is no such file."""
    if not path.is_file():
        return Spent()
    journal = Journal(path)
    try:
        return journal.spent
    finally:
        journal.close()


class Asking:
    """Draws asked of a teacher through a journal: what is on disk is not asked for, and what comes is on disk first.

    The answers of a stream are written by a thread of their own: they must not wait in memory while the caller is busy
    with earlier ones.

    Args:
        journal: Where completions are kept.
        teacher: Who is asked; a `StreamingTeacher` is asked for all draws at once, others in chunks.
        sampling: How completions are drawn.
    """

    def __init__(self, journal: Journal, teacher: Teacher, sampling: Sampling) -> None:
        self._journal, self._teacher, self._sampling = journal, teacher, sampling
        self._identity = teacher.identity
        self._ready: list[tuple[int, Answer]] = []
        self._numbers: dict[str, list[int]] = {}
        self._asked: list[tuple[str, Draw]] = []
        self._sent = 0
        self._stream = teacher.open(sampling, journal.spent) if isinstance(teacher, StreamingTeacher) else None
        self._found: SimpleQueue[list[tuple[int, Answer]] | BaseException] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="hf-synth-journal", daemon=True)

    def __enter__(self) -> Asking:
        if self._stream:
            self._writer.start()
        return self

    def __exit__(self, *error: object) -> None:
        if self._stream:
            self._stream.close()
            self._writer.join()

    def submit(self, draws: Sequence[tuple[int, Draw]]) -> None:
        """Ask for draws, each with a number of the caller's; equal draws are asked for once."""
        keys = [draw_key(self._identity, draw, self._sampling) for _, draw in draws]
        with self._journal.lock:  # nothing may come between looking an answer up and waiting for it
            known = self._journal.find(keys)
            fresh = len(self._asked)
            for key, (number, draw) in zip(keys, draws, strict=True):
                if key in known:
                    self._ready.append((number, known[key]))
                elif key in self._numbers:
                    self._numbers[key].append(number)
                else:
                    self._numbers[key] = [number]
                    self._asked.append((key, draw))
                    continue
                self._journal.hits += 1
        if self._stream and len(self._asked) > fresh:
            self._stream.submit([(place, self._asked[place][1]) for place in range(fresh, len(self._asked))])

    def receive(self) -> list[tuple[int, Answer]]:
        """Wait for answers to what was submitted.

        Returns:
            Numbers and answers, at least one while any is due.
        """
        if self._ready:
            found, self._ready = self._ready, []
            return found
        if self._stream:
            item = self._found.get()
            if isinstance(item, BaseException):
                raise item
            return item
        asked = self._asked[self._sent : self._sent + self._journal.chunk]
        completions = self._teacher.generate([draw for _, draw in asked], self._sampling)
        places = range(self._sent, self._sent + len(asked))
        self._sent += len(asked)
        return self._keep([Answered(tuple(zip(places, completions, strict=True)), Spent())])

    def _write(self) -> None:
        """Write what a stream brings, until it ends."""
        try:
            while self._stream:
                if found := self._keep(self._stream.receive()):
                    self._found.put(found)
        except BaseException as error:
            self._found.put(error)

    def _keep(self, events: Sequence[Answered]) -> list[tuple[int, Answer]]:
        """Write what came, then hand it out under the numbers of the caller."""
        # Half of a surrogate pair is no text.
        found = [
            (place, answer.encode(errors="replace").decode() if isinstance(answer, str) else answer)
            for event in events
            for place, answer in event.answers
        ]
        written = [(*self._asked[place], answer) for place, answer in found if isinstance(answer, str)]
        with self._journal.lock:
            self._journal.keep(self._identity, written, [event.spent for event in events if event.spent.requests])
            return [(number, answer) for place, answer in found for number in self._numbers.pop(self._asked[place][0])]
