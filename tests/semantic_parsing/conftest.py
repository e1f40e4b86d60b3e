import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from orders import ROWS, SCHEMA, save_base

from hf_synth.semantic_parsing import ParserSettings, train_parser


@pytest.fixture(scope="session")
def base(tmp_path_factory):
    return save_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="session")
def settings(base):
    return ParserSettings(base=base, epochs=1, min_steps=150, learning_rate=3e-3, max_new_tokens=40)


@pytest.fixture(scope="session")
def parser_folder(tmp_path_factory):
    return tmp_path_factory.mktemp("parser")


@pytest.fixture(scope="session")
def parser(settings, parser_folder):
    """One parser, trained on all orders and saved in `parser_folder`."""
    return train_parser(ROWS, SCHEMA, settings, parser_folder, seed=0)
