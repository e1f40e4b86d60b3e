"""Teaching a small model the CLASP prompts: from the rows that are known, and from parses of other domains.

The teacher of the paper is a large model that reads a few examples and is not fine-tuned. A small one learns here what
the examples would tell a large one: to write texts for parses, or both, with the values of many swaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.builders.adaptation import teach_copy
from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.swapping import resample_row
from hf_synth.parses.tree import find_brackets, read_parse
from hf_synth.prompts.clasp import ClaspPrompt, ClaspRequest
from hf_synth.schema import Utterance
from hf_synth.seeding import rng, stable_hash

if TYPE_CHECKING:
    from hf_synth.teachers.local import LocalTeacher

ATTEMPTS = 3


@dataclass(frozen=True)
class ClaspAdaptSettings:
    """How a small teacher learns from the rows that are known.

    Args:
        pairs: Prompt and target pairs to learn from, those of all strategies together; 0 leaves the teacher as it is.
        learning_rate: Peak of the schedule.
        swaps: Most slots of a row with other values; 0 keeps the rows as they are.
        lora_rank: Rank of LoRA adapters; 0 trains all weights.
        seed: Seed of pairs and order.

    Raises:
        ConfigError: A value is out of its range.
    """

    pairs: int = 0
    learning_rate: float = 5e-4
    swaps: int = 4
    lora_rank: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("pairs", "swaps", "lora_rank"):
            if getattr(self, name) < 0:
                raise ConfigError(f"teacher.adapt.{name} must be at least 0, got {getattr(self, name)}")
        if self.learning_rate <= 0:
            raise ConfigError(f"teacher.adapt.learning_rate must be above 0, got {self.learning_rate}")


def clasp_pairs(
    rows: Sequence[Utterance],
    strategies: Sequence[str],
    values: Mapping[str, Sequence[str]],
    settings: ClaspAdaptSettings,
) -> list[tuple[str, str]]:
    """Make prompt and target pairs that teach a model to follow CLASP prompts without examples.

    All rows are used once before one is used again, then with other values in up to `swaps` slots.

    Args:
        rows: Human rows with parses.
        strategies: `rs` and `gb`, those that are to be learnt.
        values: Values by label.
        settings: How many pairs, and how they vary.

    Returns:
        Pairs of prompt text and target text.
    """
    prompt = ClaspPrompt()
    pairs: list[tuple[str, str]] = []
    for number in range(settings.pairs):
        generator = rng(settings.seed, "clasp pair", number)
        turn, place = divmod(number // len(strategies), len(rows))
        row = rows[place]
        for _ in range(ATTEMPTS if turn and settings.swaps else 0):
            swapped = resample_row(row, values, generator, int(generator.integers(1, settings.swaps + 1)))
            if not isinstance(swapped, Reject):
                row = swapped
                break
        strategy = strategies[number % len(strategies)]
        request = ClaspRequest(strategy, (), row.parse if strategy == "rs" else "", locale=row.locale)
        pairs.append((prompt.render(request).text, prompt.render_target(row, request)))
    return pairs


def adapt_clasp(
    teacher: LocalTeacher,
    rows: Sequence[Utterance],
    strategies: Sequence[str],
    values: Mapping[str, Sequence[str]],
    settings: ClaspAdaptSettings,
    folder: Path,
) -> LocalTeacher:
    """Fine-tune a copy of a local teacher on the rows that are known.

    Args:
        teacher: The teacher to start from; it is not changed.
        rows: Human rows with parses: those that may stand in prompts.
        strategies: Those that are to be learnt.
        values: Values by label, for swaps.
        settings: How to adapt.
        folder: Where adapted teachers are kept; an equal adaptation is loaded instead of made.

    Returns:
        The adapted teacher, or the teacher itself if there is nothing to learn.

    Raises:
        ConfigError: The teacher does not run here.
    """
    if not settings.pairs:
        return teacher
    known = [[row.text, row.parse, row.locale] for row in rows]
    ours = {label: list(found) for label, found in sorted(values.items())}
    key = stable_hash(teacher.identity, asdict(settings), list(strategies), known, ours)[:12]

    def teach(model: Any, tokenizer: Any, work: Path) -> None:
        from hf_synth.teachers.finetune import TeachSettings, finetune
        from hf_synth.teachers.label_tokens import add_label_tokens
        from hf_synth.teachers.local import TUNED_KEY

        trees = [read_parse(row.parse) for row in rows]
        add_label_tokens(model, tokenizer, ParseSchema.from_trees(trees, find_brackets(rows[0].parse)))
        how = TeachSettings(
            pairs=settings.pairs,
            learning_rate=settings.learning_rate,
            lora_rank=settings.lora_rank,
            seed=settings.seed,
        )
        finetune(model, tokenizer, clasp_pairs(rows, strategies, values, settings), how, work)
        setattr(model.config, TUNED_KEY, f"{ClaspPrompt.name}@{ClaspPrompt.version}")

    return teach_copy(teacher, teach, folder / key, f"{teacher.name}+{len(rows)}rows")
