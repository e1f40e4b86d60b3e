"""The card on disk: ours is rendered again at any time, what a user added stays."""

from __future__ import annotations

from pathlib import Path

from hf_synth.cards.front_matter import read_front_matter
from hf_synth.cards.manifest import DatasetManifest
from hf_synth.cards.render import END, render_card
from hf_synth.errors import ConfigError
from hf_synth.manifest import write_text

CARD = "README.md"


def write_card(manifest: DatasetManifest, folder: Path) -> Path:
    """Render the card of a dataset into its folder.

    Args:
        manifest: Of the dataset.
        folder: Where `README.md` goes. If there is one, its YAML keys that we do not write, its tags, and all that
            stands below the mark at its end are kept.

    Returns:
        The file.

    Raises:
        ConfigError: The card that is there has no such mark, or its YAML is broken; it is left as it is.
    """
    file = folder / CARD
    theirs, below = read_card(file) if file.exists() else ({}, "")
    write_text(file, render_card(manifest, theirs) + below)
    return file


def read_card(file: Path) -> tuple[dict[str, object], str]:
    """Read what a user may have added to a card: its YAML, and the text below the mark at its end."""
    hint = "Mend it, or move it away: a new card is written then."
    try:
        values, body = read_front_matter(file.read_text(encoding="utf-8"))
    except ConfigError as error:
        raise ConfigError(f"{file}: {error.message}", hint=hint) from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: the file is not UTF-8 ({error.reason})", hint=hint) from None
    _, mark, below = f"\n{body}".partition(f"\n{END}\n")
    if not mark:
        raise ConfigError(f"{file} has no line {END!r}, so what of it is yours cannot be told", hint=hint)
    return values, below
