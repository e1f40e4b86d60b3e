"""Semantic parsers: what is trained on texts with parses, to measure what they are worth.

The settings can be read without torch; each other name is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from hf_synth.errors import require_extra
from hf_synth.semantic_parsing.restoring import restore_words
from hf_synth.semantic_parsing.settings import ParserSettings

if TYPE_CHECKING:
    from hf_synth.semantic_parsing.parser import Parser
    from hf_synth.semantic_parsing.training import train_parser

_HOMES = {"Parser": "parser", "train_parser": "training"}
__all__ = ["Parser", "ParserSettings", "restore_words", "train_parser"]


def __getattr__(name: str) -> Any:
    """Import a name on first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    require_extra("students", "torch", "transformers", "accelerate", "peft")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """All names, those not imported yet included."""
    return sorted({*globals(), *__all__})
