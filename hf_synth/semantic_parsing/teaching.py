"""`hf-synth teach` with `task: clasp`: texts with parses in, a teacher of CLASP prompts out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hf_synth.builders.built import utterance_key
from hf_synth.builders.clasp_rows import collect_values
from hf_synth.builders.clasp_tuning import ClaspAdaptSettings, teach_clasp
from hf_synth.configuration import to_dict
from hf_synth.errors import ConfigError, check_choice
from hf_synth.manifest import FILE, claim_folder, package_versions, write_json
from hf_synth.parses.checking import check_parses
from hf_synth.parses.flat import write_flat_parse
from hf_synth.prompts.clasp import STRATEGIES, TRANSLATING
from hf_synth.schema import Utterance
from hf_synth.seeding import stable_hash
from hf_synth.seeds import read_utterances
from hf_synth.semantic_parsing.recipe_settings import CatalogueSettings
from hf_synth.sources import Source


@dataclass(frozen=True)
class ClaspTeachRecipe:
    """How a small model becomes a teacher of CLASP prompts.

    Args:
        data: Human rows with parses, or with intents and slots: their parses are flat then.
        base: `linguist-mini` (shipped), `warm:<encoder>`, a folder, or the Hub id of a sequence-to-sequence model.
        name: Name of the recipe; its folder's name if empty.
        catalogue: Values for swaps; those of the rows are known without it.
        sources: What rows of `data` translate, for `ts` and `tb`: rows with the same ids in another language.
        strategies: What it is to learn (see `STRATEGIES` of the prompt).
        tuning: How many pairs, and how.

    Raises:
        ConfigError: There is no such strategy, no pairs, or nothing to translate.
    """

    data: tuple[Source, ...]
    base: str = "linguist-mini"
    name: str = ""
    catalogue: CatalogueSettings | None = None
    sources: Source | None = None
    strategies: tuple[str, ...] = ("rs", "gb")
    tuning: ClaspAdaptSettings = field(default_factory=lambda: ClaspAdaptSettings(pairs=5000))

    def __post_init__(self) -> None:
        for strategy in self.strategies:
            check_choice("strategies", strategy, STRATEGIES)
        if not self.strategies:
            raise ConfigError(f"strategies is empty: name some of {', '.join(STRATEGIES)}")
        if (self.sources is None) == bool(set(self.strategies) & set(TRANSLATING)):
            raise ConfigError("sources goes with the strategies ts and tb: the rows that those of data translate")
        if not self.tuning.pairs:
            raise ConfigError("tuning.pairs is 0: there is nothing to learn from")


def teach_parses(recipe: ClaspTeachRecipe, out: Path) -> dict[str, Any]:
    """Fine-tune a sequence-to-sequence model on CLASP prompts made from rows with parses.

    A killed run resumes from its last checkpoint. The model is saved in `out/model`.

    Args:
        recipe: What to train, and on what.
        out: Run folder.

    Returns:
        `pairs`, `too_long`, `steps`, `seconds` and `loss`.

    Raises:
        TeacherError: The base model cannot be loaded.
        SchemaError: A row does not hold together.
    """
    from transformers import set_seed

    from hf_synth.teachers.base_model import load_base

    rows = [row for source in recipe.data for row in _read(source)]
    sources = _read(recipe.sources) if recipe.sources else []
    check_parses([*rows, *sources])
    catalogue = recipe.catalogue.read().entities if recipe.catalogue else {}
    values = {**collect_values(rows), **{label: list(found) for label, found in catalogue.items()}}
    data = stable_hash([utterance_key(row) for row in (*rows, *sources)], values)[:16]
    claim_folder(out, to_dict(recipe), data)
    set_seed(recipe.tuning.seed)
    model, tokenizer = load_base(recipe.base)
    work = out / "checkpoints"
    result = teach_clasp(model, tokenizer, rows, recipe.strategies, values, recipe.tuning, work, sources)
    model.save_pretrained(out / "model")
    tokenizer.save_pretrained(out / "model")
    write_json(out / FILE, {"recipe": to_dict(recipe), "data": data, "result": result, "versions": package_versions()})
    return result


def _read(source: Source) -> list[Utterance]:
    return [row if row.parse else write_flat_parse(row) for row in read_utterances(source)]
