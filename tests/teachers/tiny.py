"""Tokenizers and models small enough to be made in a test."""

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    BartConfig,
    BartForConditionalGeneration,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
)

from hf_synth.teachers.warm_start import build_tokenizer

SENTENCES = [
    "what is the weather in [1 boston ] on [2 monday ]",
    "wake me up at [3 seven o'clock ] <br> play [11 jazz ]",
    "<language> English </language> <include> [1 new york ] , [2 * ] </include> [1 = city ]",
    "how hot is it in rome 0 1 2 3 4 5 6 7 8 9 10 11 12 [ ] * \\ ü",
]
SPECIALS = ["<pad>", "<s>", "</s>", "<unk>"]
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789[]<>*\\/=,.'-?"
CHAT = (
    "{% for m in messages %}<s>{{ m['role'] }} : {{ m['content'] }}</s>{% endfor %}"
    "{% if add_generation_prompt %}<s>{% endif %}"
)


def _wrap(tokenizer):
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        bos_token="<s>",
        eos_token="</s>",
        unk_token="<unk>",
        clean_up_tokenization_spaces=False,
    )


def _end(tokenizer):
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", tokenizer.token_to_id("</s>"))]
    )


def word_pieces():
    """The tokenizer of the shipped teacher, over letters and a few words."""
    words = ["rain", "in", "the", "new", "york", "monday", "weather", "city"]
    return build_tokenizer([*LETTERS, *(f"##{letter}" for letter in LETTERS), *words, "##s", "##ing"])


def byte_pairs():
    """Byte-level BPE, as GPT-2 and most chat models have it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=420,
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES * 4, trainer)
    return _wrap(tokenizer)


def unigrams():
    """Unigram with Metaspace, as sentencepiece models have it."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace("▁")
    tokenizer.decoder = decoders.Metaspace("▁")
    trainer = trainers.UnigramTrainer(vocab_size=300, special_tokens=SPECIALS, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator([*SENTENCES * 40, *LETTERS], trainer)
    _end(tokenizer)
    return _wrap(tokenizer)


def bart(tokenizer, seed=0):
    torch.manual_seed(seed)
    config = BartConfig(
        vocab_size=len(tokenizer), d_model=8, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=2, encoder_ffn_dim=8, decoder_ffn_dim=8, max_position_embeddings=1024, init_std=0.5,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1, forced_eos_token_id=None,
        dropout=0.0,
    )  # fmt: skip
    return BartForConditionalGeneration(config).eval()


def llama(tokenizer, seed=0):
    torch.manual_seed(seed)
    tokenizer.chat_template = CHAT
    config = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=8, intermediate_size=8, num_hidden_layers=1, num_attention_heads=2,
        num_key_value_heads=1, max_position_embeddings=8192, initializer_range=0.5, pad_token_id=0, bos_token_id=1,
        eos_token_id=2,
    )  # fmt: skip
    return LlamaForCausalLM(config).eval()
