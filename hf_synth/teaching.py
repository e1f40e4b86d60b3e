"""`hf-synth teach`: annotated data in, a teacher of LINGUIST prompts out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hf_synth.builders.built import utterance_key
from hf_synth.configuration import to_dict
from hf_synth.manifest import FILE, claim_folder, package_versions, write_json
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.prompts.sentences import sentence_pairs
from hf_synth.prompts.tuning import PairSettings, tuning_pairs
from hf_synth.seeding import stable_hash
from hf_synth.seeds import read_texts, read_utterances
from hf_synth.teach_recipe import TeachRecipe

SENTENCE_WILDCARDS = 0.15


def teach(recipe: TeachRecipe, out: Path) -> dict[str, Any]:
    """Fine-tune a sequence-to-sequence model on LINGUIST prompts made from annotated data.

    With `sentences`, it first learns to write plain sentences around given phrases. A killed run resumes from its last
    checkpoint. The model is saved in `out/model` (float32, for `from_pretrained`) and in `out/int8` (small enough to
    ship).

    Args:
        recipe: What to train, and on what.
        out: Run folder.

    Returns:
        `pairs`, `too_long`, `steps`, `seconds` and `loss`; the same of the sentences, if any, under `sentences`.

    Raises:
        TeacherError: The base model cannot be loaded.
        ConfigError: No sentence has a length that can be used.
    """
    import torch

    from hf_synth.teachers.base_model import load_base
    from hf_synth.teachers.finetune import TeachSettings, finetune
    from hf_synth.teachers.local import TUNED_KEY
    from hf_synth.teachers.storage import save_int8

    sources = [read_utterances(source) for source in recipe.data]
    drawn = draw_sentences(recipe)
    data = stable_hash([[utterance_key(row) for row in rows] for rows in sources], drawn)[:16]
    claim_folder(out, to_dict(recipe), data)
    torch.manual_seed(recipe.seed)
    texts = [row.text for rows in sources for row in rows]
    model, tokenizer = load_base(recipe.base, texts, recipe.new_pieces)
    pairs = [
        pair
        for index, (rows, count) in enumerate(zip(sources, recipe.pairs, strict=True))
        for pair in tuning_pairs(
            rows, count, PairSettings(recipe.wildcard_rate, recipe.mask_rate, recipe.seed * 1000 + index)
        )
    ]
    settings = TeachSettings(
        pairs=len(pairs),
        learning_rate=recipe.learning_rate,
        max_tokens=recipe.max_tokens,
        lora_rank=recipe.lora_rank,
        checkpoint_steps=recipe.checkpoint_steps,
        seed=recipe.seed,
    )
    result: dict[str, Any] = {}
    if drawn:
        result["sentences"] = finetune(
            model, tokenizer, drawn, replace(settings, max_tokens=recipe.max_tokens * 2 // 3), out / "sentences"
        )
    result.update(finetune(model, tokenizer, pairs, settings, out / "checkpoints"))
    setattr(model.config, TUNED_KEY, f"{LinguistPrompt.name}@{LinguistPrompt.version}")
    model.save_pretrained(out / "model")
    tokenizer.save_pretrained(out / "model")
    save_int8(model, tokenizer, out / "int8" / (recipe.name or "teacher"))
    write_json(out / FILE, {"recipe": to_dict(recipe), "data": data, "result": result, "versions": package_versions()})
    return result


def draw_sentences(recipe: TeachRecipe) -> list[tuple[str, str]]:
    """The pairs of plain sentences that a recipe asks for, if any."""
    source = recipe.sentences
    if source is None:
        return []
    settings = PairSettings(SENTENCE_WILDCARDS, 0.0, recipe.seed)
    return sentence_pairs(read_texts(source), recipe.sentence_pairs, settings, source.locale)
