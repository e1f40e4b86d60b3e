"""Eight-bit storage of a small model, so that a shipped teacher stays small.

Each row of a matrix is stored as int8 with its own scale; vectors stay in float16. Loading gives float32 weights.
"""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import (
    AutoConfig,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    GenerationConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

FILE = "model.int8.safetensors"
_SCALE = "::scale"


def save_int8(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, folder: Path) -> int:
    """Write config, tokenizer and eight-bit weights.

    Args:
        model: A sequence-to-sequence model.
        tokenizer: Its tokenizer.
        folder: Where to; made if missing.

    Returns:
        The size of the weight file in bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, torch.Tensor] = {}
    for name, weight in dict(model.named_parameters()).items():
        if model.config.model_type == "marian" and "embed_positions" in name:
            continue  # sines and cosines: made anew when the model is
        value = weight.detach().float()
        if value.ndim == 2:
            scale = value.abs().amax(dim=1, keepdim=True).clamp(min=1e-8) / 127
            tensors[name] = (value / scale).round().to(torch.int8)
            tensors[name + _SCALE] = scale.to(torch.float32)
        else:
            tensors[name] = value.to(torch.float16)
    save_file(tensors, folder / FILE)
    model.config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    source, target = folder / "source.spm", folder / "target.spm"
    if source.is_file() and target.is_file() and source.read_bytes() == target.read_bytes():
        target.unlink()  # one vocabulary for both languages: `load_tokenizer` reads it twice
    return (folder / FILE).stat().st_size


def load_int8(folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Read what `save_int8` wrote, as a float32 model and its tokenizer."""
    stored = load_file(folder / FILE)
    model = AutoModelForSeq2SeqLM.from_config(AutoConfig.from_pretrained(folder))  # type: ignore[no-untyped-call]
    weights = {
        name: value.float() * stored[name + _SCALE] if name + _SCALE in stored else value.float()
        for name, value in stored.items()
        if not name.endswith(_SCALE)
    }
    model.load_state_dict(weights, strict=False)
    model.tie_weights()
    model.generation_config = GenerationConfig.from_pretrained(folder)
    return model.eval(), load_tokenizer(folder)


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Read a tokenizer that `save_int8` wrote."""
    source, target = folder / "source.spm", folder / "target.spm"
    shared = {"target_spm": str(source)} if source.is_file() and not target.is_file() else {}
    return AutoTokenizer.from_pretrained(folder, **shared)
