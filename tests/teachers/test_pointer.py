import pytest
import torch
from tiny import bart, word_pieces
from transformers import T5Config, T5ForConditionalGeneration

from hf_synth.teachers.finetune import TeachSettings, finetune
from hf_synth.teachers.pointer import GrownEmbedding, PointerHead, add_pointer, own_layers

SETTINGS = TeachSettings(learning_rate=0.02, max_tokens=80, checkpoint_steps=0, min_steps=60, quiet=True)
PAIRS = [(f" {a} in {b}", f" {b} {a}") for a in "abcd" for b in "efgh"]


def t5(tokenizer):
    torch.manual_seed(0)
    config = T5Config(
        vocab_size=len(tokenizer), d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2, pad_token_id=0,
        eos_token_id=2, decoder_start_token_id=0, dropout_rate=0.0,
    )  # fmt: skip
    return T5ForConditionalGeneration(config).eval()


def inputs(tokenizer, text):
    source = torch.tensor([tokenizer(text).input_ids])
    return {"input_ids": source, "attention_mask": torch.ones_like(source)}


@pytest.fixture
def tokenizer():
    return word_pieces()


@pytest.mark.parametrize("make", [bart, t5])
def test_only_words_of_the_prompt_and_some_others_are_written(make, tokenizer):
    model = make(tokenizer)
    add_pointer(model, [2], [0, 1, 2])
    prompt = inputs(tokenizer, " new york monday")
    for beams in (1, 3):
        written = model.generate(**prompt, max_new_tokens=6, num_beams=beams, do_sample=False)[0, 1:].tolist()
        assert set(written) <= {*prompt["input_ids"][0].tolist(), 0}


@pytest.mark.parametrize("make", [bart, t5])
def test_a_word_that_stands_twice_has_the_mass_of_both_places(make, tokenizer):
    model = make(tokenizer)
    pointer = add_pointer(model, [2], [0, 1, 2])
    prompt = inputs(tokenizer, " new york new")
    start = torch.tensor([[model.config.decoder_start_token_id]])
    new, york = prompt["input_ids"][0, :2].tolist()
    wide = model(**prompt, decoder_input_ids=start).logits[0, 0].tolist()
    pointer.narrow = True
    narrow = pointer_scores(model, prompt, start)
    assert wide[2] == pytest.approx(narrow[0].item(), abs=1e-4)
    assert wide[york] == pytest.approx(narrow[2].item(), abs=1e-4)
    assert wide[new] == pytest.approx(narrow[[1, 3]].logsumexp(0).item(), abs=1e-4)


def pointer_scores(model, prompt, start):
    if hasattr(model, "final_logits_bias"):
        model.final_logits_bias = torch.zeros(1, 1)
    return model(**prompt, decoder_input_ids=start).logits[0, 0].detach()


@pytest.mark.parametrize("make", [bart, t5])
def test_it_learns_to_swap_two_words(make, tokenizer, tmp_path):
    model = make(tokenizer)
    frozen = model.get_input_embeddings().weight.detach().clone()
    pointer = add_pointer(model, [2], [0, 1, 2])
    report = finetune(model, tokenizer, PAIRS, SETTINGS, tmp_path)
    assert report["steps"] >= 60
    assert report["loss"] < 1.6
    assert torch.equal(model.get_input_embeddings().weight, frozen)
    assert not torch.equal(pointer.rows, frozen[[2]])


def test_what_is_saved_is_an_ordinary_model(tokenizer, tmp_path):
    model = bart(tokenizer)
    names = set(model.state_dict())
    pointer = add_pointer(model, [2, 7], [0, 1, 2])
    pointer.rows.data += 1
    with own_layers(model):
        assert set(model.state_dict()) == names
        assert torch.equal(model.get_input_embeddings().weight[[2, 7]], pointer.rows)
        assert torch.equal(model.get_output_embeddings().weight[[2, 7]], pointer.rows)
    assert isinstance(model.get_output_embeddings(), PointerHead)
    assert isinstance(model.get_input_embeddings(), GrownEmbedding)
