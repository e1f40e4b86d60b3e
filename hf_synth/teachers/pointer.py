"""An output layer that points: labels are scored by themselves, words by the places of the prompt where they stand.

A small model learns to copy a word only slowly where it must find the word's embedding again; to point at its place is
easy, and scores a few dozen tokens instead of a whole vocabulary. After Rongali et al., "Don't Parse, Generate!", WWW
2020 (arXiv 2001.11458).
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
NEVER = -1e4
FASTER = 5


class PointerHead(nn.Module):
    """The output layer of a sequence-to-sequence model whose words all come from its prompt.

    Args:
        head: The model's own output layer.
        always: Tokens that may always stand: labels and the end.
        dropped: Tokens of a prompt that are no words: padding, the end.
    """

    def __init__(self, head: Any, always: Sequence[int], dropped: Sequence[int]) -> None:
        super().__init__()
        self.head = head
        width = head.weight.shape[1]
        self.rows = nn.Parameter(torch.zeros(len(set(always)), width))
        self.query = nn.Linear(width, width, bias=False)
        nn.init.eye_(self.query.weight)
        self.always: Tensor
        self.dropped: Tensor
        self.register_buffer("always", torch.tensor(sorted(set(always))), persistent=False)
        self.register_buffer("dropped", torch.tensor(sorted(set(dropped))), persistent=False)
        self.narrow = False
        self.source: tuple[Tensor, Tensor] | None = None

    @property
    def weight(self) -> Tensor:
        """That of the model's own layer, which may be tied to its embeddings."""
        weight: Tensor = self.head.weight
        return weight

    def forward(self, states: Tensor) -> Tensor:
        """Score tokens.

        Args:
            states: The decoder's, of shape (rows, steps, width); rows may be a multiple of the prompts.

        Returns:
            A score for each token of the vocabulary; where `narrow` is set, for each token of `always`, and then for
            each place of the prompt.
        """
        assert self.source is not None
        prompts, keys = self.source
        beams = len(states) // len(prompts)
        prompts, keys = prompts.repeat_interleave(beams, 0), keys.repeat_interleave(beams, 0)
        always = functional.linear(states, self.rows)
        places = self.query(states) @ keys.transpose(1, 2) / keys.shape[-1] ** 0.5
        places = places.masked_fill(torch.isin(prompts, self.dropped)[:, None], NEVER)
        if self.narrow:
            both: Tensor = torch.cat([always, places], -1)
            return both
        # The words of a prompt that stand there twice have the mass of both places.
        words = prompts[:, None].expand(places.shape)
        highest = places.amax(-1, keepdim=True)
        shape = (*states.shape[:2], self.head.weight.shape[0])
        mass = torch.zeros(shape, device=states.device)
        mass.scatter_add_(-1, words, (places - highest).float().exp())
        scores = torch.full_like(mass, NEVER)
        scores.scatter_(-1, words, (mass.gather(-1, words).log() + highest).clamp(min=NEVER))
        scores[..., self.always] = always.float()
        return scores


class GrownEmbedding(nn.Module):
    """Word embeddings that stay as they are, but for those of a pointer's labels, which are learnt.

    A word that no training row holds keeps its place beside the others, and a step need not touch all words.

    Args:
        base: The model's own embeddings.
        pointer: Whose rows are learnt, for input and output alike.
    """

    def __init__(self, base: Any, pointer: PointerHead) -> None:
        super().__init__()
        self.base, self.scale = base, getattr(base, "embed_scale", 1.0)
        self.rows = pointer.rows
        places = torch.full((base.weight.shape[0],), -1, device=base.weight.device)
        places[pointer.always] = torch.arange(len(pointer.always), device=places.device)
        self.places: Tensor
        self.register_buffer("places", places, persistent=False)

    @property
    def weight(self) -> Tensor:
        """That of the model's own embeddings."""
        weight: Tensor = self.base.weight
        return weight

    def forward(self, tokens: Tensor) -> Tensor:
        """The embedding of each token."""
        places = self.places[tokens]
        rows = functional.embedding(places.clamp(min=0), self.rows) * self.scale
        return torch.where((places >= 0)[..., None], rows, self.base(tokens))


