"""An encoder with one layer on the mean of its states: a classifier of texts that may have several labels."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForSequenceClassification,
    PreTrainedConfig,
    PreTrainedModel,
)
from transformers.modeling_outputs import SequenceClassifierOutput


class MeanClassifierConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]
    """Configuration of `MeanClassifier`.

    Args:
        encoder: Configuration of the encoder, as a dictionary.
        **rest: Fields that every configuration has, `num_labels` among them.
    """

    model_type = "hf_synth_mean_classifier"

    def __init__(self, encoder: dict[str, Any] | None = None, **rest: Any) -> None:
        self.encoder = encoder or {"model_type": "bert"}
        super().__init__(**rest)


class MeanClassifier(PreTrainedModel):  # type: ignore[no-untyped-call]
    """One layer on the mean of an encoder's states, which sentence encoders are trained to make good use of."""

    config_class = MeanClassifierConfig
    base_model_prefix = "encoder"

    def __init__(self, config: MeanClassifierConfig) -> None:
        super().__init__(config)
        encoder = AutoConfig.for_model(**config.encoder)
        self.encoder = AutoModel.from_config(encoder)  # type: ignore[no-untyped-call]
        if getattr(self.encoder, "pooler", None) is not None:
            self.encoder.pooler = None
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(encoder.hidden_size, int(config.num_labels or 1))
        self.post_init()  # type: ignore[no-untyped-call]

    def _init_weights(self, module: nn.Module) -> None:
        """Draw the layer small."""
        if isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.02)
            nn.init.zeros_(module.bias)

    def get_input_embeddings(self) -> nn.Module:
        """The embeddings of the words."""
        found: nn.Module = self.encoder.get_input_embeddings()
        return found

    def forward(self, input_ids: Tensor, attention_mask: Tensor, **rest: Any) -> SequenceClassifierOutput:
        """Score labels.

        Args:
            input_ids: Tokens, shape (rows, tokens).
            attention_mask: 1 for a token and 0 for padding, same shape.
            **rest: What classifiers of transformers are called with; not looked at.

        Returns:
            `logits` of shape (rows, labels).
        """
        states = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        mask = attention_mask.unsqueeze(-1).to(states.dtype)
        pooled = (states * mask).sum(1) / mask.sum(1)
        return SequenceClassifierOutput(logits=self.classifier(self.dropout(pooled)))


AutoConfig.register(MeanClassifierConfig.model_type, MeanClassifierConfig)
AutoModelForSequenceClassification.register(MeanClassifierConfig, MeanClassifier)


def make_classifier(encoder: str, labels: int) -> MeanClassifier:
    """Put a fresh layer on a pretrained encoder.

    Args:
        encoder: What `find_encoder` returns.
        labels: How many labels there are.

    Returns:
        The model in float32.
    """
    pretrained = AutoModel.from_pretrained(encoder, dtype=torch.float32)
    model = MeanClassifier(MeanClassifierConfig(pretrained.config.to_dict(), num_labels=labels))
    if getattr(pretrained, "pooler", None) is not None:
        pretrained.pooler = None
    model.encoder = pretrained
    return model
