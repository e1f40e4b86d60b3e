"""`hf-synth teach` for an encoder: sentence pairs in, an encoder of both languages out, with its scores.

The student's vector of a sentence, and that of its translation, are pulled to the vector that the teacher gives to the
sentence (Reimers and Gurevych 2020, Making Monolingual Sentence Embeddings Multilingual using Knowledge Distillation).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoModel, AutoTokenizer
from transformers.trainer_utils import get_last_checkpoint

from hf_synth.configuration import to_dict
from hf_synth.distillation.recipe import EncoderRecipe
from hf_synth.distillation.word_pieces import add_pieces
from hf_synth.encoder import embed, find_encoder, keep_vectors
from hf_synth.errors import TeacherError
from hf_synth.manifest import FILE, claim_folder, package_versions, read_json, write_json
from hf_synth.seeding import rng, stable_hash
from hf_synth.training import BucketedTrainer, pad, training_arguments
from hf_synth.translation.pairs import Pair, read_pairs, split_pairs, typed_pairs

MAX_LENGTH = 64


def teach_encoder(recipe: EncoderRecipe, out: Path) -> dict[str, Any]:
    """Teach an encoder to read another language as it reads its own, and score it on held-out pairs.

    A killed run resumes from its last checkpoint. The encoder is saved in `out/model`, for `find_encoder` and
    `from_pretrained`.

    Args:
        recipe: What to train, and on what.
        out: Run folder.

    Returns:
        `pairs`, `new_pieces`, `steps`, `seconds`, `loss` (mean over the run), and under `before` and `after` the
        scores of `score_retrieval`.

    Raises:
        ConfigError: There are too few pairs, the folder belongs to another recipe, or the vocabulary cannot grow.
        TeacherError: The encoder cannot be found or loaded.
    """
    languages = recipe.languages[0], recipe.languages[1]
    pairs = read_pairs(recipe.data, languages)
    splits = split_pairs(pairs, recipe.held_out, recipe.seed)
    claim_folder(out, to_dict(recipe), stable_hash(pairs)[:16])
    manifest = read_json(out / FILE)
    if "result" in manifest:
        return dict(manifest["result"])
    train = typed_pairs(_draw(splits.train, recipe.pairs, recipe.seed), recipe.plain_share, recipe.seed)
    torch.manual_seed(recipe.seed)
    folder = find_encoder(recipe.base)
    try:
        model = AutoModel.from_pretrained(folder, dtype=torch.float32)
        tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError) as error:
        reason = str(error).strip().split("\n")[0]
        raise TeacherError(f"cannot load {recipe.base!r}: {reason}", hint="Give a folder or Hub id.") from error
    pieces = len(tokenizer)
    if recipe.new_pieces:
        tokenizer = add_pieces(model, tokenizer, (other for _, other in train), recipe.new_pieces)
    result: dict[str, Any] = {"pairs": len(train), "new_pieces": len(tokenizer) - pieces}
    result |= _train(model, tokenizer, train, recipe, out / "checkpoints")
    model.save_pretrained(out / "model")
    tokenizer.save_pretrained(out / "model")
    result["before"] = score_retrieval(recipe.base, splits.held_out, languages)
    result["after"] = score_retrieval(str(out / "model"), splits.held_out, languages)
    write_json(out / FILE, {**manifest, "result": result, "versions": package_versions()})
    return result


def score_retrieval(encoder: str, pairs: Sequence[Pair], languages: tuple[str, str]) -> dict[str, float]:
    """Look every sentence's translation up among all translations, by cosine similarity, in both directions.

    Args:
        encoder: See `find_encoder`.
        pairs: Sentences and their translations.
        languages: Names of the two sides.

    Returns:
        `<one>-<other>` and `<other>-<one>`: the share of sentences whose nearest neighbour is their translation, or
        has the same text, in [0, 1].

    Raises:
        TeacherError: The encoder cannot be found or loaded.
    """
    sides = [[pair[side] for pair in pairs] for side in (0, 1)]
    likeness = embed(sides[0], encoder) @ embed(sides[1], encoder).T
    scores: dict[str, float] = {}
    for side, table in ((0, likeness), (1, likeness.T)):
        texts = sides[1 - side]
        found = [texts[place] == text for place, text in zip(table.argmax(1), texts, strict=True)]
        scores[f"{languages[side]}-{languages[1 - side]}"] = round(float(np.mean(found)), 4)
    return scores


def _draw(pairs: Sequence[Pair], count: int, seed: int) -> list[Pair]:
    """Some of the pairs, in their order; all if `count` is 0."""
    chosen = rng(seed, "pairs").permutation(len(pairs))[: count or None]
    return [pairs[index] for index in sorted(chosen)]


def _train(model: Any, tokenizer: Any, pairs: Sequence[Pair], recipe: EncoderRecipe, out: Path) -> dict[str, Any]:
    """Train in place; every distinct sentence of either side is a row, with the number of its target vector."""
    targets = {one: number for number, one in enumerate(dict.fromkeys(one for one, _ in pairs))}
    vectors = keep_vectors(out / "targets.npy", lambda: embed(list(targets), recipe.base, max_length=MAX_LENGTH))
    texts = [*targets, *(other for _, other in pairs)]
    numbers = [*targets.values(), *(targets[one] for one, _ in pairs)]
    encoded = tokenizer(texts, truncation=True, max_length=MAX_LENGTH)["input_ids"]
    padding = tokenizer.pad_token_id

    def collate(rows: list[tuple[list[int], int]]) -> dict[str, torch.Tensor]:
        ids = torch.from_numpy(pad([row for row, _ in rows], padding))
        wanted = torch.from_numpy(vectors[[number for _, number in rows]])
        return {"input_ids": ids, "attention_mask": (ids != padding).long(), "targets": wanted}

    trainer = VectorTrainer(
        model=model,
        train_dataset=list(zip(encoded, numbers, strict=True)),
        data_collator=collate,
        lengths=[len(ids) for ids in encoded],
        max_tokens=recipe.max_tokens,
        args=training_arguments(
            out,
            num_train_epochs=recipe.epochs,
            learning_rate=recipe.learning_rate,
            seed=recipe.seed,
            save_strategy="steps" if recipe.checkpoint_steps else "no",
            save_steps=recipe.checkpoint_steps or 500,
            save_total_limit=1,
        ),
    )
    trained = trainer.train(resume_from_checkpoint=get_last_checkpoint(str(out)))  # type: ignore[no-untyped-call]
    model.train(False)
    return {
        "steps": trained.global_step,
        "seconds": round(trained.metrics["train_runtime"], 1),
        "loss": round(trained.training_loss, 4),
    }


class VectorTrainer(BucketedTrainer):
    """Training towards vectors: the loss is the squared distance of unit vectors, 0 at best and 4 at worst."""

    def compute_loss(self, model: Any, inputs: dict[str, Any], *_: Any, **__: Any) -> torch.Tensor:
        """The mean loss of a batch of `input_ids`, `attention_mask` and `targets`."""
        targets, mask = inputs.pop("targets"), inputs["attention_mask"].unsqueeze(-1)
        states = model(**inputs).last_hidden_state.float()
        made = torch.nn.functional.normalize((states * mask).sum(1) / mask.sum(1), dim=-1)
        loss: torch.Tensor = (made - targets).square().sum(-1).mean()
        return loss
