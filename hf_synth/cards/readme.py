"""The card on disk: ours is rendered again at any time, what a user added stays."""

from __future__ import annotations

import re
from pathlib import Path

from hf_synth.cards.front_matter import read_front_matter
from hf_synth.cards.manifest import DatasetManifest
from hf_synth.cards.render import render_card
from hf_synth.errors import ConfigError
from hf_synth.manifest import FILE, write_text
from hf_synth.markdown import END

CARD = "README.md"


def find_card(file: Path) -> Path:
    """Say where the card of a manifest is.

    Args:
        file: The manifest.

    Returns:
        `README.md` beside `manifest.json`, `x.md` beside `x.json`.
    """
    return file.with_name(CARD) if file.name == FILE else file.with_suffix(".md")


def write_card(manifest: DatasetManifest, file: Path) -> None:
    """Render the card of a dataset.

    Args:
        manifest: Of the dataset.
        file: Where the card goes. If there is one, its YAML keys that we do not write, its tags, and all that stands
            below the mark at its end are kept.

    Raises:
        ConfigError: The card that is there has no such mark, or its YAML is broken; it is left as it is.
    """
    theirs, below = read_card(file) if file.exists() else ({}, "")
    write_text(file, render_card(manifest, theirs) + below)


def read_card(file: Path) -> tuple[dict[str, object], str]:
    """Read what a user may have added to a card: its YAML, and the text below the mark at its end."""
    hint = "Mend it, or move it away: a new card is written then."
    try:
        values, body = read_front_matter(file.read_text(encoding="utf-8"))
    except ConfigError as error:
        raise ConfigError(f"{file}: {error.message}", hint=hint) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: the file is not UTF-8 ({error.reason})", hint=hint) from None
    mark = re.search(rf"^{re.escape(END)}[ \t]*(?:\n|\Z)", body, re.MULTILINE)
    if not mark:
        raise ConfigError(f"{file} has no line {END!r}, so what of it is yours cannot be told", hint=hint)
    return values, body[mark.end() :]
