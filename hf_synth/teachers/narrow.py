"""Training that chooses each target token among few: those of its own prompt and a fixed handful.

With a vocabulary of tens of thousands of pieces, half of the time of a small model goes into scoring pieces that can
never be right where the output copies its words from the prompt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from hf_synth.training import BucketedTrainer

IGNORED = -100


class _NarrowHead(nn.Module):
    """An output layer that scores some tokens only."""

    def __init__(self, head: Any) -> None:
        super().__init__()
        self.head = head
        self.tokens = torch.zeros(0, dtype=torch.long)

    @property
    def weight(self) -> Tensor:
        """That of the whole layer, which may be tied to the embeddings."""
        weight: Tensor = self.head.weight
        return weight

    def forward(self, states: Tensor) -> Tensor:
        """Score `tokens`, in their order."""
        bias = None if self.head.bias is None else self.head.bias[self.tokens]
        return functional.linear(states, self.head.weight[self.tokens], bias)


@contextmanager
def narrow_output(model: Any) -> Iterator[_NarrowHead]:
    """Let a model score few tokens within the block; its output layer is put back afterwards."""
    head, narrow = model.get_output_embeddings(), _NarrowHead(model.get_output_embeddings())
    bias = getattr(model, "final_logits_bias", None)  # BART's; zero unless someone set it
    model.set_output_embeddings(narrow)
    if bias is not None:
        model.final_logits_bias = torch.zeros_like(bias[:, :1])
    try:
        yield narrow
    finally:
        model.set_output_embeddings(head)
        if bias is not None:
            model.final_logits_bias = bias


class NarrowTrainer(BucketedTrainer):
    """A trainer whose loss knows no other tokens than those of the row's prompt and some that may always stand.

    Args:
        always: Tokens that may stand in every target.
        **arguments: Arguments of `BucketedTrainer`.
    """

    def __init__(self, *, always: Sequence[int], **arguments: Any) -> None:
        super().__init__(**arguments)
        self.always = torch.tensor(sorted(set(always)))
        self.model_accepts_loss_kwargs = False  # the loss is a mean over the tokens of its own batch

    def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, **_: Any) -> Any:
        """The mean cross entropy of the target tokens, each among the tokens that its row may hold."""
        source, labels = inputs["input_ids"], inputs["labels"]
        plain = self.accelerator.unwrap_model(model)
        start = plain.prepare_decoder_input_ids_from_labels(labels)
        with narrow_output(plain) as head:
            head.tokens, places = torch.unique(
                torch.cat([self.always.to(source.device), source.flatten(), labels.clamp(min=0).flatten()]),
                return_inverse=True,
            )
            outputs = model(input_ids=source, attention_mask=inputs["attention_mask"], decoder_input_ids=start)
        always, own, wanted = places.split([len(self.always), source.numel(), labels.numel()])
        own, wanted = own.view(source.shape), wanted.view(labels.shape)
        allowed = torch.zeros(len(source), len(head.tokens), dtype=torch.bool, device=source.device)
        allowed[:, always] = True
        allowed.scatter_(1, own, True).scatter_(1, wanted, True)
        scores = outputs.logits.float().masked_fill(~allowed[:, None], -1e4)
        loss = functional.cross_entropy(
            scores.flatten(0, 1),
            wanted.masked_fill(labels == IGNORED, IGNORED).flatten(),
            label_smoothing=self.args.label_smoothing_factor,
        )
        return (loss, outputs) if return_outputs else loss
