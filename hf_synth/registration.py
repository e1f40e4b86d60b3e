"""`load_dataset("linguist", data_files=...)`: the builders under short names, as a choice of the user's.

The datasets library has no place to register builders from outside; `register` enters them into its private table of
packaged modules. Where that table has changed, the builders themselves still work.
"""

from __future__ import annotations

import importlib
import inspect
from typing import Any

from hf_synth.errors import ConfigError
from hf_synth.seeding import stable_hash

BUILDERS = {name: f"hf_synth.builders.{name}" for name in ("clasp", "classification", "embedding_gan", "linguist")}


def register() -> None:
    """Make `load_dataset` know the builders by name.

    Before: `load_dataset("linguist", ...)` looks for a dataset of that name on the Hub. After, in this process:

        load_dataset("linguist", data_files="seeds.jsonl", teacher="linguist-mini", rows_per_intent=50)

    runs `LinguistBuilder` on the seeds and gives the dataset that it builds, or has built before. `data_files` is a
    file of seeds, or `{"train": seeds, "validation": ..., "test": ...}`; all settings of the builder are keyword
    arguments.

    Raises:
        ConfigError: The installed version of datasets has no table of the known form, or another builder of the name.
    """
    try:
        load: Any = importlib.import_module("datasets.load")
        table = importlib.import_module("datasets.packaged_modules")._PACKAGED_DATASETS_MODULES
        factory = load.PackagedDatasetModuleFactory
        known = isinstance(table, dict) and all(
            isinstance(entry, tuple) and len(entry) == 2 for entry in table.values()
        )
    except (ImportError, AttributeError):
        known = False
    if not known:
        raise ConfigError(
            "this version of datasets keeps its builders elsewhere, so load_dataset cannot be told of ours",
            hint='Call the builder: b = hf_synth.LinguistBuilder(seeds="seeds.jsonl"); b.download_and_prepare(); '
            "b.as_dataset()",
        )
    for name, module in BUILDERS.items():
        if name in table and table[name][0] != module:
            raise ConfigError(f"datasets has a builder called {name!r} already", hint="Call our builder directly.")
        source = inspect.getsource(importlib.import_module(module))
        table[name] = (module, stable_hash(source)[:16])
    if not getattr(factory, "knows_hf_synth", False):
        load.PackagedDatasetModuleFactory = _refuse_scans(factory)


def _refuse_scans(factory: Any) -> Any:
    """A factory that does not search the working directory for data when our builders are given no files."""

    class Factory(factory):  # type: ignore[misc]
        knows_hf_synth = True

        def get_module(self) -> Any:
            if self.name in BUILDERS and self.data_files is None:
                raise ConfigError(
                    f"load_dataset({self.name!r}) needs data_files",
                    hint=f'load_dataset({self.name!r}, data_files="seeds.jsonl"), or a mapping with "train", '
                    '"validation" and "test".',
                )
            return super().get_module()

    return Factory
