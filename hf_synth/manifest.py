"""What a run did: settings, versions, counts. One JSON file at the top of every run folder."""

from __future__ import annotations

import json
import os
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from hf_synth.errors import ConfigError

FILE = "manifest.json"
PACKAGES = ("hf-synth", "datasets", "transformers", "torch", "peft", "numpy")


def package_versions() -> dict[str, str]:
    """Versions of the packages that decide what a run gives; those not installed are left out."""
    found: dict[str, str] = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def write_json(path: Path, values: Any) -> None:
    """Write JSON, with `write_text`."""
    write_text(path, json.dumps(values, indent=2, sort_keys=True, ensure_ascii=False) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 so that a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8", newline="\n")
    os.replace(temporary, path)


def remove_leftovers(folder: Path) -> None:
    """Remove the half-written files of processes that were killed, wherever they lie in a folder.

    Args:
        folder: A folder that no other machine writes to; it may be missing.
    """
    for path in folder.rglob("*.tmp"):
        writer = path.name.split(".")[-2]
        if writer.isdigit() and not _is_alive(int(writer)):
            path.unlink(missing_ok=True)


def _is_alive(process: int) -> bool:
    if os.name == "nt":  # there, to ask is to stop it
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # it is another user's, or the system cannot tell
    return True


def read_json(path: Path) -> Any:
    """Read JSON, or None if there is no such file.

    Args:
        path: A UTF-8 file.

    Returns:
        The values in the file, or None.

    Raises:
        ConfigError: The file is not JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError as error:
        raise ConfigError(f"{path}: not JSON ({error})", hint="Move the file away.") from None


def find_cache() -> Path:
    """The folder of what can be made again: `HF_SYNTH_CACHE`, else `~/.cache/hf_synth`."""
    return Path(os.environ.get("HF_SYNTH_CACHE", Path.home() / ".cache" / "hf_synth"))


def claim_folder(out: Path, recipe: dict[str, Any], data: str = "") -> None:
    """Mark a run folder as belonging to a recipe, so that a later run resumes in it.

    Args:
        out: The run folder; made if missing.
        recipe: All settings of the recipe that must not change.
        data: Hash of the rows that the recipe reads; empty if it is not known.

    Raises:
        ConfigError: The folder holds another run, or files that are no run at all, or it cannot be written. Nothing
            is touched.
    """
    hint = "Choose another --out, or remove the folder."
    if out.is_file():
        raise ConfigError(f"{out} is a file, expected a folder", hint="Choose another --out.")
    manifest = read_json(out / FILE)
    if manifest is None:
        # Parts of one array claim their folder at the same time: look once more before its files are called foreign.
        foreign = out.is_dir() and any(not path.name.startswith(FILE) for path in out.iterdir())
        manifest = read_json(out / FILE)
        if manifest is None and foreign:
            raise ConfigError(f"{out} holds files, but no run of hf-synth", hint=hint)
    if manifest is None:
        try:
            write_json(out / FILE, {"recipe": recipe, "data": data})
        except OSError as error:
            raise ConfigError(f"{out}: cannot be written ({error})", hint="Choose another --out.") from None
        manifest = read_json(out / FILE)
    theirs = manifest.get("recipe") if isinstance(manifest, dict) else None
    if not isinstance(theirs, dict):
        raise ConfigError(f"{out / FILE} is no manifest of hf-synth", hint=hint)
    if theirs.get("name") != recipe["name"]:
        raise ConfigError(f"{out} belongs to recipe {theirs.get('name')!r}, not {recipe['name']!r}", hint=hint)
    changed = sorted(_differences(json.loads(json.dumps(recipe)), theirs))
    if changed:
        raise ConfigError(
            f"{out} holds a run of {recipe['name']!r} with other settings: {'; '.join(changed)}", hint=hint
        )
    if manifest.get("data") not in (None, "", data):
        raise ConfigError(f"{out} holds a run of {recipe['name']!r} on other rows: its data has changed", hint=hint)


def _differences(ours: Any, theirs: Any, where: str = "") -> list[str]:
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return [
            difference
            for key in sorted(set(ours) | set(theirs))
            for difference in _differences(ours.get(key), theirs.get(key), f"{where}.{key}" if where else key)
        ]
    return [] if ours == theirs else [f"{where} was {theirs!r}, now {ours!r}"]
