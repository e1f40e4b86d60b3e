"""A recipe for `hf-synth teach` with `task: encoder`: which encoder learns to read which language."""

from __future__ import annotations

from dataclasses import dataclass

from hf_synth.encoder import DEFAULT_ENCODER
from hf_synth.errors import ConfigError
from hf_synth.sources import Source


@dataclass(frozen=True)
class EncoderRecipe:
    """How an encoder of one language becomes an encoder of two.

    Args:
        data: Sentence pairs, with a column for each language.
        languages: Names of the two columns: the language that `base` reads, and the one that it is to learn.
        base: Folder or Hub id of the encoder, which is both the teacher and where the student starts.
        name: Name of the recipe; its folder's name if empty.
        task: `encoder`.
        new_pieces: Word pieces learnt from the new language, beside those of `base`; 0 for an encoder whose vocabulary
            covers it already.
        pairs: How many pairs to learn from, drawn at random; 0 for all.
        held_out: Sentences of the first language that are kept for scoring.
        epochs: Times that each sentence is seen.
        plain_share: Share of pairs that are seen in lower case and without a final mark.
        learning_rate: Peak of the schedule.
        max_tokens: Token budget of a batch.
        checkpoint_steps: Steps between checkpoints; 0 for none.
        seed: Seed of everything.

    Raises:
        ConfigError: A value is out of its range.
    """

    data: Source
    languages: tuple[str, ...]
    base: str = DEFAULT_ENCODER
    name: str = ""
    task: str = "encoder"
    new_pieces: int = 8000
    pairs: int = 0
    held_out: int = 2000
    epochs: int = 1
    plain_share: float = 0.5
    learning_rate: float = 5e-4
    max_tokens: int = 2048
    checkpoint_steps: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.languages) != 2 or self.languages[0] == self.languages[1]:
            raise ConfigError(f"languages are two columns, got {list(self.languages)}")
        for name, least in (("new_pieces", 0), ("pairs", 0), ("held_out", 1), ("epochs", 1), ("max_tokens", 16)):
            if getattr(self, name) < least:
                raise ConfigError(f"{name} must be at least {least}, got {getattr(self, name)}")
        if not 0 <= self.plain_share <= 1:
            raise ConfigError(f"plain_share must lie in [0, 1], got {self.plain_share}")
