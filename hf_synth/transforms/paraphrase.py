"""Paraphrase: a teacher says the same in other words."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from hf_synth.errors import check_choice
from hf_synth.generation import Answer, Draw, Reject, Sampling
from hf_synth.manifest import find_cache
from hf_synth.prompts.paraphrase import LEVELS, ParaphrasePrompt
from hf_synth.teachers.journal import Journal
from hf_synth.teachers.loading import load_instructed, teacher_revision
from hf_synth.transforms.alignment import SPANS, refuse_slots, retag
from hf_synth.transforms.base import NOT_IN_KEY, Transform
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.process import load_once


@dataclass(frozen=True)
class Paraphrase(Transform):
    """Have a teacher rewrite a text, a little, moderately or entirely.

    Before: `is it cold in oslo`. After, `level="moderate"`: `what are the temperatures like in oslo`. Every answer is
    written to a journal before it is used, so that a second run asks for nothing twice. Rows with slots are refused;
    `spans="verify"` asks the teacher to keep the values as they are, and keeps rows in which each is found again.

    Args:
        teacher_name: Folder or Hub id of a chat model or of a sequence-to-sequence model that follows instructions.
        level: `low`, `moderate` or `high`.
        spans: `refuse` or `verify`.
        temperature: Above 0.
        max_new_tokens: Longest answer, in tokens of the teacher.
        journal: File of the answers; one in the cache folder if empty. It does not decide the rows.
        (others): See `Transform`.

    Raises:
        ConfigError: A setting is out of its range.
        TeacherError: The teacher cannot be loaded, or was taught other prompts only.

    Reference: the augmentation guide (levels, temperature).
    """

    name: ClassVar[str] = "paraphrase"
    version: ClassVar[int] = 1
    teacher_name: str
    level: str = "moderate"
    spans: str = "refuse"
    temperature: float = 0.7
    max_new_tokens: int = 128
    journal: str = field(default="", metadata=NOT_IN_KEY)

    def __post_init__(self) -> None:
        super().__post_init__()
        check_choice("spans", self.spans, SPANS)
        check_choice("level", self.level, LEVELS)
        self._sampling()

    @property
    def teacher(self) -> str:
        """Name and revision of the teacher."""
        return _revision(self.teacher_name)

    def _sampling(self) -> Sampling:
        return Sampling(
            temperature=self.temperature, max_new_tokens=self.max_new_tokens, constrained=False, seed=self.seed
        )

    def rewrite(self, passages: Sequence[Passage]) -> list[list[Passage | Reject]]:
        """Ask for all copies of all passages of a batch at once."""
        prompt = ParaphrasePrompt()
        asked = [passage for passage in passages if not passage.spans or self.spans == "verify"]
        draws = [
            Draw(prompt.render(passage.text, self.level, [passage.value(span) for span in passage.spans]), copy)
            for passage in asked
            for copy in range(self.copies)
        ]
        answers = iter(self._ask(draws) if draws else ())
        return [
            [self._read_answer(prompt, next(answers), passage) for _ in range(self.copies)]
            if not passage.spans or self.spans == "verify"
            else [refuse_slots(passage, "a paraphrase moves and changes words")]
            for passage in passages
        ]

    def _ask(self, draws: Sequence[Draw]) -> list[Answer]:
        journal = Journal(Path(self.journal) if self.journal else find_cache() / "paraphrase.sqlite")
        try:
            return journal.generate(load_once(load_instructed, self.teacher_name), draws, self._sampling())
        finally:
            journal.close()

    @staticmethod
    def _read_answer(prompt: ParaphrasePrompt, answer: Answer, source: Passage) -> Passage | Reject:
        text = answer if isinstance(answer, Reject) else prompt.parse(answer, source.text)
        return text if isinstance(text, Reject) else retag(text, source)


_revision = functools.lru_cache(maxsize=16)(teacher_revision)
