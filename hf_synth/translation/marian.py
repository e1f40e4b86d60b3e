"""A small Marian model from nothing, in the on-disk form of `Helsinki-NLP/opus-mt-*`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.errors import ConfigError, require_extra

if TYPE_CHECKING:
    from transformers import MarianMTModel, MarianTokenizer

END, UNKNOWN, PAD = "</s>", "<unk>", "<pad>"


@dataclass(frozen=True)
class MarianShape:
    """How large a Marian model is; the defaults give about 5 million parameters.

    Args:
        pieces: Word pieces, shared by both languages.
        width: Size of the hidden states, a multiple of `heads`.
        heads: Attention heads.
        encoder_layers: Layers that read.
        decoder_layers: Layers that write; few make translation fast.
        feed_forward: Size of the inner layers.
    """

    pieces: int = 4500
    width: int = 256
    heads: int = 4
    encoder_layers: int = 4
    decoder_layers: int = 1
    feed_forward: int = 1024

    def __post_init__(self) -> None:
        if self.width % self.heads:
            raise ConfigError(f"width {self.width} is no multiple of heads {self.heads}")


def build_marian(texts: Iterable[str], shape: MarianShape, folder: Path) -> tuple[MarianMTModel, MarianTokenizer]:
    """Learn word pieces from the texts of both languages, and draw a model at random.

    Args:
        texts: Texts of both languages.
        shape: Size of the model.
        folder: Where the tokenizer's files are written.

    Returns:
        The model and its tokenizer.

    Raises:
        MissingExtraError: `transformers` or `sentencepiece` is not installed.
    """
    require_extra("local", "torch", "transformers", "sentencepiece")
    import sentencepiece
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    folder.mkdir(parents=True, exist_ok=True)
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts),
        model_prefix=str(folder / "pieces"),
        vocab_size=shape.pieces,
        character_coverage=1.0,
        bos_id=-1,
        hard_vocab_limit=False,  # few sentences give fewer pieces
        minloglevel=2,
    )
    learnt = sentencepiece.SentencePieceProcessor(model_file=str(folder / "pieces.model"))
    pieces = [learnt.id_to_piece(index) for index in range(learnt.get_piece_size())]
    names = dict.fromkeys([END, UNKNOWN, *pieces, PAD])
    (folder / "vocab.json").write_text(
        json.dumps({piece: index for index, piece in enumerate(names)}, ensure_ascii=False), encoding="utf-8"
    )
    spm = str(folder / "pieces.model")
    tokenizer = MarianTokenizer(source_spm=spm, target_spm=spm, vocab=str(folder / "vocab.json"))
    padding, end = tokenizer.pad_token_id, tokenizer.eos_token_id
    sizes: dict[str, Any] = {
        f"{side}_{name}": value
        for side in ("encoder", "decoder")
        for name, value in (("attention_heads", shape.heads), ("ffn_dim", shape.feed_forward))
    }
    model = MarianMTModel(
        MarianConfig(
            vocab_size=len(names),
            d_model=shape.width,
            encoder_layers=shape.encoder_layers,
            decoder_layers=shape.decoder_layers,
            max_position_embeddings=512,
            activation_function="swish",
            scale_embedding=True,
            # The default of 0.02 makes so small an encoder forget its input in the first steps, for good.
            init_std=shape.width**-0.5,
            dropout=0.1,
            pad_token_id=padding,
            eos_token_id=end,
            decoder_start_token_id=padding,
            forced_eos_token_id=end,
            **sizes,
        )
    )
    model.generation_config.bad_words_ids = [[padding]]
    keep_zero(model.get_input_embeddings().weight, padding)
    return model, tokenizer


def keep_zero(weight: Any, row: int) -> None:
    """Keep a row of a matrix at zero through training.

    Marian decoders start from a zero embedding, and CTranslate2 takes that for granted, while transformers starts them
    from the embedding of the padding.

    Args:
        weight: Parameter of shape (rows, columns).
        row: Which row.
    """
    weight.data[row] = 0.0
    weight.register_hook(lambda gradient: gradient.index_fill(0, gradient.new_tensor([row], dtype=int), 0.0))
