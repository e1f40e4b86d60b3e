"""Fine-tuning a sequence-to-sequence teacher on prompt and target pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import PrinterCallback
from transformers.trainer_utils import get_last_checkpoint

from hf_synth.errors import ConfigError
from hf_synth.teachers.pointer import PointerHead, PointerTrainer
from hf_synth.training import BucketedTrainer, pad, training_arguments

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

IGNORED = -100


@dataclass(frozen=True)
class TeachSettings:
    """How a teacher is fine-tuned.

    Args:
        pairs: Number of prompt and target pairs.
        learning_rate: Peak of the cosine schedule.
        max_tokens: Token budget of a batch (source plus target).
        max_source: Longest prompt in tokens; longer pairs are left out and counted.
        lora_rank: Rank of LoRA adapters on all linear layers, merged at the end; 0 trains all weights.
        checkpoint_steps: Steps between checkpoints; 0 for none.
        seed: Seed of the order and of dropout.
        epochs: How often each pair is seen, above 0.
        min_steps: Steps at least: few pairs are seen more often than `epochs` says.
        quiet: Print nothing.
    """

    pairs: int = 50_000
    learning_rate: float = 4e-4
    max_tokens: int = 3072
    max_source: int = 480
    lora_rank: int = 0
    checkpoint_steps: int = 200
    seed: int = 0
    epochs: float = 1
    min_steps: int = 0
    quiet: bool = False

    def __post_init__(self) -> None:
        for name in ("pairs", "max_tokens", "max_source"):
            if getattr(self, name) < 1:
                raise ConfigError(f"teach.{name} must be at least 1, got {getattr(self, name)}")
        if self.epochs <= 0:
            raise ConfigError(f"teach.epochs must be above 0, got {self.epochs}")


def encode_pairs(
    pairs: Sequence[tuple[str, str]], tokenizer: PreTrainedTokenizerBase, max_source: int
) -> list[dict[str, list[int]]]:
    """Tokenise pairs; those whose prompt is longer than `max_source` tokens are left out."""
    sources = tokenizer([source for source, _ in pairs]).input_ids
    targets = tokenizer(text_target=[target for _, target in pairs]).input_ids
    return [
        {"input_ids": source, "labels": target}
        for source, target in zip(sources, targets, strict=True)
        if len(source) <= max_source
    ]


def finetune(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    pairs: Sequence[tuple[str, str]],
    settings: TeachSettings,
    out: Path,
) -> dict[str, Any]:
    """Fine-tune a model in place; a killed call resumes from its last checkpoint in `out`.

    Args:
        model: A sequence-to-sequence model, with a `PointerHead` if its targets hold no other words than its prompts.
        tokenizer: Its tokenizer.
        pairs: Prompt and target texts.
        settings: How to train.
        out: Folder of the checkpoints.

    Returns:
        `pairs` (kept), `too_long`, `steps`, `seconds`, `loss` (mean over the run).

    Raises:
        ConfigError: No pair is short enough.
    """
    rows = encode_pairs(pairs, tokenizer, settings.max_source)
    if not rows:
        raise ConfigError(f"all {len(pairs)} prompts are longer than max_source={settings.max_source} tokens")
    padding = tokenizer.pad_token_id

    def collate(batch: list[dict[str, list[int]]]) -> dict[str, torch.Tensor]:
        source = torch.from_numpy(pad([row["input_ids"] for row in batch], padding))
        labels = torch.from_numpy(pad([row["labels"] for row in batch], IGNORED))
        return {"input_ids": source, "attention_mask": (source != padding).long(), "labels": labels}

    trained: Any = model
    if settings.lora_rank:
        from peft import LoraConfig, get_peft_model

        trained = get_peft_model(
            model,
            LoraConfig(r=settings.lora_rank, lora_alpha=2 * settings.lora_rank, target_modules="all-linear"),
        )
    points = isinstance(trained.get_output_embeddings(), PointerHead)
    trainer = (PointerTrainer if points else BucketedTrainer)(
        model=trained,
        train_dataset=rows,
        data_collator=collate,
        lengths=[len(row["input_ids"]) + 2 * len(row["labels"]) for row in rows],
        max_tokens=settings.max_tokens,
        args=training_arguments(
            out,
            learning_rate=settings.learning_rate,
            adam_beta2=0.98,
            seed=settings.seed,
            save_strategy="steps" if settings.checkpoint_steps else "no",
            save_steps=settings.checkpoint_steps or 500,
            save_total_limit=1,
            **({"logging_strategy": "no", "disable_tqdm": True} if settings.quiet else {}),
        ),
    )
    if settings.quiet:
        trainer.remove_callback(PrinterCallback)
    trainer.args.num_train_epochs = max(settings.epochs, settings.min_steps / len(trainer.get_train_dataloader()))
    resumes = bool(settings.checkpoint_steps) and out.is_dir()
    checkpoint = get_last_checkpoint(str(out)) if resumes else None  # type: ignore[no-untyped-call]
    result = trainer.train(resume_from_checkpoint=checkpoint)
    if settings.lora_rank:
        trained.merge_and_unload()
    model.config.use_cache = True  # the trainer turns it off
    model.train(False)
    return {
        "pairs": len(rows),
        "too_long": len(pairs) - len(rows),
        "steps": result.global_step,
        "seconds": round(result.metrics["train_runtime"], 1),
        "loss": round(result.training_loss, 4),
    }
