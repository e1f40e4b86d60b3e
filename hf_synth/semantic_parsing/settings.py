"""How a semantic parser is trained, and how it decodes."""

from __future__ import annotations

from dataclasses import dataclass

from hf_synth.encoder import DEFAULT_ENCODER
from hf_synth.errors import check_values


@dataclass(frozen=True)
class ParserSettings:
    """Settings of `train_parser` and of the `Parser` that it makes.

    Args:
        base: What is trained on: `warm:<encoder>` builds a small model from a BERT-like encoder (see `warm_start`);
            `linguist-mini` (shipped) knows more languages than English; else a local folder, or the Hub id of a
            sequence-to-sequence model such as T5, mT5 or BART; also the folder of a saved `Parser` of
            other labels.
        epochs: Passes over the training rows, above 0.
        min_steps: Steps at least, at least 0: few rows are seen more often than `epochs` says.
        learning_rate: Peak rate, above 0; None for 5e-4 without adapters and 2e-3 with.
        lora_rank: Rank of the adapters on all linear layers; the embeddings of the labels are trained beside them. 0
            trains the model itself, all but the embeddings of its words.
        lora_alpha: Scale of the adapters: their output is multiplied by `lora_alpha / lora_rank`; above 0.
        max_tokens: Tokens in a batch of training rows, padding included, at least 16; those of a parse count twice.
        max_length: Tokens of a text, at least 8; training rows with longer ones are left out, other texts are cut.
        max_new_tokens: Tokens of a parse, at least 4.
        num_beams: Parses that are kept while one is looked for, at least 1: 1 is greedy.
        constrained: Every output is a parse over the schema.
        copy: Words of a parse are words of its text. A model without adapters is then trained to point at them (see
            `PointerHead`); where decoding is constrained, each is taken as often as it stands there at most.
        frozen_labels: Labels keep the embeddings of the words in their names, which the model learns to go by: it is
            then a base for parsers of other labels. Only with `copy`, and without adapters.

    Raises:
        ConfigError: A value is out of its range.

    Examples:
        >>> ParserSettings(num_beams=0)
        Traceback (most recent call last):
        hf_synth.errors.ConfigError: parser.num_beams must be at least 1, got 0
    """

    base: str = f"warm:{DEFAULT_ENCODER}"
    epochs: float = 4
    min_steps: int = 300
    learning_rate: float | None = None
    lora_rank: int = 0
    lora_alpha: int = 32
    max_tokens: int = 1024
    max_length: int = 128
    max_new_tokens: int = 160
    num_beams: int = 1
    constrained: bool = True
    copy: bool = True
    frozen_labels: bool = False

    def __post_init__(self) -> None:
        rules = (
            ("base", bool(self.base), "a name"),
            ("epochs", self.epochs > 0, "above 0"),
            ("min_steps", self.min_steps >= 0, "at least 0"),
            ("learning_rate", self.learning_rate is None or self.learning_rate > 0, "above 0"),
            ("lora_rank", self.lora_rank >= 0, "at least 0"),
            ("lora_alpha", self.lora_alpha > 0, "above 0"),
            ("max_tokens", self.max_tokens >= 16, "at least 16"),
            ("max_length", self.max_length >= 8, "at least 8"),
            ("max_new_tokens", self.max_new_tokens >= 4, "at least 4"),
            ("num_beams", self.num_beams >= 1, "at least 1"),
            ("frozen_labels", not self.frozen_labels or self.points, "false with lora_rank, or without copy"),
        )
        check_values("parser", self, rules)

    @property
    def peak_rate(self) -> float:
        """The peak learning rate.

        Examples:
            >>> ParserSettings().peak_rate, ParserSettings(lora_rank=8).peak_rate
            (0.0005, 0.002)
        """
        return self.learning_rate or (2e-3 if self.lora_rank else 5e-4)

    @property
    def points(self) -> bool:
        """Whether the model points at the words of its text."""
        return self.copy and not self.lora_rank
