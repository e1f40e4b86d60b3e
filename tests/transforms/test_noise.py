from random import Random

import pytest

from hf_synth.errors import ConfigError
from hf_synth.transforms.noise import NEIGHBOURS, SpellingNoise, misspell


def test_a_slip_is_one_slip():
    for number in range(300):
        made = misspell("weather", Random(number))
        assert made[0] == "w"
        assert 6 <= len(made) <= 8
        assert sum(one != other for one, other in zip("weather", made, strict=False)) >= 1 or len(made) != 7


def test_keyboard():
    assert set(NEIGHBOURS["g"]) == set("fhtyvb")
    assert set(NEIGHBOURS["q"]) == set("wa")
    assert all(key in NEIGHBOURS[near] for key, keys in NEIGHBOURS.items() for near in keys)


def test_rate():
    text = "every single word could carry another slip here " * 20
    shares = []
    for rate in (0.1, 0.5, 1.0):
        (made,) = SpellingNoise(rate=rate)({"text": [text]})["text"]
        shares.append(sum(a != b for a, b in zip(text.split(), made.split(), strict=True)) / len(text.split()))
    assert shares[0] == pytest.approx(0.1, abs=0.06)
    assert shares[1] == pytest.approx(0.5, abs=0.12)
    assert shares[2] > 0.9


def test_slots_stay_unless_they_are_named():
    batch = {"tokens": [["to", "barcelona"]], "slot_tags": [["O", "B-city"]]}
    assert SpellingNoise(refused="keep")(batch)["reject"] == ["too_short"]
    made = SpellingNoise(in_slots=True)(batch)
    assert made["tokens"][0][1] != "barcelona"
    assert made["slot_tags"] == batch["slot_tags"]


@pytest.mark.parametrize("rate", [0, 1.5])
def test_settings(rate):
    with pytest.raises(ConfigError, match="rate must lie in"):
        SpellingNoise(rate=rate)
