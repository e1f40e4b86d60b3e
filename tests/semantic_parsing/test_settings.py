import pytest

from hf_synth.configuration import from_dict, to_dict
from hf_synth.errors import ConfigError
from hf_synth.semantic_parsing import ParserSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"base": ""},
        {"epochs": 0},
        {"min_steps": -1},
        {"learning_rate": 0},
        {"lora_rank": -1},
        {"lora_alpha": 0},
        {"max_tokens": 15},
        {"max_length": 7},
        {"max_new_tokens": 3},
        {"num_beams": 0},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_values_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError, match=f"parser.{next(iter(wrong))} must be"):
        ParserSettings(**wrong)


def test_unknown_settings_are_refused_with_the_closest_name():
    with pytest.raises(ConfigError) as caught:
        from_dict(ParserSettings, {"epoch": 3}, "parser")
    assert "'epochs'" in caught.value.hint


def test_round_trip():
    settings = ParserSettings(epochs=2, lora_rank=4, copy=False)
    assert from_dict(ParserSettings, to_dict(settings), "parser") == settings


def test_adapters_do_not_point():
    assert ParserSettings().points
    assert not ParserSettings(lora_rank=4).points
    assert not ParserSettings(copy=False).points
