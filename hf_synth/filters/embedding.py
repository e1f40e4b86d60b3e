"""What filters that compare sentence embeddings share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray  # recipes read the types of settings

from hf_synth.encoder import DEFAULT_ENCODER, embed

_REMEMBERED = 50_000


@dataclass(frozen=True)
class EmbeddedTexts:
    """Texts with a vector each, kept by a fitted filter so that nothing is embedded twice.

    Args:
        texts: Distinct texts.
        vectors: One row a text.
    """

    texts: tuple[str, ...]
    vectors: NDArray[np.float32] = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class EmbeddingFilter:
    """The settings of a filter that embeds texts.

    Args:
        encoder: The encoder that embeds the texts.
        embed: Another way to embed texts, one normalised vector a text; None uses the encoder.
    """

    encoder: str = DEFAULT_ENCODER
    embed: Callable[[Sequence[str]], NDArray[Any]] | None = field(default=None, compare=False)

    def find_vectors(self, texts: Sequence[str], known: EmbeddedTexts | None = None) -> NDArray[np.float32]:
        """Embed texts, save those whose vectors are known."""
        places = {text: place for place, text in enumerate(known.texts)} if known else {}
        new = list(dict.fromkeys(text for text in texts if text not in places))
        parts = [known.vectors] if known and places else []
        if new:
            vectors = self.embed(new) if self.embed else embed_once(new, self.encoder)
            parts.append(np.asarray(vectors, dtype=np.float32))
        places.update(zip(new, range(len(places), len(places) + len(new)), strict=True))
        return np.concatenate(parts)[[places[text] for text in texts]] if texts else np.zeros((0, 0), dtype=np.float32)

    def embed_distinct(self, texts: Sequence[str]) -> EmbeddedTexts:
        """Embed the distinct ones of some texts, sorted."""
        distinct = tuple(sorted(set(texts)))
        return EmbeddedTexts(distinct, self.find_vectors(distinct))


def embed_once(texts: Sequence[str], encoder: str = DEFAULT_ENCODER, bf16: bool = False) -> NDArray[np.float32]:
    """Embed texts as `embed` does, and remember the vectors: the filters of a chain ask for the same texts in turn.

    Args:
        texts: Texts; they may repeat.
        encoder: See `find_encoder`.
        bf16: Compute in bfloat16.

    Returns:
        One row a text. Of more than 50,000 texts nothing is remembered.
    """
    known = _memory(encoder, bf16)
    distinct = dict.fromkeys(texts)
    new = [text for text in distinct if text not in known]
    if len(distinct) > _REMEMBERED:
        return embed(texts, encoder, bf16=bf16)
    found = {text: known[text] for text in distinct if text in known}
    found.update(zip(new, embed(new, encoder, bf16=bf16), strict=True))
    if len(known) + len(new) > _REMEMBERED:
        known.clear()
    known.update(found)
    return np.stack([found[text] for text in texts]) if found else np.zeros((0, 0), dtype=np.float32)


@cache
def _memory(encoder: str, bf16: bool) -> dict[str, NDArray[np.float32]]:
    """Vectors by text, kept for the process."""
    return {}
