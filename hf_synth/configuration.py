"""Reading settings into frozen dataclasses: every unknown or ill-typed key is an error that says where it stands."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import yaml

from hf_synth.errors import ConfigError, suggest

T = TypeVar("T")


def from_dict(kind: type[T], values: Any, where: str = "") -> T:
    """Build a dataclass, and the dataclasses in it, from nested mappings.

    Args:
        kind: The dataclass.
        values: Its fields; a missing one takes its default.
        where: Dotted path of `values`, for messages.

    Returns:
        An instance of `kind`; lists become tuples.

    Raises:
        ConfigError: An unknown or missing key, or a value of the wrong type; the message gives its dotted path.

    Examples:
        >>> from hf_synth.generation import Sampling
        >>> from_dict(Sampling, {"temperature": 0.5}).temperature
        0.5
        >>> from_dict(Sampling, {"temprature": 0.5}, "generation.sampling")
        Traceback (most recent call last):
        hf_synth.errors.ConfigError: unknown key 'generation.sampling.temprature'
        Hint: Did you mean 'temperature'?
    """
    if not isinstance(values, Mapping):
        raise ConfigError(f"{where or 'settings'}: expected key: value pairs, got {values!r}")
    hints = typing.get_type_hints(kind)
    fields = {field.name: field for field in dataclasses.fields(kind) if field.init}  # type: ignore[arg-type]
    read: dict[str, Any] = {}
    for key, value in values.items():
        path = f"{where}.{key}" if where else str(key)
        if key not in fields:
            raise ConfigError(f"unknown key {path!r}", hint=suggest(str(key), fields))
        read[key] = _convert(hints[key], value, path)
    for name, field in fields.items():
        if name not in read and field.default is field.default_factory is dataclasses.MISSING:
            raise ConfigError(f"missing key {where + '.' if where else ''}{name}")
    return kind(**read)


def _convert(hint: Any, value: Any, path: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if hint is Any:
        return value
    if origin in (types.UnionType, typing.Union):
        if value is None and type(None) in arguments:
            return None
        return _convert(next(item for item in arguments if item is not type(None)), value, path)
    if dataclasses.is_dataclass(hint):
        return from_dict(typing.cast(Any, hint), value, path)
    if origin is tuple:
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise ConfigError(f"{path}: expected a list, got {value!r}", hint="Write [a, b].")
        return tuple(_convert(arguments[0], item, f"{path}[{index}]") for index, item in enumerate(value))
    if origin is not None and issubclass(origin, Mapping):
        if not isinstance(value, Mapping):
            raise ConfigError(f"{path}: expected key: value pairs, got {value!r}")
        return {key: _convert(arguments[1], item, f"{path}.{key}") for key, item in value.items()}
    if hint is float and (isinstance(value, int) or _is_number(value)) and not isinstance(value, bool):
        return float(value)
    if hint is str and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    kind = origin or hint
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ConfigError(f"{path}: expected {kind.__name__}, got {value!r}")
    return value


def _is_number(value: Any) -> bool:
    """Whether a text is a number that YAML does not take for one, such as 5e-4."""
    return isinstance(value, str) and re.fullmatch(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+", value) is not None


def override(values: dict[str, Any], assignments: Sequence[str]) -> dict[str, Any]:
    """Apply `key.path=value` assignments; values are read as YAML.

    Args:
        values: Nested settings; they are not changed.
        assignments: Such as `students.epochs=2`; later ones win, and missing keys on a path are made.

    Returns:
        A copy of the settings with the assignments applied.

    Raises:
        ConfigError: An assignment has no `=`, its value is not YAML, or its path leads through a plain value.

    Examples:
        >>> override({"students": {"epochs": 4}}, ["students.epochs=2", "arms=[real_only]"])
        {'students': {'epochs': 2}, 'arms': ['real_only']}
    """
    result = {**values}
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals or not path:
            raise ConfigError(f"expected key=value, got {assignment!r}", hint="For example students.epochs=2")
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ConfigError(f"{path}: the value is not YAML ({str(error).splitlines()[0]})") from None
        *parents, last = path.split(".")
        place = result
        for parent in parents:
            inner = place.get(parent) or {}
            if not isinstance(inner, dict):
                raise ConfigError(f"{path}: {parent!r} holds {inner!r}, no keys of its own")
            place[parent] = {**inner}
            place = place[parent]
        place[last] = value
    return result


def to_dict(settings: Any) -> Any:
    """Turn settings into JSON-like values, the reverse of `from_dict`."""
    if dataclasses.is_dataclass(settings):
        return {field.name: to_dict(getattr(settings, field.name)) for field in dataclasses.fields(settings)}
    if isinstance(settings, Mapping):
        return {key: to_dict(value) for key, value in settings.items()}
    if isinstance(settings, list | tuple):
        return [to_dict(item) for item in settings]
    return settings
