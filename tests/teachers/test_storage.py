import pytest
import torch
from safetensors.torch import load_file
from tiny import bart, word_pieces

from hf_synth.generation import Draw, OwedSlot, Prompt, Sampling
from hf_synth.teachers import loading
from hf_synth.teachers.local import LocalTeacher
from hf_synth.teachers.storage import FILE, load_int8, save_int8


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    folder = tmp_path_factory.mktemp("stored") / "mini"
    tokenizer = word_pieces()
    model = bart(tokenizer)
    with torch.no_grad():
        model.model.decoder.layers[0].fc1.weight[0] = 0
        model.model.decoder.layers[0].fc1.weight[1] *= 1000
    return folder, model, tokenizer, save_int8(model, tokenizer, folder)


def test_error_is_below_half_a_step(stored):
    folder, model, _, _ = stored
    again = dict(load_int8(folder)[0].named_parameters())
    matrices = 0
    for name, weight in model.named_parameters():
        if weight.ndim == 2:
            step = weight.abs().amax(1, keepdim=True) / 127
            assert ((again[name] - weight).abs() <= step / 2 * 1.0001 + 1e-9).all(), name
            matrices += 1
        else:
            assert torch.allclose(again[name], weight, atol=1e-3, rtol=1e-3), name
    assert matrices > 10
    assert any((again[name] != weight).any() for name, weight in model.named_parameters())


def test_file_is_small(stored):
    folder, model, _, size = stored
    tensors = load_file(folder / FILE)
    assert size == (folder / FILE).stat().st_size
    assert tensors["model.shared.weight"].dtype == torch.int8
    assert "lm_head.weight" not in tensors
    assert sum(tensor.numel() for name, tensor in tensors.items() if "::" not in name) == sum(
        weight.numel() for weight in model.parameters()
    )


def test_embeddings_stay_tied(stored):
    model = load_int8(stored[0])[0]
    tables = (model.lm_head, model.model.encoder.embed_tokens, model.model.decoder.embed_tokens)
    assert {table.weight.data_ptr() for table in tables} == {model.model.shared.weight.data_ptr()}
    assert not model.training
    assert model.dtype == torch.float32


def test_settings_of_generation_are_kept(stored):
    folder, model, tokenizer, _ = stored
    again, again_tokenizer = load_int8(folder)
    for name in ("eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_eos_token_id"):
        assert getattr(again.generation_config, name) == getattr(model.generation_config, name), name
    text = "Rain in [1 new york ] <br> x"
    assert again_tokenizer(text).input_ids == tokenizer(text).input_ids
    assert again_tokenizer.decode(tokenizer(text).input_ids) == tokenizer.decode(tokenizer(text).input_ids)


def test_generations_run(stored):
    folder, *_ = stored
    draw = Draw(Prompt("<intent> x </intent>", (OwedSlot(1, ("rome",)),)), 0)
    model, tokenizer = load_int8(folder)
    (text,) = LocalTeacher(model, tokenizer, "mini").generate([draw], Sampling(max_new_tokens=20))
    assert "[1 rome ]" in text
    loaded = loading.load_local(str(folder))
    assert loaded.identity.startswith("mini@")
    assert loaded.generate([draw], Sampling(max_new_tokens=20)) == [text]
