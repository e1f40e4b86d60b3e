"""Sampling in which each completion has its own random numbers, whatever batch it travels in."""

from __future__ import annotations

import torch
from transformers import LogitsProcessor


class KeyedSampler(LogitsProcessor):
    """Temperature, top-k and top-p sampling in which each row has its own random numbers.

    A row's draw depends on its own key and scores alone, so the batch it travels in does not matter. The chosen token
    is the only one left, to be taken by greedy decoding.

    Args:
        uniforms: Random numbers in [0, 1), shape (rows, max_new_tokens).
        temperature: Divides the scores.
        top_k: Candidates kept.
        top_p: Probability mass kept.
    """

    def __init__(self, uniforms: torch.Tensor, temperature: float, top_k: int, top_p: float) -> None:
        self.uniforms, self.temperature, self.top_k, self.top_p = uniforms, temperature, top_k, top_p
        self.step = 0

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Keep one token a row."""
        best, tokens = torch.topk(scores.float(), min(self.top_k, scores.shape[-1]), dim=-1)
        weights = torch.softmax(best / self.temperature, dim=-1)
        before = weights.cumsum(-1) - weights
        weights = torch.where(before < self.top_p, weights, 0.0)
        cumulative = weights.cumsum(-1)
        point = self.uniforms[:, self.step : self.step + 1].to(cumulative) * cumulative[:, -1:]
        last = (weights > 0).sum(-1, keepdim=True) - 1
        choice = torch.minimum((cumulative <= point).sum(-1, keepdim=True), last.clamp(min=0))
        self.step += 1
        return torch.full_like(scores, float("-inf")).scatter_(1, tokens.gather(1, choice), 0.0)
