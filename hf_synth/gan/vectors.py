"""Texts as points: by a sentence encoder, or as the mean of the vectors of their words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.encoder import PIP_LINE, embed, find_encoder
from hf_synth.errors import SchemaError, TeacherError, require_extra

WORDS = "words:"
SUFFIXES = (".txt", ".vec")
Vectors = NDArray[np.float32]


def embed_texts(texts: Sequence[str], encoder: str) -> Vectors:
    """Turn texts into points of one space.

    Args:
        texts: Texts.
        encoder: Hub id or folder of a sentence encoder (see `hf_synth.encoder`); `words:` before it for the mean of
            its word pieces' vectors, as they are before any layer; or a file of word vectors (`.txt` or `.vec`: a word
            and its numbers in each line, as GloVe, word2vec and fastText are published).

    Returns:
        Array of float32 of shape (texts, d). Of a text without any known word all numbers are 0.

    Raises:
        TeacherError: There is no such encoder or file.
        SchemaError: A line of the file has no vector, or one of another length.
    """
    if encoder.endswith(SUFFIXES):
        return _average_words(texts, _read_file(encoder))
    if encoder.startswith(WORDS):
        return _average_pieces(texts, encoder.removeprefix(WORDS))
    return embed(texts, encoder)


def _average_words(texts: Sequence[str], words: Mapping[str, Vectors]) -> Vectors:
    size = len(next(iter(words.values())))
    points = np.zeros((len(texts), size), dtype=np.float32)
    for place, text in enumerate(texts):
        found = [words[word] for word in text.lower().split() if word in words]
        if found:
            points[place] = np.mean(found, axis=0)
    return points


def _average_pieces(texts: Sequence[str], encoder: str) -> Vectors:
    tokenizer, table = _load_pieces(find_encoder(encoder))
    encoded = tokenizer(list(texts), add_special_tokens=False)["input_ids"] if texts else []
    points = np.zeros((len(texts), table.shape[1]), dtype=np.float32)
    for place, pieces in enumerate(encoded):
        if pieces:
            points[place] = table[pieces].mean(axis=0)
    return points


@lru_cache(maxsize=2)
def _load_pieces(folder: str) -> tuple[Any, Vectors]:
    """The tokenizer of an encoder, and the vectors of its word pieces."""
    require_extra("local", "torch", "transformers")
    from transformers import AutoModel, AutoTokenizer

    try:
        tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder)
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise TeacherError(f"encoder {folder!r} cannot be loaded: {reason}", hint=PIP_LINE) from error
    return tokenizer, model.get_input_embeddings().weight.detach().float().numpy()


@lru_cache(maxsize=1)
def _read_file(path: str) -> dict[str, Vectors]:
    if not Path(path).is_file():
        raise TeacherError(f"encoder {path!r}: no such file", hint="Give word vectors, a word and its numbers a line.")
    words = dict(_read_lines(Path(path)))
    if not words:
        raise SchemaError(f"{path} holds no word vectors")
    return words


def _read_lines(path: Path) -> Iterator[tuple[str, Vectors]]:
    size = 0
    with path.open(encoding="utf-8", errors="replace") as lines:
        for number, line in enumerate(lines, start=1):
            word, *numbers = line.rstrip().split(" ")
            if number == 1 and len(numbers) == 1:  # the header of word2vec: words and numbers of each
                continue
            try:
                vector = np.array(numbers, dtype=np.float32)
            except ValueError:
                vector = np.zeros(0, dtype=np.float32)
            if not len(vector) or len(vector) != (size or len(vector)):
                raise SchemaError(f"{path}:{number}: expected a word and {size or 'its'} numbers, got {line[:60]!r}")
            size = len(vector)
            yield word, vector
