"""What keeps evaluations real and unseen: no row that a machine made, no text that was trained on or prompted with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hf_synth.errors import ConfigError, ContaminationError, SchemaError, suggest
from hf_synth.schema import normalise

if TYPE_CHECKING:
    from datasets import Dataset

HUMAN = ("human",)
LONGEST = 200  # characters of a text in a message


def refuse_made(
    origins: Sequence[Any], split: str, name: Callable[[int], str], human: Collection[Any] = HUMAN
) -> None:
    """Refuse a split that holds a row that no person wrote.

    Args:
        origins: Where each row comes from.
        split: What the rows are for, in the message.
        name: How the message names a row, by its number.
        human: The origins of rows that people wrote.

    Raises:
        ContaminationError: An origin is another.
    """
    for number, origin in enumerate(origins):
        if origin not in human:
            raise ContaminationError(
                f"{name(number)} has the origin {origin!r}, expected {' or '.join(map(repr, human))}",
                hint=f"Keep augmented and synthetic rows in the training split; the {split} split is human, always.",
            )


def refuse_seen(
    texts: Sequence[str], train: Collection[str], prompts: Collection[str], name: Callable[[int], str]
) -> None:
    """Refuse test texts that were trained on or shown to a teacher; case and white space do not count.

    Args:
        texts: The test texts.
        train: Texts of the training rows.
        prompts: Texts of examples that stood in prompts.
        name: How the message names a row, by its number.

    Raises:
        ContaminationError: A test text is among them.
    """
    places = (({*map(normalise, train)}, "in the training rows"), ({*map(normalise, prompts)}, "in a prompt example"))
    for number, text in enumerate(texts):
        for seen, where in places:
            if normalise(text) in seen:
                raise ContaminationError(
                    f"{name(number)} also stands {where}",
                    hint="Split by text before anything is generated, and drop the row from one of the two.",
                )


@dataclass(frozen=True)
class Guard:
    """Checks datasets of anyone's before they are evaluated on; see also `LeakageFilter` for texts that are alike.

    Args:
        column: The column with the text, or with the embedding.
        origin: The column that says where a row comes from, by name or as a `ClassLabel`.
        human: What it holds for rows that people wrote.

    Examples:
        >>> from datasets import Dataset
        >>> test = Dataset.from_dict({"text": ["rain?"], "source": ["gpt"]})
        >>> Guard(origin="source", human=("crowd",)).check(test)
        Traceback (most recent call last):
        hf_synth.errors.ContaminationError: test row 0 'rain?' has the origin 'gpt', expected 'crowd'
        Hint: Keep augmented and synthetic rows in the training split; the test split is human, always.

    Reference: the augmentation guide (never evaluate, and never measure bias, on synthetic rows).
    """

    column: str = "text"
    origin: str = "origin"
    human: tuple[str, ...] = HUMAN

    def __post_init__(self) -> None:
        if not self.human:
            raise ConfigError("guard: `human` names no origin", hint=f"Say what {self.origin!r} holds for human rows.")

    def check(
        self, test: Dataset, train: Dataset | None = None, prompts: Collection[str] = (), split: str = "test"
    ) -> None:
        """Check that a split may be evaluated on.

        Args:
            test: The rows to evaluate on: of a test or validation split, or for a measurement of bias.
            train: What was trained on; its rows may be of any origin.
            prompts: Texts of examples that a teacher was shown.
            split: What the rows are for, in messages.

        Raises:
            ContaminationError: A row is not human, or its text was trained on or stood in a prompt.
            SchemaError: A column is not there.
        """
        texts = self._read(test, self.column)

        def name(number: int) -> str:
            return f"{split} row {number} {str(texts[number])[:LONGEST]!r}"

        refuse_made(self._read(test, self.origin), split, name, self.human)
        refuse_seen(texts, [] if train is None else self._read(train, self.column), prompts, name)

    def _read(self, dataset: Dataset, column: str) -> list[Any]:
        if column not in dataset.column_names:
            raise SchemaError(f"no column {column!r} in the dataset", hint=suggest(column, dataset.column_names))
        names = getattr(dataset.features[column], "names", None)
        values = [names[value] if names and value is not None else value for value in dataset[column]]
        return [
            " ".join(f"{number:.5g}" for number in value) if isinstance(value, list) else value for value in values
        ]
