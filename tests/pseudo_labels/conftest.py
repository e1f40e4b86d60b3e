import pytest
import torch
from teachers.tiny import word_pieces
from transformers import BertConfig, BertModel


@pytest.fixture(scope="session")
def encoder(tmp_path_factory):
    """The folder of an encoder of one small layer."""
    folder, tokenizer = tmp_path_factory.mktemp("encoder"), word_pieces()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=64,
        pad_token_id=tokenizer.pad_token_id,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return str(folder)
