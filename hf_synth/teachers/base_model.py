"""The sequence-to-sequence model that training starts from: a shipped one, a warm-started one, a folder, a Hub id."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

from hf_synth.encoder import find_encoder
from hf_synth.errors import TeacherError
from hf_synth.teachers.loading import ASSETS
from hf_synth.teachers.storage import FILE, load_int8
from hf_synth.teachers.warm_start import build_tokenizer, read_vocabulary, warm_start

WARM = "warm:"


def load_base(name: str, texts: Sequence[str] = (), new_pieces: int = 0) -> tuple[Any, Any]:
    """Load a model and its tokenizer, to train them.

    Args:
        name: A shipped model, `warm:<encoder>`, a local folder or a Hub id.
        texts: What a warm-started model learns new word pieces from.
        new_pieces: How many at most.

    Returns:
        The model, in float32, and the tokenizer.

    Raises:
        TeacherError: Nothing of that name can be loaded, or it is no sequence-to-sequence model.
    """
    if name.startswith(WARM):
        encoder = find_encoder(name.removeprefix(WARM))
        tokenizer = build_tokenizer(read_vocabulary(encoder), texts, new_pieces)
        return warm_start(encoder, tokenizer), tokenizer
    for folder in (ASSETS / name, Path(name)):
        if (folder / FILE).is_file():
            return load_int8(folder)
    try:
        model = AutoModelForSeq2SeqLM.from_pretrained(name, dtype=torch.float32)
        return model, AutoTokenizer.from_pretrained(name)
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise TeacherError(
            f"cannot load {name!r}: {reason}",
            hint="Give a folder or Hub id of a sequence-to-sequence model, or warm:<encoder>.",
        ) from error
