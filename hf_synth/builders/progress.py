"""What is shown while rows are generated: rows kept and rows a second, completions, rejects."""

from __future__ import annotations

from types import TracebackType

from tqdm.auto import tqdm

from hf_synth.markdown import one_line


class Progress:
    """A bar of rows.

    Args:
        wanted: Rows wanted in all.
        teacher: Identity of the teacher.
    """

    def __init__(self, wanted: int, teacher: str) -> None:
        self._bar = tqdm(total=wanted, desc=one_line(f"rows <- {teacher}", 50), unit="row")
        self._completions = self._rejected = 0

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.close()

    def answer(self, count: int) -> None:
        """Count completions that have come."""
        self._completions += count
        self._show()

    def judge(self, kept: int, rejected: int) -> None:
        """Count rows that were kept, and completions and rows that were not."""
        self._rejected += rejected
        self._bar.update(kept)
        self._show()

    def _show(self) -> None:
        self._bar.set_postfix(completions=self._completions, accepted=self._bar.n, rejected=self._rejected)
