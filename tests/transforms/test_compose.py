import pytest

from hf_synth.errors import ConfigError
from hf_synth.transforms.compose import Compose, OneOf, Sometimes
from hf_synth.transforms.deletion import RandomDeletion
from hf_synth.transforms.noise import SpellingNoise
from hf_synth.transforms.slot_resampling import SlotResampling
from hf_synth.transforms.swap import RandomSwap

TEXT = {"text": [f"will it rain tomorrow afternoon number {n}" for n in range(60)]}


def test_steps_follow_each_other_and_are_named():
    made = Compose((RandomSwap(), SpellingNoise()))(TEXT)
    assert set(made["method"]) == {"random_swap@1+spelling_noise@1"}
    for text, source in zip(made["text"], TEXT["text"], strict=True):
        assert sorted(text.split()) != sorted(source.split())  # misspelt
        assert text.split() != source.split()


def test_a_step_that_refuses_passes_the_row_on():
    steps = (SlotResampling({"city": [("oslo",)]}), SpellingNoise())
    assert set(Compose(steps)(TEXT)["method"]) == {"spelling_noise@1"}
    assert Compose(steps, refused="keep")({"text": ["a b"]})["reject"] == ["too_short"]


def test_one_of_takes_each_by_its_weight():
    made = OneOf((RandomDeletion(), SpellingNoise()), weights=(1, 3))(TEXT)
    share = made["method"].count("spelling_noise@1") / len(made["method"])
    assert share == pytest.approx(0.75, abs=0.15)
    assert OneOf((RandomDeletion(), SpellingNoise()), weights=(0, 1))(TEXT)["method"].count("random_deletion@1") == 0


def test_sometimes_leaves_some_rows_alone():
    made = Sometimes(SpellingNoise(), 0.3)(TEXT)
    assert len(made["text"]) == pytest.approx(18, abs=10)
    assert len(Sometimes(SpellingNoise(), 0.0)(TEXT)["text"]) == 0
    assert len(Sometimes(SpellingNoise(), 1.0)(TEXT)["text"]) == 60


def test_steps_of_one_kind_draw_apart():
    once, twice = SpellingNoise(rate=0.01), Compose((SpellingNoise(rate=0.01), SpellingNoise(rate=0.01)))
    changed = []
    for transform in (once, twice):
        made = transform({**TEXT, "source": TEXT["text"]})
        pairs = zip(made["text"], made["source"], strict=True)
        changed.append([sum(a != b for a, b in zip(x.split(), y.split(), strict=True)) for x, y in pairs])
    assert max(changed[0]) == 1
    assert max(changed[1]) == 2


def test_transforms_inside_transforms():
    nested = Compose((Sometimes(RandomSwap(), 0.5), OneOf((SpellingNoise(), RandomDeletion()))), copies=2)
    assert nested(TEXT) == nested(TEXT)
    assert max(map(len, (method.split("+") for method in nested(TEXT)["method"]))) == 2


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Compose(()), "at least one transform"),
        (lambda: Compose((str.upper,)), "expected transforms, got"),
        (lambda: OneOf((SpellingNoise(),), weights=(1, 2)), "1 transforms and 2 weights"),
        (lambda: OneOf((SpellingNoise(),), weights=(0,)), "not all 0"),
        (lambda: Sometimes(SpellingNoise(), 1.5), r"probability must lie in \[0, 1\]"),
    ],
)
def test_settings(make, message):
    with pytest.raises(ConfigError, match=message):
        make()
