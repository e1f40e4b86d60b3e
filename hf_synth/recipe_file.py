"""A recipe's YAML file, read into settings of any kind."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml

from hf_synth.configuration import from_dict, override
from hf_synth.errors import ConfigError
from hf_synth.sources import Source

FILE = "recipe.yaml"
T = TypeVar("T")


def read_recipe(kind: type[T], path: str | Path, assignments: Sequence[str] = ()) -> T:
    """Read a recipe.

    Args:
        kind: The dataclass of its settings, with a field `name`.
        path: Folder of the recipe, or its YAML file.
        assignments: Overrides such as `students.epochs=2`.

    Returns:
        The recipe; it has its folder's name if it gives none, and the path of each source that lies beside the YAML
        file is complete.

    Raises:
        ConfigError: The file is missing or not YAML, a key is unknown, or a value is wrong.
    """
    file, values = read_yaml(path, assignments)
    values.pop("task", None)
    recipe = from_dict(kind, {**values, "name": values.get("name") or file.parent.name})
    resolved: T = _resolve(recipe, file.parent)
    return resolved


def read_yaml(path: str | Path, assignments: Sequence[str]) -> tuple[Path, dict[str, Any]]:
    """Read the YAML file of a recipe, with overrides applied; arguments and errors as for `read_recipe`."""
    file = Path(path) / FILE if Path(path).is_dir() else Path(path)
    try:
        values = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise ConfigError(f"{file}: no such recipe", hint="Give a folder with a recipe.yaml.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: not YAML ({' '.join(str(error).split())})") from None
    if not isinstance(values, dict):
        raise ConfigError(f"{file}: expected key: value pairs")
    return file, override(values, assignments)


def _resolve(value: Any, folder: Path) -> Any:
    """Complete the path of each source in a value that lies in a folder."""
    if isinstance(value, Source):
        beside = folder / value.path
        return dataclasses.replace(value, path=str(beside)) if beside.exists() else value
    if isinstance(value, Mapping):
        return {key: _resolve(part, folder) for key, part in value.items()}
    if isinstance(value, tuple):
        return tuple(_resolve(part, folder) for part in value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        parts = {field.name: getattr(value, field.name) for field in dataclasses.fields(value) if field.init}
        found = {name: _resolve(part, folder) for name, part in parts.items()}
        changed = {name: part for name, part in found.items() if part is not parts[name] and part != parts[name]}
        return dataclasses.replace(value, **changed) if changed else value
    return value
