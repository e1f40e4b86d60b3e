"""What can go wrong, each with a hint on what to do next.

Every error that a user can cause is an `HfSynthError`: the command line prints it without a traceback and exits
with code 2. Bad output of a teacher is never an exception: it is a counted `Reject`.
"""

from __future__ import annotations

import difflib
import importlib.util
from collections.abc import Iterable


class HfSynthError(Exception):
    """An error the user can mend.

    Args:
        message: What was expected, what came, and where (row id, file, line).
        hint: What to do next, one sentence.

    Examples:
        >>> print(HfSynthError("seeds.jsonl:3: empty utterance", hint="Remove the line."))
        seeds.jsonl:3: empty utterance
        Hint: Remove the line.
    """

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}\nHint: {self.hint}" if self.hint else self.message


class SchemaError(HfSynthError):
    """A row, a file or a label does not have the form that was agreed."""


class ConfigError(HfSynthError):
    """A setting is unknown, missing or out of range."""


class TeacherError(HfSynthError):
    """A teacher cannot be found, loaded or reached."""


class ContaminationError(HfSynthError):
    """A row must not be used to score a student."""


class HubError(HfSynthError):
    """A dataset cannot be published: it is not ready, or the Hub does not take it."""


class MissingExtraError(HfSynthError):
    """An optional part of the library is not installed."""


def require_extra(extra: str, *modules: str) -> None:
    """Check that the modules of an optional extra can be imported.

    Args:
        extra: Name of the extra in `pyproject.toml`.
        *modules: Top-level module names that the extra brings.

    Raises:
        MissingExtraError: A module is missing; the hint is the exact pip line.

    Examples:
        >>> require_extra("local", "json")
    """
    missing = [name for name in modules if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"this needs {', '.join(missing)}, which is not installed",
            hint=f'Run: pip install "hf-synth[{extra}]"',
        )


def suggest(name: str, known: Iterable[str]) -> str:
    """Say which known name is closest to an unknown one, or list them all.

    Args:
        name: What the user wrote.
        known: What there is, at least one name.

    Returns:
        One sentence, for use as a hint.

    Examples:
        >>> suggest("epochz", ["epochs", "seed"])
        "Did you mean 'epochs'?"
        >>> suggest("x", ["epochs", "seed"])
        'Known: epochs, seed.'
    """
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}."


def check_values(group: str, settings: object, rules: Iterable[tuple[str, bool, str]]) -> None:
    """Check that settings are in their ranges.

    Args:
        group: What they are settings of, as in the first part of their names.
        settings: What has them as attributes.
        rules: Name of a setting, whether its value is good, and what it must be.

    Raises:
        ConfigError: A value is not good.

    Examples:
        >>> check_values("students", 3, [("real", True, "above 0")])
    """
    for name, good, wanted in rules:
        if not good:
            raise ConfigError(f"{group}.{name} must be {wanted}, got {getattr(settings, name)!r}")


def check_choice(name: str, value: str, known: Iterable[str]) -> None:
    """Check that a setting has one of its values.

    Args:
        name: Name of the setting.
        value: What the user wrote.
        known: The values it may have.

    Raises:
        ConfigError: It has another one.

    Examples:
        >>> check_choice("engine", "auto", ["auto", "fast"])
    """
    names = list(known)
    if value not in names:
        raise ConfigError(f"{name} is one of {', '.join(names)}, got {value!r}", hint=suggest(value, names))
