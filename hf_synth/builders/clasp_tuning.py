"""Teaching a small model the CLASP prompts from the rows that are known.

The teacher of the paper is a large model that reads a few examples and is not fine-tuned. A small one learns here what
the examples would tell a large one: to write texts for parses, or both, with the values of many swaps.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hf_synth.builders.adaptation import teach_copy
from hf_synth.builders.clasp_plan import ClaspTask, choose_examples
from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.parses.marking import match_leaves, name_leaves
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.swapping import replace_values, resample_row
from hf_synth.parses.tree import find_brackets, read_parse, write_parse
from hf_synth.prompts.clasp import GIVEN, TRANSLATING, ClaspPrompt, ClaspRequest, can_show
from hf_synth.prompts.clasp_slots import choose_prompt, name_prompts
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
        max_tokens: Token budget of a batch.
        swaps: Most slots of a row with other values; 0 keeps the rows as they are.
        examples: Most examples in a prompt for a text.
        lora_rank: Rank of LoRA adapters; 0 trains all weights.
        seed: Seed of pairs and order.

    Raises:
        ConfigError: A value is out of its range.
    """

    pairs: int = 0
    learning_rate: float = 4e-4
    max_tokens: int = 1536
    swaps: int = 4
    examples: int = 4
    lora_rank: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for name in ("pairs", "swaps", "examples", "lora_rank"):
            if getattr(self, name) < 0:
                raise ConfigError(f"teacher.adapt.{name} must be at least 0, got {getattr(self, name)}")
        if self.learning_rate <= 0:
            raise ConfigError(f"teacher.adapt.learning_rate must be above 0, got {self.learning_rate}")


