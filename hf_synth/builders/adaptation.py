"""Adapting a teacher to the other intents of the user's own data, never to the intent it will write for."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.errors import ConfigError
from hf_synth.prompts.tuning import PairSettings, tuning_pairs
from hf_synth.schema import Utterance
from hf_synth.seeding import stable_hash
from hf_synth.seeds import read_utterances
from hf_synth.sources import Source
from hf_synth.teachers.loading import ASSETS

if TYPE_CHECKING:
    from hf_synth.generation import Teacher
    from hf_synth.teachers.local import LocalTeacher


@dataclass(frozen=True)
class AdaptSettings:
    """How a teacher adapts at run time.

    Args:
        pairs: Prompt and target pairs made from the other intents; 0 leaves the teacher as it is.
        learning_rate: Peak of the schedule.
        replay: Share of pairs made from rows that a shipped teacher was trained on, in [0, 1); without them it falls
            into the wording of the few intents it adapts to (our addition). A teacher without such rows has no replay.
        wildcard_rate: Share of values replaced by `*`.
        mask_rate: Share of prompts with masked label names.
        lora_rank: Rank of LoRA adapters; 0 trains all weights.
        seed: Seed of pairs and order.
    """

    pairs: int = 0
    learning_rate: float = 3e-4
    replay: float = 0.5
    wildcard_rate: float = 0.3
    mask_rate: float = 0.5
    lora_rank: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.pairs < 0:
            raise ConfigError(f"teacher.adapt.pairs must be at least 0, got {self.pairs}")
        if not 0 <= self.replay < 1:
            raise ConfigError(f"teacher.adapt.replay must lie in [0, 1), got {self.replay}")


def check_adaptable(teacher: Teacher) -> None:
    """Check that a teacher can be fine-tuned.

    Args:
        teacher: Who would be fine-tuned; a `LocalTeacher` can be.

    Raises:
        ConfigError: It is not a model that runs here.
    """
    from hf_synth.teachers.local import LocalTeacher

    if not isinstance(teacher, LocalTeacher):
        raise ConfigError(
            f"teacher {teacher.identity!r} cannot adapt: only models that run here can",
            hint="Set teacher.adapt.pairs=0.",
        )


def read_replay(name: str) -> list[Utterance]:
    """Rows that a shipped teacher was trained on; none for other teachers."""
    file = ASSETS / name / "replay.jsonl"
    return read_utterances(Source(str(file))) if file.is_file() else []


def adaptation_pairs(
    others: Sequence[Utterance], replay: Sequence[Utterance], settings: AdaptSettings
) -> list[tuple[str, str]]:
    """Make the pairs that a teacher adapts to: the user's other intents, and replayed rows of its own training."""
    old = int(settings.pairs * settings.replay) if replay else 0
    how = PairSettings(settings.wildcard_rate, settings.mask_rate, settings.seed)
    pairs = tuning_pairs(others, settings.pairs - old, how)
    return pairs + (tuning_pairs(replay, old, replace(how, seed=settings.seed + 1)) if old else [])


def adapt_teacher(
    teacher: LocalTeacher,
    others: Sequence[Utterance],
    targets: Sequence[str],
    settings: AdaptSettings,
    folder: Path,
) -> LocalTeacher:
    """Fine-tune a copy of a local teacher on the user's other intents (leave-one-intent-out).

    Args:
        teacher: The teacher to start from; it is not changed.
        others: Human utterances of other intents.
        targets: Intents the teacher will write for; none of their rows may be among `others`.
        settings: How to adapt.
        folder: Where adapted teachers are kept; an equal adaptation is loaded instead of made.

    Returns:
        The adapted teacher, or the teacher itself if there is nothing to adapt to.

    Raises:
        ConfigError: A row of a target is among `others`, or the teacher does not run here.
    """
    leaked = [utterance for utterance in others if utterance.intent in targets]
    if leaked:
        raise ConfigError(
            f"row {leaked[0].seed_id!r} of target intent {leaked[0].intent!r} is among the rows to adapt to",
            hint="Adaptation leaves the target intents out.",
        )
    if not settings.pairs or not others:
        return teacher
    rows = [[utterance.text, list(utterance.slot_tags), utterance.intent, utterance.locale] for utterance in others]
    key = stable_hash(teacher.identity, asdict(settings), rows)[:12]

    def teach(model: Any, tokenizer: Any, work: Path) -> None:
        from hf_synth.teachers.finetune import TeachSettings, finetune

        how = TeachSettings(
            pairs=settings.pairs,
            learning_rate=settings.learning_rate,
            lora_rank=settings.lora_rank,
            seed=settings.seed,
        )
        finetune(model, tokenizer, adaptation_pairs(others, read_replay(teacher.name), settings), how, work)

    return teach_copy(teacher, teach, folder / key, f"{teacher.name}+{len(others)}rows")


def teach_copy(
    teacher: LocalTeacher, teach: Callable[[Any, Any, Path], None], folder: Path, name: str
) -> LocalTeacher:
    """Change a copy of a local teacher, and keep it.

    Args:
        teacher: The teacher to start from; it is not changed.
        teach: Changes the model and the tokenizer it is given; its checkpoints go to a folder.
        folder: Where the copy is kept; if it is there, it is loaded instead of made.
        name: Name of the copy.

    Returns:
        The copy.

    Raises:
        ConfigError: The teacher does not run here.
    """
    check_adaptable(teacher)
    from hf_synth.teachers.loading import load_local
    from hf_synth.teachers.local import LocalTeacher

    work = folder.with_name(f"{folder.name}.incomplete")
    if not folder.is_dir():
        model, tokenizer = copy.deepcopy(teacher.model), copy.deepcopy(teacher.tokenizer)
        teach(model, tokenizer, work)
        model.save_pretrained(work / "model")
        tokenizer.save_pretrained(work / "model")
        (work / "model").rename(folder)
        shutil.rmtree(work, ignore_errors=True)
    taught = load_local(str(folder))
    return LocalTeacher(taught.model, taught.tokenizer, name)
