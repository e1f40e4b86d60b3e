from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from hf_synth.configuration import from_dict, override, to_dict
from hf_synth.errors import ConfigError


@dataclass(frozen=True)
class Inner:
    number: int = 1
    share: float = 0.5


@dataclass(frozen=True)
class Outer:
    name: str
    inner: Inner = field(default_factory=Inner)
    many: tuple[Inner, ...] = ()
    words: tuple[str, ...] = ()
    flag: bool = True
    limit: int | None = None
    maybe: Inner | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


def test_nested_values_and_defaults():
    values = {
        "name": "x",
        "inner": {"share": 1},
        "many": [{"number": 3}],
        "words": ["a"],
        "maybe": {},
        "columns": {"a": "b"},
    }
    before = deepcopy(values)
    read = from_dict(Outer, values)
    assert read == Outer("x", Inner(1, 1.0), (Inner(3),), ("a",), True, None, Inner(), {"a": "b"})
    assert isinstance(read.inner.share, float)
    assert values == before


@pytest.mark.parametrize("text", ["5e-4", "1E+3", "-2.5e1"])
def test_a_number_that_yaml_takes_for_a_text(text):
    values = override({"name": "x"}, [f"inner.share={text}"])
    assert from_dict(Outer, values).inner.share == float(text)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({}, "missing key name"),
        ({"name": "x", "innr": {}}, "unknown key 'innr'\nHint: Did you mean 'inner'?"),
        ({"name": "x", "inner": {"sahre": 1}}, "unknown key 'inner.sahre'\nHint: Did you mean 'share'?"),
        ({"name": "x", "many": [{}, {"nmber": 1}]}, "unknown key 'many[1].nmber'\nHint: Did you mean 'number'?"),
        ({"name": "x", "inner": 3}, "inner: expected key: value pairs, got 3"),
        ({"name": "x", "inner": None}, "inner: expected key: value pairs, got None"),
        ({"name": "x", "inner": {"number": "3"}}, "inner.number: expected int, got '3'"),
        ({"name": "x", "inner": {"number": True}}, "inner.number: expected int, got True"),
        ({"name": "x", "inner": {"number": 1.5}}, "inner.number: expected int, got 1.5"),
        ({"name": "x", "inner": {"share": "much"}}, "inner.share: expected float, got 'much'"),
        ({"name": "x", "inner": {"share": True}}, "inner.share: expected float, got True"),
        ({"name": "x", "words": "ab"}, "words: expected a list, got 'ab'"),
        ({"name": "x", "words": 3}, "words: expected a list, got 3"),
        ({"name": "x", "words": [["a"]]}, "words[0]: expected str, got ['a']"),
        ({"name": "x", "flag": 1}, "flag: expected bool, got 1"),
        ({"name": "x", "limit": "all"}, "limit: expected int, got 'all'"),
        ({"name": "x", "columns": ["a"]}, "columns: expected key: value pairs, got ['a']"),
        ({"name": "x", "columns": {"a": ["b"]}}, "columns.a: expected str, got ['b']"),
        ({"name": None}, "name: expected str, got None"),
        ({"name": "x", 3: 4}, "unknown key '3'"),
        (["name"], "settings: expected key: value pairs, got ['name']"),
    ],
    ids=str,
)
def test_what_is_wrong_and_where(values, message):
    with pytest.raises(ConfigError) as caught:
        from_dict(Outer, values)
    assert str(caught.value).startswith(message)


def test_numbers_as_names():
    assert from_dict(Outer, {"name": 7}).name == "7"


@given(
    st.builds(
        Outer,
        st.text(),
        st.builds(Inner, st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
        st.lists(st.builds(Inner)).map(tuple),
        st.lists(st.text()).map(tuple),
        st.booleans(),
        st.none() | st.integers(),
        st.none() | st.builds(Inner),
        st.dictionaries(st.text(), st.text()),
    )
)
def test_there_and_back(settings):
    values = to_dict(settings)
    assert from_dict(Outer, values) == settings
    assert yaml.safe_load(yaml.safe_dump(values)) == values


def test_to_dict_is_json_like():
    @dataclass
    class Anything:
        value: Any

    assert to_dict(Anything({"a": (1, Inner())})) == {"value": {"a": [1, {"number": 1, "share": 0.5}]}}


def test_overrides():
    values = {"a": {"b": 1, "c": 2}, "d": None}
    before = deepcopy(values)
    changed = override(values, ["a.b=3", "d.e.f=[x, 1]", "g=", "h=a=b", "a.b=4"])
    assert changed == {"a": {"b": 4, "c": 2}, "d": {"e": {"f": ["x", 1]}}, "g": None, "h": "a=b"}
    assert values == before


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("epochs", "expected key=value, got 'epochs'"),
        ("=3", "expected key=value, got '=3'"),
        ("a=[1", "a: the value is not YAML"),
        ("a.b.c=1", "a.b.c: 'b' holds 1, no keys of its own"),
    ],
)
def test_bad_overrides(assignment, message):
    with pytest.raises(ConfigError) as caught:
        override({"a": {"b": 1}}, [assignment])
    assert caught.value.message.startswith(message)
