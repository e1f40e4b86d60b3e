"""What a push puts into a repo: the files of a config, and what must change there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hf_synth.errors import ConfigError
from hf_synth.hub.card import DEFAULT, config_names, merge_card, published_files, split_card
from hf_synth.hub.folder import CARD, PICTURE, REJECTS, list_files, read_text
from hf_synth.hub.repository import State
from hf_synth.manifest import FILE

_CONFIG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_DATA = (".parquet", ".csv", ".tsv", ".json", ".jsonl", ".arrow", ".txt", ".zip", ".gz", ".zst", ".tar")


@dataclass(frozen=True)
class Publication:
    """What a config of a repo is to hold.

    Args:
        config: Name of the config.
        card: The card of the dataset, as it stands in its folder.
        files: All other files, by their paths in the repo.
        oids: What the Hub may call the contents of each file: sha256 if it stores them as a large file, else the hash
            of a git blob.
    """

    config: str
    card: str
    files: Mapping[str, Path]
    oids: Mapping[str, tuple[str, str]]

    @classmethod
    def read(cls, place: Path, config: str, rejects: bool) -> Publication:
        """Read the folder of a dataset.

        Args:
            place: The folder.
            config: Name that its config gets.
            rejects: Whether the rejects are published, too.

        Returns:
            What is to be published.

        Raises:
            ConfigError: The name cannot be that of a config, or a file is missing or a link.
        """
        if not _CONFIG.fullmatch(config) or config == "data":
            raise ConfigError(
                f"{config!r} is no name of a config", hint="Use letters, digits, _, . and -, and not the name data."
            )
        start = "" if config == DEFAULT else f"{config}/"
        files = {start + name: path for name, path in list_files(place, rejects).items()}
        return cls(config, read_text(place / CARD), files, {name: _hash_file(path) for name, path in files.items()})

    @property
    def folder(self) -> str:
        """Folder of the files in the repo; empty for the top."""
        return "" if self.config == DEFAULT else self.config

    @property
    def paths(self) -> list[str]:
        """All that a push writes, by its path in the repo."""
        return [*self.files, CARD]

    def find_changes(self, state: State) -> tuple[dict[str, Path | bytes], list[str]]:
        """Find what to write and what to delete, so that the repo holds the config.

        Args:
            state: The repo as it is.

        Returns:
            New contents by path, and the files of an earlier push that the dataset no longer has.

        Raises:
            ConfigError: The YAML of a card cannot be read.
        """
        changed: dict[str, Path | bytes] = {
            name: path for name, path in self.files.items() if state.oids.get(name) not in self.oids[name]
        }
        sizes = {
            name: path.stat().st_size
            for name, path in self.files.items()
            if path.suffix == ".parquet" and path.name != REJECTS
        }
        card = merge_card(self.card, state.card, self.config, list(self.files), sizes)
        if card != state.card:
            changed[CARD] = card.encode()
        former = set(published_files(state.card, self.config) or ()) - set(self.files)
        gone = [name for name in sorted(former) if name in state.oids and name.endswith((".parquet", FILE, PICTURE))]
        return changed, gone

    def find_objection(self, state: State, private: bool, replace: bool) -> str | None:
        """Find why the config must not be put into a repo as it is.

        Args:
            state: The repo as it is.
            private: Whether the user wants it private.
            replace: Whether what others wrote may be replaced.

        Returns:
            The reason and what mends it; None if there is none.

        Raises:
            ConfigError: The YAML of a card cannot be read.
        """
        if state.exists and private and not state.private:
            return "the repo exists and is public (make it private in its settings, or push without --private)"
        if replace or published_files(state.card, self.config) is not None:
            return None
        mend = "(choose another --config, or take its place with --replace)"
        names = config_names(split_card(state.card, "README.md of the repo")[0])
        if self.config in names:
            return f"the repo has a config {self.config!r} that hf-synth did not write {mend}"
        changed, _ = self.find_changes(state)
        taken = sorted(state.files & set(changed) - {CARD})
        if taken:
            return f"the repo has {', '.join(taken)}, which hf-synth did not write {mend}"
        loose = sorted(name for name in state.files - set(self.files) if name.endswith(_DATA))
        if loose and not names:
            return (
                f"load_dataset would no longer find {loose[0]}, which no config of the repo names (name it under "
                "configs: in the README of the repo, or hide it with --replace)"
            )
        return None


def _hash_file(path: Path) -> tuple[str, str]:
    large, blob = hashlib.sha256(), hashlib.sha1(usedforsecurity=False)
    blob.update(b"blob %d\0" % path.stat().st_size)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            large.update(chunk)
            blob.update(chunk)
    return large.hexdigest(), blob.hexdigest()
