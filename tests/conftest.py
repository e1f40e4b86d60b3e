"""Fixtures that tests of several rooms share."""

import re
import sys

import pytest
import yaml
from small import snapshot, write_lines

THINGS = {"card": ("my card", "the card", "this card"), "loan": ("my loan", "a loan", "this loan")}
EVENTS = {"lost": ("is lost", "was lost", "i lost"), "new": ("i want a new one", "new please", "a new one")}


@pytest.fixture(scope="session")
def encoder(tmp_path_factory):
    """The folder of an encoder of one small layer."""
    import torch
    from teachers.tiny import word_pieces
    from transformers import BertConfig, BertModel

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


@pytest.fixture
def some_rows():
    """36 rows, each with two of four labels, in as many folds."""
    pairs = [(thing, event) for thing in THINGS for event in EVENTS]
    texts = [(f"{one} {other}", pair) for pair in pairs for one in THINGS[pair[0]] for other in EVENTS[pair[1]]]
    return [{"text": text, "labels": list(pair), "fold": number} for number, (text, pair) in enumerate(texts)]


@pytest.fixture
def labelled(tmp_path, encoder, some_rows):
    """Write a recipe of rows with two labels each, of which one is kept; gives its folder."""

    def write(rows=None, **settings):
        write_lines(tmp_path / "rows.jsonl", rows or some_rows)
        values = {
            "task": "multi_label",
            "data": {"train": {"path": "rows.jsonl"}, "folds": 3},
            "noise": {"kept": 1},
            "pseudo_labels": {"streak": 1, "mode": "any"},
            "students": {"base": encoder, "epochs": 2, "learning_rate": 4e-3, "max_tokens": 64},
            **settings,
        }
        (tmp_path / "recipe.yaml").write_text(yaml.safe_dump(values))
        return tmp_path

    return write


@pytest.fixture
def call(monkeypatch, capfd):
    """Run `hf-synth` in this process: exit code, standard output, standard error."""

    from hf_synth import cli

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["hf-synth", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as caught:
            cli.main()
        out, err = capfd.readouterr()
        return caught.value.code or 0, out, err

    return call


@pytest.fixture
def refused(call, tmp_path):
    """Run a command that must fail by the user's fault, and leave everything as it was; gives the message."""

    def refused(*arguments, message):
        before = snapshot(tmp_path)
        code, out, err = call(*arguments)
        assert code == 2, err
        assert out == ""
        assert "Traceback" not in err
        errors = [line for line in err.splitlines() if line.startswith("error: ")]
        assert len(errors) == 1, err
        assert re.search(message, err), err
        assert snapshot(tmp_path) == before, "what exists is left as it was"
        return err

    return refused
