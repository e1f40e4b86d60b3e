"""Where a translation model lies: one that comes with the package, a folder, or a Hub id."""

from __future__ import annotations

import functools
import hashlib
from pathlib import Path
from typing import Any

from hf_synth.errors import TeacherError

ASSETS = Path(__file__).parent.parent / "assets"
SHIPPED = "marian-mini-{source}-{target}"


def shipped_pairs() -> list[tuple[str, str]]:
    """Language pairs of the models that come with the package."""
    prefix = SHIPPED.partition("{")[0]
    names = (folder.parent.name.removeprefix(prefix) for folder in ASSETS.glob(f"{prefix}*/config.json"))
    return sorted((one, other) for one, _, other in (name.partition("-") for name in names))


def shipped_pivots(source: str) -> tuple[str, ...]:
    """Languages that the shipped models translate to from a language, and back."""
    pairs = shipped_pairs()
    return tuple(other for one, other in pairs if one == source and (other, one) in pairs)


def find_model(name: str) -> Path | None:
    """The folder of a model, or None for a Hub id."""
    folder = ASSETS / name
    return folder if (folder / "config.json").is_file() else Path(name) if Path(name).is_dir() else None


@functools.lru_cache(maxsize=64)
def hash_model(name: str) -> str:
    """Hash the weights of a model that lies on this disk to 8 hex digits, once in a process; empty for a Hub id."""
    folder = find_model(name)
    if folder is None:
        return ""
    digest = hashlib.sha256()
    for file in sorted([*folder.glob("*.safetensors"), *folder.glob("*.bin")]):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:8]


def load_model(name: str, dtype: Any) -> Any:
    """Load the weights of a Marian model, also from the small form that is shipped; errors as `load_tokenizer`."""
    from transformers import AutoModelForSeq2SeqLM

    from hf_synth.teachers.storage import FILE, load_int8

    folder = find_model(name)
    if folder is not None and (folder / FILE).is_file():
        model: Any = load_int8(folder)[0]
        return model.to(dtype)
    return AutoModelForSeq2SeqLM.from_pretrained(folder or name, dtype=dtype)


def load_tokenizer(name: str) -> Any:
    """Load the tokenizer of a Marian model, after a check that it is one.

    Args:
        name: A shipped model, a folder or a Hub id.

    Returns:
        The tokenizer.

    Raises:
        TeacherError: There is no such model, or it is no Marian model.
    """
    from transformers import AutoConfig, AutoTokenizer

    from hf_synth.teachers.storage import load_tokenizer as load_stored

    place = find_model(name) or name
    try:
        kind = AutoConfig.from_pretrained(place).model_type
        if kind != "marian":
            raise TeacherError(
                f"{name!r} is a {kind} model, expected Marian",
                hint="Name a folder or Hub id such as Helsinki-NLP/opus-mt-en-fr.",
            )
        if isinstance(place, Path):
            return load_stored(place)
        return AutoTokenizer.from_pretrained(place)
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        shipped = ", ".join("-".join(pair) for pair in shipped_pairs())
        raise TeacherError(
            f"cannot load the translation model {name!r}: {reason}",
            hint=f"Give a folder or Hub id of a Marian model for this pair of languages, or other pivots "
            f"(shipped: {shipped or 'none'}).",
        ) from error
