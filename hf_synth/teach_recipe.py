"""A recipe for `hf-synth teach`: what a teacher, translation models or an encoder are trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from hf_synth.configuration import from_dict
from hf_synth.distillation.recipe import EncoderRecipe
from hf_synth.errors import ConfigError, check_choice
from hf_synth.recipe import read_yaml, resolve
from hf_synth.semantic_parsing.base import ParserRecipe
from hf_synth.semantic_parsing.teaching import ClaspTeachRecipe
from hf_synth.sources import Source
from hf_synth.translation.training import TranslationRecipe

AnyRecipe: TypeAlias = TranslationRecipe | EncoderRecipe | ClaspTeachRecipe | ParserRecipe

TASKS: dict[str, type[AnyRecipe]] = {
    "translation": TranslationRecipe,
    "encoder": EncoderRecipe,
    "clasp": ClaspTeachRecipe,
    "parser": ParserRecipe,
}


@dataclass(frozen=True)
class TeachRecipe:
    """All settings of `hf-synth teach`.

    Args:
        data: Annotated rows to make prompt and target pairs from.
        base: Folder or Hub id of a sequence-to-sequence model, or `warm:<encoder>` for a small model whose layers
            start from a BERT-like encoder.
        name: Name of the teacher.
        pairs: Prompt and target pairs for each entry of `data`.
        sentences: Plain sentences to learn from first, one pair each; its columns name the text under `utterance`.
        sentence_pairs: How many of them.
        new_pieces: Word pieces that a warm-started model learns from the data beside those of its encoder.
        wildcard_rate: Share of values replaced by `*`.
        mask_rate: Share of prompts with masked label names.
        learning_rate: Peak of the schedule.
        lora_rank: Rank of LoRA adapters; 0 trains all weights.
        max_tokens: Token budget of a batch.
        checkpoint_steps: Steps between checkpoints.
        seed: Seed of everything.
    """

    data: tuple[Source, ...]
    base: str
    pairs: tuple[int, ...]
    name: str = ""
    sentences: Source | None = None
    sentence_pairs: int = 0
    new_pieces: int = 0
    wildcard_rate: float = 0.5
    mask_rate: float = 0.2
    learning_rate: float = 4e-4
    lora_rank: int = 0
    max_tokens: int = 3072
    checkpoint_steps: int = 200
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.pairs) != len(self.data):
            raise ConfigError(f"{len(self.data)} sources but {len(self.pairs)} numbers of pairs; give one for each")
        if self.sentence_pairs and self.sentences is None:
            raise ConfigError("sentence_pairs without sentences", hint="Name their path and column under sentences.")
        if self.sentences is not None and self.sentence_pairs < 1:
            raise ConfigError("sentences without sentence_pairs", hint="Say how many of them to learn from.")


def load_teach_recipe(path: str | Path, assignments: Sequence[str] = ()) -> TeachRecipe | AnyRecipe:
    """Read a recipe for `hf-synth teach`; its key `task` says which kind, `linguist` if it is left out.

    Args:
        path: As for `load_recipe`.
        assignments: As for `load_recipe`.

    Returns:
        The recipe.

    Raises:
        ConfigError: As for `load_recipe`, or there is no such task.
    """
    file, values = read_yaml(path, assignments)
    task = values.pop("task", "linguist")
    check_choice("task", task, ("linguist", *TASKS))
    if task != "linguist":
        read: Any = from_dict(TASKS[task], values)
        alone = isinstance(read.data, Source)
        places = tuple(resolve(place, file.parent) for place in ([read.data] if alone else read.data))
        read = replace(read, name=read.name or file.parent.name, data=places[0] if alone else places)
        if isinstance(read, ClaspTeachRecipe):
            sources, known = read.sources, read.catalogue
            read = replace(
                read,
                sources=sources and resolve(sources, file.parent),
                catalogue=known and replace(known, source=resolve(known.source, file.parent)),
            )
        found: AnyRecipe = read
        return found
    recipe = from_dict(TeachRecipe, values)
    return replace(
        recipe,
        name=recipe.name or file.parent.name,
        data=tuple(resolve(item, file.parent) for item in recipe.data),
        sentences=recipe.sentences and resolve(recipe.sentences, file.parent),
    )
