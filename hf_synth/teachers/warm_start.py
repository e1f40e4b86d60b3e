"""A small sequence-to-sequence model whose layers start from a BERT-like encoder.

The encoder layers are the encoder's own. Decoder layers copy evenly spaced encoder layers, and their cross-attention
starts from the self-attention of the layer they copy. Word embeddings are shared by encoder, decoder and output.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModel, AutoTokenizer, BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SPECIALS = ("<pad>", "<s>", "</s>", "<unk>")
BLOCKS = ("language", "intent", "include", "labels", "examples")
_START = "▁"
MARKERS = tuple(f"{_START}<{name}>" for name in (*BLOCKS, *(f"/{block}" for block in BLOCKS), "br"))
_KNOWN_SCRIPTS = Regex(r"^[\p{Latin}\p{Nd}\p{P}\p{S}]+$")


def build_tokenizer(pieces: Sequence[str], texts: Iterable[str] = (), new_pieces: int = 0) -> PreTrainedTokenizerFast:
    """Turn a BERT vocabulary into a tokenizer that gives back the spaces of a text.

    A word piece `w` becomes `▁w` and a continuation `##w` becomes `w`, so that each keeps its meaning and its
    embedding; text is lower-cased but keeps its accents.

    Args:
        pieces: The vocabulary of a BERT tokenizer; pieces in other scripts than Latin are left out.
        texts: Texts in other languages, from which further pieces are learnt.
        new_pieces: How many pieces to learn at most.

    Returns:
        A fast tokenizer with `<pad>`, `<s>`, `</s>`, `<unk>` and the markers of LINGUIST prompts.
    """
    vocabulary = dict.fromkeys((*SPECIALS, *MARKERS))
    keep = Tokenizer(models.WordLevel({"<unk>": 0}, unk_token="<unk>"))
    keep.pre_tokenizer = pre_tokenizers.Split(_KNOWN_SCRIPTS, "removed")
    for piece in pieces:
        word = piece.removeprefix("##")
        if (piece.startswith("[") and len(piece) > 1) or keep.pre_tokenizer.pre_tokenize_str(word):
            continue
        vocabulary.update(dict.fromkeys([word] if piece != word else [_START + word]))
        if len(word) == 1:
            vocabulary.update(dict.fromkeys([word, _START + word]))
    vocabulary.setdefault(_START)
    normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    if new_pieces:
        learner = Tokenizer(models.BPE())
        learner.normalizer, learner.pre_tokenizer = normalizer, pre_tokenizers.Metaspace(_START)
        learner.train_from_iterator(texts, trainers.BpeTrainer(vocab_size=new_pieces, show_progress=False))
        ranked = sorted(learner.get_vocab().items(), key=lambda item: item[1])
        vocabulary.update(dict.fromkeys(piece for piece, _ in ranked))
    tokenizer = Tokenizer(
        models.WordPiece(
            {piece: index for index, piece in enumerate(vocabulary)}, unk_token="<unk>", continuing_subword_prefix=""
        )
    )
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(_START)
    tokenizer.decoder = decoders.Metaspace(_START)
    end = ("</s>", SPECIALS.index("</s>"))
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[end])
    wrapped = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        clean_up_tokenization_spaces=False,
    )
    return wrapped


def warm_start(
    encoder: str, tokenizer: PreTrainedTokenizerFast, decoder_layers: int = 3, scratch: bool = False
) -> PreTrainedModel:
    """Build a BART-shaped model from a BERT-shaped encoder.

    Args:
        encoder: Folder or Hub id of a BERT-shaped encoder with post-layer-norm, such as MiniLM.
        tokenizer: A tokenizer made by `build_tokenizer` from the encoder's vocabulary.
        decoder_layers: Number of decoder layers.
        scratch: Keep the shape but draw all weights at random, to measure what the warm start is worth.

    Returns:
        A `BartForConditionalGeneration`.
    """
    source = AutoModel.from_pretrained(encoder, dtype=torch.float32)
    shape = source.config
    special: dict[str, Any] = {
        f"{name}_token_id": SPECIALS.index(token) for name, token in zip(("pad", "bos", "eos"), SPECIALS, strict=False)
    }
    model = BartForConditionalGeneration(
        BartConfig(
            vocab_size=len(tokenizer),
            d_model=shape.hidden_size,
            encoder_layers=shape.num_hidden_layers,
            decoder_layers=decoder_layers,
            encoder_attention_heads=shape.num_attention_heads,
            decoder_attention_heads=shape.num_attention_heads,
            encoder_ffn_dim=shape.intermediate_size,
            decoder_ffn_dim=shape.intermediate_size,
            max_position_embeddings=shape.max_position_embeddings,
            activation_function="gelu",
            dropout=0.1,
            attention_dropout=0.0,
            decoder_start_token_id=SPECIALS.index("<s>"),
            forced_eos_token_id=None,
            **special,
        )
    )
    if not scratch:
        _copy_embeddings(source, model, tokenizer, AutoTokenizer.from_pretrained(encoder))
        for target, layer in zip(model.model.encoder.layers, source.encoder.layer, strict=True):
            _copy_layer(layer, target)
        for position, target in enumerate(model.model.decoder.layers):
            layer = source.encoder.layer[(position + 1) * shape.num_hidden_layers // decoder_layers - 1]
            _copy_layer(layer, target)
            _copy_attention(layer, target.encoder_attn, target.encoder_attn_layer_norm)
    return model


def _copy_embeddings(source: Any, model: Any, tokenizer: Any, source_tokenizer: Any) -> None:
    """Carry over the embeddings of known pieces; a new piece starts from the mean of its source pieces."""
    old = source.embeddings.word_embeddings.weight.detach()
    known = source_tokenizer.get_vocab()
    new = model.model.shared.weight.detach()
    for piece, index in tokenizer.get_vocab().items():
        if piece in SPECIALS:
            same = dict(zip(SPECIALS, ("[PAD]", "[CLS]", "[SEP]", "[UNK]"), strict=True))[piece]
            new[index] = old[known[same]]
            continue
        word = piece.removeprefix(_START)
        names = [word, "##" + word] if piece != word else ["##" + word, word]
        found = next((known[name] for name in names if name in known), None)
        parts = [found] if found is not None else source_tokenizer.encode(word.strip("<>/"), add_special_tokens=False)
        new[index] = old[parts].mean(0) if parts else old.mean(0)
    new[0] = 0
    positions = source.embeddings.position_embeddings.weight.detach()
    positions = positions + source.embeddings.token_type_embeddings.weight.detach()[0]
    for side in (model.model.encoder, model.model.decoder):
        side.embed_positions.weight.data[side.embed_positions.offset :] = positions
        side.layernorm_embedding.load_state_dict(source.embeddings.LayerNorm.state_dict())


def _copy_layer(source: Any, target: Any) -> None:
    _copy_attention(source, target.self_attn, target.self_attn_layer_norm)
    target.fc1.load_state_dict(source.intermediate.dense.state_dict())
    target.fc2.load_state_dict(source.output.dense.state_dict())
    target.final_layer_norm.load_state_dict(source.output.LayerNorm.state_dict())


def _copy_attention(source: Any, attention: Any, norm: Any) -> None:
    attention.q_proj.load_state_dict(source.attention.self.query.state_dict())
    attention.k_proj.load_state_dict(source.attention.self.key.state_dict())
    attention.v_proj.load_state_dict(source.attention.self.value.state_dict())
    attention.out_proj.load_state_dict(source.attention.output.dense.state_dict())
    norm.load_state_dict(source.attention.output.LayerNorm.state_dict())


def read_vocabulary(encoder: str) -> list[str]:
    """The pieces of an encoder's tokenizer, in order of their numbers."""
    path = Path(encoder) / "tokenizer.json"
    if path.is_file():
        vocabulary = json.loads(path.read_text(encoding="utf-8"))["model"]["vocab"]
    else:
        vocabulary = AutoTokenizer.from_pretrained(encoder).get_vocab()
    return sorted(vocabulary, key=vocabulary.get)
