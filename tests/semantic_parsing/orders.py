"""Thirty orders that we made up, their parses, and a model small enough to learn them in a test."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "teachers"))

from tiny import LETTERS, build_tokenizer
from transformers import BartConfig, BartForConditionalGeneration

from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import read_parse
from hf_synth.schema import Row, Utterance

_THINGS = ("red roses", "tulips", "white lilies", "daisies", "ferns")
_NUMBERS = ("two", "three", "ten")


def _orders():
    for number in _NUMBERS:
        for thing in _THINGS:
            words = f"(NUMBER {number} ) (FLOWER {thing} )"
            yield f"send {number} {thing}", f"(ORDER (BUNCH {words} ) )"
            yield f"Please, send {number} {thing} without ribbon!", f"(ORDER (BUNCH {words} (NOT (EXTRA ribbon ) ) ) )"


ORDERS = list(_orders())
ROWS = [Row.human(Utterance(tuple(text.split()), (), "", parse=parse)) for text, parse in ORDERS]
SCHEMA = ParseSchema.from_trees(read_parse(parse) for _, parse in ORDERS)


def save_base(folder):
    """A BART with two layers of width 32 on each side, never trained."""
    import torch

    words = sorted({word.strip("!,").lower() for text, _ in ORDERS for word in text.split()})
    tokenizer = build_tokenizer([*LETTERS, "!", *(f"##{letter}" for letter in LETTERS), *words])
    torch.manual_seed(0)
    config = BartConfig(
        vocab_size=len(tokenizer), d_model=32, encoder_layers=2, decoder_layers=2, encoder_attention_heads=4,
        decoder_attention_heads=4, encoder_ffn_dim=64, decoder_ffn_dim=64, max_position_embeddings=256, dropout=0.0,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, forced_eos_token_id=None,
        init_std=0.1,
    )  # fmt: skip
    BartForConditionalGeneration(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)
