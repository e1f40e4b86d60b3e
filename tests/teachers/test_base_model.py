import pytest
import torch
from tiny import bart, word_pieces

from hf_synth.errors import TeacherError
from hf_synth.teachers.base_model import load_base
from hf_synth.teachers.storage import save_int8


@pytest.mark.parametrize("store", ["int8", "float32"])
def test_a_folder(store, tmp_path):
    tokenizer = word_pieces()
    model = bart(tokenizer)
    if store == "int8":
        save_int8(model, tokenizer, tmp_path)
    else:
        model.save_pretrained(tmp_path)
        tokenizer.save_pretrained(tmp_path)
    loaded, again = load_base(str(tmp_path))
    assert loaded.dtype == torch.float32
    assert again.get_vocab() == tokenizer.get_vocab()


def test_the_shipped_one():
    model, tokenizer = load_base("linguist-mini")
    assert model.config.vocab_size == len(tokenizer)


def test_what_cannot_be_loaded():
    with pytest.raises(TeacherError, match="cannot load 'no/such-model'") as caught:
        load_base("no/such-model")
    assert "warm:<encoder>" in caught.value.hint
