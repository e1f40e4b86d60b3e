import pytest

from hf_synth.errors import ConfigError
from hf_synth.filters.chain import load_filters
from hf_synth.filters.duplicate import DuplicateFilter
from hf_synth.filters.length import LengthFilter
from hf_synth.filters.semantic import SemanticDeduplication


def test_the_order_and_the_settings_are_the_users():
    chain = load_filters({"semantic": {"threshold": 0.9}, "length": None, "duplicate": {}}, ())
    assert chain == (SemanticDeduplication(0.9), LengthFilter(), DuplicateFilter())


def test_nothing_said_is_the_default_and_nothing_wanted_is_none():
    default = (LengthFilter(),)
    assert load_filters(None, default) == default
    assert load_filters({}, default) == ()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lenght": {}}, "no filter is called 'lenght'"),
        ({"length": {"shortst": 2}}, "unknown key 'filters.length.shortst'"),
        ({"length": 3}, "filters.length: expected key: value pairs, got 3"),
        ({"length": {"shortest": 9, "longest": 2}}, "shortest 9 is above longest 2"),
        ({"held_out": {}}, "filters.held_out: texts of held-out rows are dropped in any case"),
    ],
)
def test_settings_are_checked(settings, message):
    with pytest.raises(ConfigError) as caught:
        load_filters(settings, ())
    assert message in str(caught.value)
