"""How a classifier of texts is trained, and what its loss is made of."""

from __future__ import annotations

from dataclasses import dataclass

from hf_synth.encoder import DEFAULT_ENCODER
from hf_synth.errors import check_choice, check_values

TEACHERS = ("previous", "best")


@dataclass(frozen=True)
class ClassifierSettings:
    """How a classifier is trained.

    Args:
        base: Hub id or folder of an encoder or of a classifier with as many outputs as there are labels.
        epochs: Passes over the rows, at least 1.
        learning_rate: Peak rate, above 0; None for 5e-5 without adapters and 5e-4 with.
        head_learning_rate: Peak rate of the layers on top, above 0.
        lora_rank: Rank of adapters on all linear layers; 0 trains the encoder itself, all but its word embeddings.
        lora_alpha: Scale of the adapters.
        max_tokens: Tokens in a batch, padding included, at least 16.
        max_length: Tokens of a text that are read, at least 8.

    Raises:
        ConfigError: A value is out of its range.
    """

    base: str = DEFAULT_ENCODER
    epochs: int = 10
    learning_rate: float | None = None
    head_learning_rate: float = 1e-2
    lora_rank: int = 0
    lora_alpha: int = 32
    max_tokens: int = 512
    max_length: int = 128

    def __post_init__(self) -> None:
        rules = (
            ("base", bool(self.base), "a name"),
            ("epochs", self.epochs >= 1, "at least 1"),
            ("learning_rate", self.learning_rate is None or self.learning_rate > 0, "above 0"),
            ("head_learning_rate", self.head_learning_rate > 0, "above 0"),
            ("lora_rank", self.lora_rank >= 0, "at least 0"),
            ("lora_alpha", self.lora_alpha > 0, "above 0"),
            ("max_tokens", self.max_tokens >= 16, "at least 16"),
            ("max_length", self.max_length >= 8, "at least 8"),
        )
        check_values("classifier", self, rules)

    @property
    def peak_rate(self) -> float:
        """The peak rate of the encoder or its adapters."""
        return self.learning_rate or (5e-4 if self.lora_rank else 5e-5)


@dataclass(frozen=True)
class LabelLossSettings:
    """What the loss of an epoch is made of.

    It is `(1 - a) given + a (given and found + distillation) + negative_weight negative`, where `a` is
    `1 - decay ** epochs` and `epochs` are those that are over.

    Args:
        decay: How slowly pseudo-labels and distillation set in, in [0, 1]; 1 leaves them out.
        negative_weight: Weight of wrong labels, at least 0; 0 leaves them out.
        distillation: Weight of what the classifier said before, at least 0; 0 leaves it out.
        temperature: What logits are divided by for that, above 0.
        teacher: Whose word that is: the `previous` epoch's, or that of the `best` epoch on validation rows so far.
        kept_logits: How many logits of each row are kept for that, at least 1.

    Raises:
        ConfigError: A value is out of its range.

    Examples:
        >>> LabelLossSettings(decay=2)
        Traceback (most recent call last):
        hf_synth.errors.ConfigError: loss.decay must be in [0, 1], got 2

    Reference: Kim and Kim 2020 name the parts. Their weights here, the temperature on both sides of the distillation,
        and how it is stored are ours.
    """

    decay: float = 0.95
    negative_weight: float = 1.0
    distillation: float = 0.0
    temperature: float = 16.0
    teacher: str = "previous"
    kept_logits: int = 16

    def __post_init__(self) -> None:
        rules = (
            ("decay", 0 <= self.decay <= 1, "in [0, 1]"),
            ("negative_weight", self.negative_weight >= 0, "at least 0"),
            ("distillation", self.distillation >= 0, "at least 0"),
            ("temperature", self.temperature > 0, "above 0"),
            ("kept_logits", self.kept_logits >= 1, "at least 1"),
        )
        check_values("loss", self, rules)
        check_choice("loss.teacher", self.teacher, TEACHERS)