def add_pointer(model: Any, always: Sequence[int], dropped: Sequence[int]) -> PointerHead:
    """Put a pointer in the place of a model's output layer; arguments as for `PointerHead`."""
    embedding = model.get_input_embeddings()
    pointer = PointerHead(model.get_output_embeddings(), always, dropped).to(model.device)
    pointer.rows.data.copy_(embedding.weight[pointer.always])
    for layer in (embedding, pointer.head):
        layer.requires_grad_(False)
    model.set_input_embeddings(GrownEmbedding(embedding, pointer))

    def remember(_module: Any, arguments: tuple[Any, ...], named: dict[str, Any], output: Any) -> None:
        prompts = named["input_ids"] if "input_ids" in named else arguments[0]
        pointer.source = prompts, output[0] + model.get_input_embeddings()(prompts)

    model.get_encoder().register_forward_hook(remember, with_kwargs=True)
    model.set_output_embeddings(pointer)
    return pointer


@contextmanager
def own_layers(model: Any) -> Iterator[None]:
    """Give a model its own embeddings and output layer back within the block, to save it; the labels have learnt."""
    grown, pointer = model.get_input_embeddings(), model.get_output_embeddings()
    if isinstance(pointer, PointerHead):
        for layer in (grown.base, pointer.head):
            layer.weight.data[pointer.always] = pointer.rows.data
        model.set_input_embeddings(grown.base)
        model.set_output_embeddings(pointer.head)
    try:
        yield
    finally:
        model.set_input_embeddings(grown)
        model.set_output_embeddings(pointer)


class PointerTrainer(BucketedTrainer):
    """A trainer of models with a `PointerHead`: a word is right wherever it was pointed at."""

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW, with a higher rate for what is new: the pointer and the labels."""
        if self.optimizer is None:
            trained: Any = self.model
            pointer: PointerHead = trained.get_output_embeddings()
            new = [pointer.rows, pointer.query.weight]
            names = {id(parameter) for parameter in new}
            old = [p for p in trained.parameters() if p.requires_grad and id(p) not in names]
            arguments: Any = self.args
            self.optimizer = torch.optim.AdamW(
                [{"params": old}, {"params": new, "lr": arguments.learning_rate * FASTER}],
                lr=arguments.learning_rate,
                betas=(arguments.adam_beta1, arguments.adam_beta2),
                weight_decay=arguments.weight_decay,
                fused=True,
            )
        return self.optimizer

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Tensor | int | None = None,
    ) -> Any:
        """The mean negative log probability of the target tokens of a batch."""
        prompts, labels = inputs["input_ids"], inputs["labels"]
        plain: Any = self.accelerator.unwrap_model(model)
        decoded = plain.prepare_decoder_input_ids_from_labels(labels)
        with _narrow(plain) as pointer:
            outputs = model(input_ids=prompts, attention_mask=inputs["attention_mask"], decoder_input_ids=decoded)
        tokens = torch.cat([pointer.always.expand(len(prompts), -1), prompts], 1)
        right = tokens[:, None] == labels[..., None]
        chances = outputs.logits.float().log_softmax(-1).masked_fill(~right, NEVER).logsumexp(-1)
        loss = -chances[right.any(-1)].mean()
        return (loss, outputs) if return_outputs else loss


@contextmanager
def _narrow(model: Any) -> Iterator[PointerHead]:
    """Score the places of the prompt instead of the vocabulary within the block."""
    pointer: PointerHead = model.get_output_embeddings()
    bias = getattr(model, "final_logits_bias", None)  # BART's, zero for each token
    if bias is not None:
        model.final_logits_bias = torch.zeros_like(bias[:, :1])
    pointer.narrow = True
    try:
        yield pointer
    finally:
        pointer.narrow = False
        if bias is not None:
            model.final_logits_bias = bias
