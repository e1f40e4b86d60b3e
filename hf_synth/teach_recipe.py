"""A recipe for `hf-synth teach`: what a teacher, translation models or an encoder are trained on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from hf_synth.distillation.recipe import EncoderRecipe
from hf_synth.errors import ConfigError, check_choice
from hf_synth.recipe_file import read_recipe, read_yaml
from hf_synth.semantic_parsing.base import ParserRecipe
from hf_synth.semantic_parsing.teaching import ClaspTeachRecipe
from hf_synth.sources import Source
from hf_synth.translation.training import TranslationRecipe


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


AnyRecipe: TypeAlias = TeachRecipe | TranslationRecipe | EncoderRecipe | ClaspTeachRecipe | ParserRecipe

LINGUIST = "linguist"
TASKS: dict[str, type[AnyRecipe]] = {
    LINGUIST: TeachRecipe,
    "translation": TranslationRecipe,
    "encoder": EncoderRecipe,
    "clasp": ClaspTeachRecipe,
    "parser": ParserRecipe,
}


def load_teach_recipe(path: str | Path, assignments: Sequence[str] = ()) -> AnyRecipe:
    """Read a recipe for `hf-synth teach`; its key `task` says which kind, `linguist` if it is left out.

    Args:
        path: As for `read_recipe`.
        assignments: As for `read_recipe`.

    Returns:
        The recipe.

    Raises:
        ConfigError: As for `read_recipe`, or there is no such task.
    """
    task = read_yaml(path, assignments)[1].get("task", LINGUIST)
    check_choice("task", task, TASKS)
    return read_recipe(TASKS[task], path, assignments)
