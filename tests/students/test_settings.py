import pytest

from hf_synth.errors import ConfigError
from hf_synth.students import StudentSettings


@pytest.mark.parametrize(
    "wrong",
    [
        {"encoder": ""},
        {"epochs": 0},
        {"learning_rate": 0},
        {"head_learning_rate": -1},
        {"lora_rank": -1},
        {"lora_alpha": 0},
        {"max_tokens": 15},
        {"max_length": 7},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_values_out_of_range_are_refused(wrong):
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        StudentSettings(**wrong)


def test_unknown_settings_are_refused_with_the_closest_name():
    with pytest.raises(ConfigError) as caught:
        StudentSettings.from_dict({"epoch": 3})
    assert "'epochs'" in caught.value.hint


def test_round_trip():
    settings = StudentSettings(epochs=2, lora_rank=0)
    assert StudentSettings.from_dict(settings.to_dict()) == settings
