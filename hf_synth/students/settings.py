"""How a student is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from hf_synth.encoder import DEFAULT_ENCODER
from hf_synth.errors import ConfigError, check_values, suggest


@dataclass(frozen=True)
class StudentSettings:
    """Settings of `train_student`.

    Args:
        encoder: Hub id or local folder of the encoder that is trained on.
        epochs: Passes over the training rows, above 0.
        learning_rate: Peak rate of the encoder or its adapters, above 0; None for 5e-4 without adapters and 2e-3 with.
        head_learning_rate: Peak rate of the two heads, above 0.
        lora_rank: Rank of the adapters on all linear layers of the encoder; 0 trains the encoder itself, all but its
            word embeddings, which for a small encoder costs hardly more.
        lora_alpha: Scale of the adapters: their output is multiplied by `lora_alpha / lora_rank`; above 0.
        max_tokens: Wordpieces in a batch, padding included, at least 16.
        max_length: Wordpieces of an utterance that are read, at least 8; words behind them are tagged `O`.

    Raises:
        ConfigError: A value is out of its range.

    Examples:
        >>> StudentSettings(epochs=0)
        Traceback (most recent call last):
        hf_synth.errors.ConfigError: students.epochs must be above 0, got 0
    """

    encoder: str = DEFAULT_ENCODER
    epochs: float = 4
    learning_rate: float | None = None
    head_learning_rate: float = 4e-3
    lora_rank: int = 16
    lora_alpha: int = 32
    max_tokens: int = 512
    max_length: int = 128

    def __post_init__(self) -> None:
        rules = (
            ("encoder", bool(self.encoder), "a name"),
            ("epochs", self.epochs > 0, "above 0"),
            ("learning_rate", self.learning_rate is None or self.learning_rate > 0, "above 0"),
            ("head_learning_rate", self.head_learning_rate > 0, "above 0"),
            ("lora_rank", self.lora_rank >= 0, "at least 0"),
            ("lora_alpha", self.lora_alpha > 0, "above 0"),
            ("max_tokens", self.max_tokens >= 16, "at least 16"),
            ("max_length", self.max_length >= 8, "at least 8"),
        )
        check_values("students", self, rules)

    @property
    def encoder_rate(self) -> float:
        """The peak rate of the encoder or its adapters.

        Examples:
            >>> StudentSettings(lora_rank=0).encoder_rate, StudentSettings(lora_rank=8).encoder_rate
            (0.0005, 0.002)
        """
        return self.learning_rate or (2e-3 if self.lora_rank else 5e-4)

    def to_dict(self) -> dict[str, Any]:
        """All settings, for manifests and saved students."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StudentSettings:
        """Read settings from a mapping.

        Args:
            values: Settings by name; a missing one takes its default.

        Returns:
            The settings, checked.

        Raises:
            ConfigError: A key is unknown.

        Examples:
            >>> StudentSettings.from_dict({"epochs": 2}).epochs
            2
        """
        known = [field.name for field in fields(cls)]
        for name in values:
            if name not in known:
                raise ConfigError(f"unknown setting students.{name}", hint=suggest(name, known))
        return cls(**values)