def clasp_pairs(
    rows: Sequence[Utterance],
    strategies: Sequence[str],
    values: Mapping[str, Sequence[str]],
    settings: ClaspAdaptSettings,
    taught: str = "",
    sources: Sequence[Utterance] = (),
) -> list[tuple[str, str]]:
    """Make prompt and target pairs that teach a model to follow CLASP prompts.

    All rows are used once before one is used again, then with other values in up to `swaps` slots. A prompt for a text
    has other rows as examples; one for a parse and its text has none, nor has one that asks for a translation.

    Args:
        rows: Human rows with parses; for `rs` and `gb` all of one locale.
        strategies: Those that are to be learnt.
        values: Values by label.
        settings: How many pairs, and how they vary.
        taught: The prompts that the model was taught before (see `choose_prompt`).
        sources: What rows translate, for `ts` and `tb`: the rows with the same ids in another language. Rows whose
            slots differ from those of their source are left out.

    Returns:
        Pairs of prompt text and target text; fewer than wanted if the values of rows cannot be told in their texts.

    Raises:
        ConfigError: There is nothing to learn translating from.
    """
    task = ClaspTask(rows, rows[0].locale)
    translated = _pair_up(task.starters, sources, settings.seed) if set(strategies) & set(TRANSLATING) else []
    pairs: list[tuple[str, str]] = []
    for number in range(settings.pairs):
        generator = rng(settings.seed, "clasp pair", number)
        turn, which = divmod(number, len(strategies))
        strategy = strategies[which]
        if strategy in TRANSLATING:  # each strategy begins elsewhere, so that few pairs show many rows
            row, source = translated[(turn + which * len(translated) // len(strategies)) % len(translated)]
            parse = _fill_source(source, row) if strategy == "ts" else ""
            request = ClaspRequest(strategy, (), parse, source, row.locale)
        else:
            turn, place = divmod(turn, len(task.starters))
            known = task.starters[place]
            row = _swap(known, values, settings.swaps, generator) if turn else known
            request = ClaspRequest("gb", (), locale=row.locale, skeleton=row.parse)
            if strategy in GIVEN:
                others = [shown for shown in task.alone if shown.example.target is not known]
                count = int(generator.integers(0, settings.examples + 1))
                examples = choose_examples(others, read_parse(row.parse), count, generator)[::-1]
                request = ClaspRequest(strategy, examples, row.parse, locale=row.locale)
        prompt = choose_prompt(strategy, taught)
        target = prompt.render_target(row, request)
        if target is not None:
            pairs.append((prompt.render(request).text, target))
    return pairs


def _pair_up(rows: Sequence[Utterance], sources: Sequence[Utterance], seed: int) -> list[tuple[Utterance, Utterance]]:
    """Rows and their sources that have the same slots, in random order."""
    said = {source.seed_id: source for source in sources if can_show(source)}
    pairs = [(row, said[row.seed_id]) for row in rows if row.seed_id in said]
    alike = [(row, source) for row, source in pairs if _name_slots(row) == _name_slots(source)]
    if not alike:
        raise ConfigError(
            "no row translates a source and has its slots",
            hint="The strategies ts and tb are learnt from rows of two languages with the same ids.",
        )
    return [alike[index] for index in rng(seed, "clasp sources").permutation(len(alike))]


def _fill_source(source: Utterance, row: Utterance) -> str:
    """The parse of a source with the values of the row that translates it."""
    tree, slots = read_parse(source.parse), name_leaves(read_parse(row.parse))
    values = [slots[place][1] for place in match_leaves(tree, slots)]
    return write_parse(replace_values(tree, values), find_brackets(source.parse))


def _name_slots(row: Utterance) -> list[str]:
    return sorted(name for name, _ in name_leaves(read_parse(row.parse)))


def _swap(
    row: Utterance, values: Mapping[str, Sequence[str]], swaps: int, generator: np.random.Generator
) -> Utterance:
    """A row with other values in some slots; the row itself if its text cannot follow."""
    for _ in range(ATTEMPTS if swaps else 0):
        swapped = resample_row(row, values, generator, int(generator.integers(1, swaps + 1)))
        if not isinstance(swapped, Reject):
            return swapped
    return row


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
        teach_clasp(model, tokenizer, rows, strategies, values, settings, work)

    return teach_copy(teacher, teach, folder / key, f"{teacher.name}+{len(rows)}rows")


def teach_clasp(
    model: Any,
    tokenizer: Any,
    rows: Sequence[Utterance],
    strategies: Sequence[str],
    values: Mapping[str, Sequence[str]],
    settings: ClaspAdaptSettings,
    work: Path,
    sources: Sequence[Utterance] = (),
) -> dict[str, Any]:
    """Teach a model the prompts of some strategies; its config says so afterwards.

    Args:
        model: A sequence-to-sequence model, changed in place.
        tokenizer: Its tokenizer, which gets a token for each label if the model is to read or write parses.
        rows: Human rows with parses; for `rs` and `gb` all of one locale.
        strategies: Those that are to be learnt.
        values: Values by label, for swaps.
        settings: How to teach.
        work: Folder of the checkpoints.
        sources: What rows translate, for `ts` and `tb` (see `clasp_pairs`).

    Returns:
        What `finetune` reports.

    Raises:
        ConfigError: There is nothing to learn translating from.
    """
    from hf_synth.teachers.finetune import TeachSettings, finetune
    from hf_synth.teachers.label_tokens import add_label_tokens
    from hf_synth.teachers.local import TUNED_KEY

    taught = str(getattr(model.config, TUNED_KEY, None) or "")
    pairs = clasp_pairs(rows, strategies, values, settings, taught, sources)
    learnt = name_prompts(strategies, taught)
    if f"{ClaspPrompt.name}@{ClaspPrompt.version}" in learnt:
        trees = [read_parse(row.parse) for row in rows]
        add_label_tokens(model, tokenizer, ParseSchema.from_trees(trees, find_brackets(rows[0].parse)))
    how = TeachSettings(
        pairs=len(pairs),
        learning_rate=settings.learning_rate,
        max_tokens=settings.max_tokens,
        lora_rank=settings.lora_rank,
        seed=settings.seed,
    )
    result = finetune(model, tokenizer, pairs, how, work)
    setattr(model.config, TUNED_KEY, " ".join(dict.fromkeys((*taught.split(), *learnt))))
    return result
