"""From a few labelled texts to a training set of embeddings with their labels, and the `DatasetBuilder` around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import datasets

from hf_synth.builders.built import RowBuilder, check_files
from hf_synth.columns import embedding_features
from hf_synth.encoder import DEFAULT_ENCODER
from hf_synth.errors import ConfigError
from hf_synth.gan.rows import LabelledItem, embed_items, read_items, without_copies
from hf_synth.gan.settings import GanSettings
from hf_synth.mixing import GUIDE
from hf_synth.seeding import stable_hash
from hf_synth.sources import Source


@dataclass
class EmbeddingGanConfig(datasets.BuilderConfig):  # type: ignore[misc]
    """Settings of an `EmbeddingGanBuilder`.

    Args:
        seeds: Human rows with `label` and `text` or `embedding` to start from: a path, or a `Source`.
        validation: Human rows held out; they decide when training ends. Without them, a fifth of the seeds does.
        test: Human rows held out; optional.
        pretraining: Rows of another kind with the same classes, to learn from first; optional.
        encoder: What turns texts into points (see `embed_texts`).
        rows: Rows wanted; as many as `mixing` admits if left out.
        gan: How the generator is trained.
        mixing: How many made rows may join the human ones (see `count_allowed`).
        seed: Of everything.
        work_dir: Where states and pre-trained generators are kept; not part of the cache key.
    """

    seeds: str | Source = ""
    validation: str | Source | None = None
    test: str | Source | None = None
    pretraining: str | Source | None = None
    encoder: str = DEFAULT_ENCODER
    rows: int | None = None
    gan: GanSettings = field(default_factory=GanSettings)
    mixing: str = GUIDE
    seed: int = 0
    work_dir: str = ".hf_synth"

    def read_human(self) -> dict[str, list[LabelledItem]]:
        """Read all rows.

        Returns:
            Rows of `train`, `validation`, `test` and `pretraining`; training rows that stand in validation or test
            are left out.

        Raises:
            ConfigError: No seeds are given.
            SchemaError: A file does not hold together, or there is a single class.
        """
        sources: dict[str, Any] = {"train": self.seeds, "validation": self.validation, "test": self.test}
        if self.data_files:
            files = {str(split): found for split, found in self.data_files.items()}
            check_files(files)
            sources |= {name: str(found[0]) for name, found in files.items()}
        if not sources["train"]:
            raise ConfigError("EmbeddingGanBuilder needs seeds", hint='Pass seeds="seeds.jsonl".')
        sources["pretraining"] = self.pretraining
        items = {
            name: read_items(source if isinstance(source, Source) else Source(source)) if source else []
            for name, source in sources.items()
        }
        held_out = [*items["validation"], *items["test"]]
        for name in ("train", "pretraining"):
            items[name] = without_copies(items[name], held_out)
        return items

    def create_config_id(self, config_kwargs: dict[str, Any], custom_features: Any = None) -> str:
        """Name the cache folder by everything that decides the rows, and nothing else."""
        rows = {name: [asdict(item) for item in items] for name, items in self.read_human().items()}
        gan = asdict(self.gan)
        return f"{self.name}-{stable_hash(rows, self.encoder, self.rows, gan, self.mixing, self.seed)[:16]}"


class EmbeddingGanBuilder(RowBuilder):
    """A few labelled texts in, an `embedding` dataset with generated points out.

    Before: a file of lines such as `{"text": "a fine film", "label": "positive"}`, or with an `embedding` in the place
    of the text.
    After: splits `train` (human and synthetic), `validation` and `test` (human), with `embedding` (float32, of fixed
    length), `label`, `chances` (how likely each class is: 0 and 1 for a human row) and provenance columns.

    `EmbeddingGanBuilder(seeds="seeds.jsonl", pretraining="tweets.jsonl").download_and_prepare()`, then
    `.as_dataset()`. A killed training resumes from its state in `work_dir`.

    Reference: Gupta 2019.
    """

    VERSION = datasets.Version("1.0.0")
    BUILDER_CONFIG_CLASS = EmbeddingGanConfig

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("dataset_name", "hf_synth_embedding_gan")
        super().__init__(*args, **kwargs)

    def _info(self) -> datasets.DatasetInfo:
        human = self.config.read_human()
        names = _name_classes(human)
        example = embed_items(human["train"][:1], self.config.encoder, names)
        return datasets.DatasetInfo(features=embedding_features(names, example.size))

    def _build(self) -> Any:
        from hf_synth.gan.building import BuiltPoints, list_human, list_made, make_rows, pretrain

        config, human = self.config, self.config.read_human()
        names, work = _name_classes(human), Path(config.work_dir) / "gans"
        points = {name: embed_items(items, config.encoder, names) for name, items in human.items() if items}
        start = pretrain(points["pretraining"], config.gan, config.seed, work) if "pretraining" in points else None
        state = work / config.create_config_id({}).rpartition("-")[2]
        made, counts, trained = make_rows(
            points["train"],
            points.get("validation"),
            config.gan,
            config.rows,
            config.mixing,
            config.seed,
            start,
            state,
        )
        rows = {
            name: list_human(human[name], points[name]) if name in points else []
            for name in ("train", "validation", "test")
        }
        return BuiltPoints([*rows["train"], *list_made(made)], rows["validation"], rows["test"], counts, trained)

    def _write_row(self, row: Any) -> dict[str, Any]:
        written: dict[str, Any] = row.to_dict()
        return written


def _name_classes(human: dict[str, list[LabelledItem]]) -> Sequence[str]:
    """The classes of the training rows: those that held-out rows have beside them are unknown."""
    return sorted({item.label for item in human["train"]})
