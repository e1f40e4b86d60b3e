"""A teacher that runs here, through transformers: sequence-to-sequence models and chat models."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import LogitsProcessorList
from transformers.modeling_outputs import BaseModelOutput

from hf_synth.generation import Draw, OwedSlot, Prompt, Sampling
from hf_synth.seeding import rng
from hf_synth.teachers.grammar import BracketGrammar
from hf_synth.teachers.pattern import write_owed
from hf_synth.teachers.sampler import KeyedSampler
from hf_synth.teachers.vocabulary import GrammarVocabulary, encode_plain

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

TUNED_KEY = "hf_synth_prompt"


@dataclass
class LocalTeacher:
    """Generate with a model in this process, in batches of similar length.

    Completions depend on the prompt, the draw's number and the sampling seed, not on the batch they travel in. Models
    that were taught LINGUIST prompts (their config says so) read the prompt itself; others read it as an instruction.

    Args:
        model: A sequence-to-sequence or causal language model.
        tokenizer: Its tokenizer.
        name: First part of the identity.
        batch_tokens: Budget of a batch: completions times prompt length.
        batch_rows: Completions in a batch, at most.
    """

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerBase
    name: str
    batch_tokens: int = 16_384
    batch_rows: int = 128

    @cached_property
    def identity(self) -> str:
        """Name, hash of the weights, and number format."""
        return f"{self.name}@{hash_weights(self.model)}:{str(self.model.dtype).removeprefix('torch.')}"

    @property
    def taught(self) -> str:
        """The prompts that the model was taught, with spaces between them; empty if it follows instructions."""
        return str(getattr(self.model.config, TUNED_KEY, None) or "")

    @cached_property
    def _vocabulary(self) -> GrammarVocabulary:
        model: Any = self.model
        return GrammarVocabulary(self.tokenizer, model.get_output_embeddings().weight.shape[0])

    def generate(self, draws: Sequence[Draw], sampling: Sampling) -> list[str]:
        """Write one completion for each draw; draws of one prompt share its encoding."""
        groups: dict[Prompt, list[int]] = {}
        for index, draw in enumerate(draws):
            groups.setdefault(draw.prompt, []).append(index)
        encoded: list[tuple[list[int], Prompt, list[int]]] = []
        for prompt, indices in groups.items():
            ids = self._encode(prompt)
            step = max(1, self.batch_rows // sampling.best_of)
            encoded.extend((ids, prompt, indices[start : start + step]) for start in range(0, len(indices), step))
        encoded.sort(key=lambda item: len(item[0]))
        completions = [""] * len(draws)
        batch: list[tuple[list[int], Prompt, list[int]]] = []
        rows = 0
        for item in encoded:
            own = len(item[2]) * sampling.best_of
            grown = rows + own
            if batch and (grown > self.batch_rows or grown * len(item[0]) > self.batch_tokens):
                self._write(batch, draws, sampling, completions)
                batch, grown = [], own
            batch.append(item)
            rows = grown
        if batch:
            self._write(batch, draws, sampling, completions)
        return completions

    def _encode(self, prompt: Prompt) -> list[int]:
        if self.taught or not prompt.instruction:
            return list(self.tokenizer(prompt.text).input_ids)
        if getattr(self.tokenizer, "chat_template", None):
            messages = [{"role": "user", "content": prompt.instruction}]
            text = self.tokenizer.apply_chat_template(messages, add_generation_prompt=True, tokenize=False)
            return list(self.tokenizer(text, add_special_tokens=False).input_ids)
        return list(self.tokenizer(prompt.instruction).input_ids)

    @torch.inference_mode()
    def _write(
        self,
        batch: Sequence[tuple[list[int], Prompt, list[int]]],
        draws: Sequence[Draw],
        sampling: Sampling,
        completions: list[str],
    ) -> None:
        """Generate for one batch of encoded prompts and put the texts in their places."""
        device = self.model.device
        width = max(len(ids) for ids, _, _ in batch)
        inputs = torch.full((len(batch), width), self._padding, dtype=torch.long)
        mask = torch.zeros_like(inputs)
        for row, (ids, _, _) in enumerate(batch):
            place = slice(0, len(ids)) if self._seq2seq else slice(width - len(ids), width)
            inputs[row, place], mask[row, place] = torch.tensor(ids), 1
        wanted = [
            (index, candidate) for _, _, group in batch for index in group for candidate in range(sampling.best_of)
        ]
        repeats = torch.tensor([len(group) * sampling.best_of for _, _, group in batch], device=device)
        inputs, mask = inputs.to(device), mask.to(device)
        arguments: dict[str, Any] = {"attention_mask": mask.repeat_interleave(repeats, 0)}
        if self._seq2seq:
            encoder: Any = self.model.get_encoder()
            states = encoder(input_ids=inputs, attention_mask=mask).last_hidden_state
            arguments["encoder_outputs"] = BaseModelOutput(last_hidden_state=states.repeat_interleave(repeats, 0))
        else:
            arguments["input_ids"] = inputs.repeat_interleave(repeats, 0)
        sampler = self._make_sampler([(draws[index], candidate) for index, candidate in wanted], sampling)
        grammar = self._make_grammar([draws[index].prompt for index, _ in wanted], sampling)
        model: Any = self.model
        output = model.generate(
            **arguments,
            logits_processor=LogitsProcessorList([grammar, sampler] if grammar else [sampler]),
            max_new_tokens=sampling.max_new_tokens,
            do_sample=False,
            num_beams=1,
            use_cache=True,
            pad_token_id=self._padding,
        )
        texts = self.tokenizer.batch_decode(
            output[:, 1 if self._seq2seq else width :], skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        likeliest: dict[int, float] = {}
        masses = grammar.log_mass.tolist() if grammar else [0.0] * len(wanted)
        for (index, _), text, mass in zip(wanted, texts, masses, strict=True):
            if mass > likeliest.get(index, float("-inf")):
                likeliest[index] = mass
                completions[index] = self._restore(text.strip(), draws[index].prompt.owed or ())

    def _make_sampler(self, asked: Sequence[tuple[Draw, int]], sampling: Sampling) -> KeyedSampler:
        """A sampler with random numbers of its own for every candidate of every draw."""
        uniforms = [
            rng(sampling.seed, draw.prompt.text, draw.number, candidate).random(sampling.max_new_tokens)
            for draw, candidate in asked
        ]
        return KeyedSampler(torch.from_numpy(np.stack(uniforms)), sampling.temperature, sampling.top_k, sampling.top_p)

    def _make_grammar(self, prompts: Sequence[Prompt], sampling: Sampling) -> BracketGrammar | None:
        """The grammar of a batch; None if decoding is free or a prompt has no grammar."""
        if not sampling.constrained or any(prompt.owed is None for prompt in prompts):
            return None
        ends = self.model.generation_config.eos_token_id
        ends = self.tokenizer.eos_token_id if ends is None else ends
        ends = ends if isinstance(ends, list) else [ends]
        owed = [prompt.owed or () for prompt in prompts]
        carriers = [
            [token for word in prompt.carriers for token in encode_plain(self.tokenizer, word)] for prompt in prompts
        ]
        return BracketGrammar(
            self._vocabulary,
            owed,
            ends,
            sampling.max_new_tokens,
            weigh=sampling.best_of > 1,
            carriers=carriers,
            carrier_bias=sampling.carrier_bias,
            ordered=[prompt.ordered for prompt in prompts],
        )

    def _restore(self, text: str, owed: Sequence[OwedSlot]) -> str:
        """Give back given values that the tokenizer cannot write as they are (upper case, rare characters)."""
        for slot in owed:
            if slot.value is not None:
                wanted = write_owed(slot)
                ids = encode_plain(self.tokenizer, wanted)
                written = self.tokenizer.decode(ids, skip_special_tokens=True, clean_up_tokenization_spaces=False)
                alone = rf"(?<!\S){re.escape(str(written).strip())}(?!\S)"
                if str(written).strip() != wanted:
                    text = re.sub(alone, wanted.replace("\\", r"\\"), text, count=1)
        return text

    @property
    def _seq2seq(self) -> bool:
        return bool(self.model.config.is_encoder_decoder)

    @property
    def _padding(self) -> int:
        return int(
            self.tokenizer.pad_token_id if self.tokenizer.pad_token_id is not None else self.tokenizer.eos_token_id
        )


def hash_weights(model: PreTrainedModel) -> str:
    """Hash a model's weights to 12 hex digits."""
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()[:12]
