"""A chain of filters from settings, as recipes and builders name it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hf_synth.configuration import from_dict
from hf_synth.errors import ConfigError
from hf_synth.filters.base import Filter
from hf_synth.registry import find

HELD_OUT = "held_out"


def load_filters(settings: Mapping[str, Mapping[str, Any]] | None, default: Sequence[Filter]) -> tuple[Filter, ...]:
    """Make filters.

    Args:
        settings: Registered name to settings, in the order the filters run; None takes the default, nothing at all no
            filter.
        default: The filters of who asks.

    Returns:
        The filters, not fitted yet.

    Raises:
        ConfigError: There is no such filter or setting, or `held_out` is named, which runs in any case.

    Examples:
        >>> [filter_.name for filter_ in load_filters({"length": {"longest": 20}, "duplicate": {}}, ())]
        ['length', 'duplicate']
    """
    if settings is None:
        return tuple(default)
    made: list[Filter] = []
    for name, given in settings.items():
        where = f"filters.{name}"
        if name == HELD_OUT:
            raise ConfigError(f"{where}: texts of held-out rows are dropped in any case", hint="Leave it out.")
        if not isinstance(given, Mapping | None):
            raise ConfigError(f"{where}: expected key: value pairs, got {given!r}", hint="Write {} for none.")
        made.append(from_dict(find("filter", name), dict(given or {}), where))
    return tuple(made)
