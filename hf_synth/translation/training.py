"""`hf-synth teach` for a translation recipe: sentence pairs in, two small Marian models out, with their scores."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hf_synth.configuration import to_dict
from hf_synth.errors import ConfigError, require_extra
from hf_synth.manifest import FILE, claim_folder, package_versions, read_json, write_json
from hf_synth.seeding import stable_hash
from hf_synth.sources import Source
from hf_synth.translation.marian import MarianShape, build_marian
from hf_synth.translation.pairs import Pair, PairSplits, read_pairs, split_pairs, typed_pairs


@dataclass(frozen=True)
class TranslationRecipe:
    """How a pair of translation models is made.

    Args:
        data: Sentence pairs, with a column for each language.
        languages: Names of the two columns, which become the names of the models.
        directions: Which models to make, such as `en-fr`; both if empty.
        name: Name of the recipe; its folder's name if empty.
        task: `translation`.
        shape: Size of the models.
        held_out: Sentences of the first language that are kept for scoring.
        epochs: Times that each pair is seen.
        plain_share: Share of pairs that are seen in lower case and without a final mark.
        learning_rate: Peak of the schedule.
        max_tokens: Token budget of a batch.
        checkpoint_steps: Steps between checkpoints.
        seed: Seed of everything.

    Raises:
        ConfigError: A value is out of its range.
    """

    data: Source
    languages: tuple[str, ...]
    directions: tuple[str, ...] = ()
    name: str = ""
    task: str = "translation"
    shape: MarianShape = field(default_factory=MarianShape)
    held_out: int = 2000
    epochs: int = 4
    plain_share: float = 0.5
    learning_rate: float = 5e-4
    max_tokens: int = 4096
    checkpoint_steps: int = 500
    seed: int = 0

    def __post_init__(self) -> None:
        if len(self.languages) != 2 or self.languages[0] == self.languages[1]:
            raise ConfigError(f"languages are two columns, got {list(self.languages)}")
        for direction in self.directions:
            if direction not in self.ways:
                raise ConfigError(f"no direction {direction!r}", hint=f"Known: {', '.join(self.ways)}.")
        for name in ("held_out", "epochs", "max_tokens"):
            if getattr(self, name) < 1:
                raise ConfigError(f"{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.plain_share <= 1:
            raise ConfigError(f"plain_share must lie in [0, 1], got {self.plain_share}")

    @property
    def ways(self) -> tuple[str, str]:
        """Both directions, by name."""
        one, other = self.languages
        return f"{one}-{other}", f"{other}-{one}"


def teach_translation(recipe: TranslationRecipe, out: Path) -> dict[str, Any]:
    """Train a small Marian model for each direction, from nothing, and score it on held-out pairs.

    A killed run resumes from its last checkpoint. Each model is saved in `out/<direction>` as the models of
    `Helsinki-NLP/opus-mt-*` are, and in `out/int8/<direction>`, small enough to ship.

    Args:
        recipe: What to train, and on what.
        out: Run folder.

    Returns:
        For each direction `pairs`, `steps`, `seconds`, `loss`, `parameters`, and the scores `bleu` and `chrf` in
        [0, 100], on `held_out` pairs.

    Raises:
        ConfigError: There are too few pairs, or the folder belongs to another recipe.
        MissingExtraError: The extra `translation` is not installed.
    """
    require_extra("translation", "torch", "transformers", "sentencepiece", "sacrebleu")
    pairs = read_pairs(recipe.data, (recipe.languages[0], recipe.languages[1]))
    splits = split_pairs(pairs, recipe.held_out, recipe.seed)
    claim_folder(out, to_dict(recipe), stable_hash(pairs)[:16])
    results: dict[str, Any] = {}
    for way in recipe.directions or recipe.ways:
        done = read_json(out / way / "scores.json")
        results[way] = done or train_direction(recipe, splits, way, out)
    write_json(
        out / FILE,
        {
            "recipe": to_dict(recipe),
            "data": stable_hash(pairs)[:16],
            "result": results,
            "versions": package_versions(),
        },
    )
    return results


def train_direction(recipe: TranslationRecipe, splits: PairSplits, way: str, out: Path) -> dict[str, Any]:
    """Train, save and score one model; see `teach_translation`."""
    import torch

    from hf_synth.teachers.finetune import TeachSettings, finetune
    from hf_synth.teachers.storage import save_int8

    torch.manual_seed(recipe.seed)
    forward = way == recipe.ways[0]
    texts = [text for pair in typed_pairs(splits.train, recipe.plain_share, recipe.seed) for text in pair]
    model, tokenizer = build_marian(texts, recipe.shape, out / "checkpoints" / way / "pieces")
    settings = TeachSettings(
        learning_rate=recipe.learning_rate,
        max_tokens=recipe.max_tokens,
        checkpoint_steps=recipe.checkpoint_steps,
        seed=recipe.seed,
    )
    epochs = [
        pair
        for epoch in range(recipe.epochs)
        for pair in typed_pairs(splits.train, recipe.plain_share, recipe.seed + epoch)
    ]
    held_out = list(splits.held_out)
    if not forward:
        epochs, held_out = [(b, a) for a, b in epochs], [(b, a) for a, b in held_out]
    result = finetune(model, tokenizer, epochs, settings, out / "checkpoints" / way / "steps")
    result["parameters"] = sum(weight.numel() for weight in model.parameters())
    folder = out / way
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    save_int8(model, tokenizer, out / "int8" / way)
    result.update(score_translation(str(folder), held_out))
    write_json(folder / "scores.json", result)
    return result


def score_translation(name: str, pairs: list[Pair]) -> dict[str, Any]:
    """Translate held-out sentences greedily, and compare them with one reference each.

    Args:
        name: Folder or Hub id of a Marian model.
        pairs: Sentence and reference.

    Returns:
        `held_out` (how many), `bleu` and `chrf` in [0, 100] as sacrebleu computes them.

    Raises:
        TeacherError: There is no such model.
    """
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    from hf_synth.translation.engines import Decoding, load_translator

    translator = load_translator(name, "transformers", "float32")
    made = [found[0] if found else "" for found in translator.translate([one for one, _ in pairs], Decoding())]
    references = [[other for _, other in pairs]]
    return {
        "held_out": len(pairs),
        "bleu": round(BLEU().corpus_score(made, references).score, 1),
        "chrf": round(CHRF().corpus_score(made, references).score, 1),
    }
