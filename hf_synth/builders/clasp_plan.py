"""Which CLASP requests to make: what is asked for, and the examples beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np

from hf_synth.errors import ConfigError, check_choice
from hf_synth.parses.decoupling import drop_words
from hf_synth.parses.recombination import Parts, recombine
from hf_synth.parses.swapping import can_hold, replace_values, swap_slots
from hf_synth.parses.tree import Key, Tree, find_brackets, read_parse, write_parse
from hf_synth.prompts.clasp import STRATEGIES, TRANSLATING, ClaspRequest, Example, can_show, can_write, find_skeleton
from hf_synth.schema import Utterance
from hf_synth.seeding import rng

CHANGES = 3
"""Parts that a recombined parse loses or gains, at most."""
POOL = 200
"""Rows that examples of one request are chosen from, at most."""


@dataclass(frozen=True)
class ClaspPlanSettings:
    """How requests for parses and texts are drawn.

    Args:
        strategies: Names from `STRATEGIES`, each once; the rows wanted are shared out evenly.
        examples: Most examples in a prompt of `rs` and `gb`, at least 1.
        pairs: Most examples, each in both languages, in a prompt of `ts` and `tb`, at least 1.
        swaps: Most slots that get another value in a parse of `rs`, at least 1; how many is drawn.
        recombine: Probability that a parse of `rs`, or the labels for `gb`, first lose or gain parts, as other seeds
            have them (our addition), in [0, 1].
        original: The seed whose values were replaced may be an example of `rs`.
        seed: Seed of all draws.

    Raises:
        ConfigError: A value is out of its range, or a strategy is unknown or stands twice.
    """

    strategies: tuple[str, ...] = ("rs", "gb")
    examples: int = 5
    pairs: int = 1
    swaps: int = 2
    recombine: float = 0.0
    original: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        for strategy in self.strategies:
            check_choice("plan.strategies", strategy, STRATEGIES)
        if not self.strategies or len(set(self.strategies)) != len(self.strategies):
            raise ConfigError(f"plan.strategies names strategies, each once, got {self.strategies}")
        for name in ("examples", "pairs", "swaps"):
            if getattr(self, name) < 1:
                raise ConfigError(f"plan.{name} must be at least 1, got {getattr(self, name)}")
        if not 0 <= self.recombine <= 1:
            raise ConfigError(f"plan.recombine must lie in [0, 1], got {self.recombine}")


@dataclass(frozen=True)
class Shown:
    """A row that may be an example, with what its choice depends on."""

    example: Example
    labels: frozenset[str]
    shape: Key


@dataclass(frozen=True)
class ClaspTask:
    """What requests are made from.

    Args:
        seeds: Human rows in the language of the new ones.
        locale: Locale of the new rows.
        values: Values to put into slots, by label.
        sources: Human rows in another language, to be translated.
        translations: Values of the sources' slots in the language of the new rows; other values stay as they are.
    """

    seeds: Sequence[Utterance]
    locale: str
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    sources: Sequence[Utterance] = ()
    translations: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def starters(self) -> list[Utterance]:
        """The seeds that can stand in a prompt."""
        return list(filter(can_show, self.seeds))

    @cached_property
    def wanted(self) -> list[Utterance]:
        """The sources that can stand in a prompt and are no one's translation yet."""
        translated = {seed.seed_id for seed in self.seeds}
        return [row for row in self.sources if row.seed_id not in translated and can_show(row)]

    @cached_property
    def parts(self) -> Parts:
        """What the parses of the seeds are made of."""
        return Parts.collect(drop_words(read_parse(seed.parse)) for seed in self.starters)

    @cached_property
    def swappable(self) -> dict[str, list[str]]:
        """The values that can stand in a prompt."""
        return {label: list(filter(can_write, values)) for label, values in self.values.items()}

    @cached_property
    def alone(self) -> list[Shown]:
        """The examples of `rs` and `gb`."""
        return [_describe(Example(seed), seed) for seed in self.starters]

    @cached_property
    def paired(self) -> list[Shown]:
        """The examples of `ts` and `tb`: seeds with the source of the same id."""
        sources = {row.seed_id: row for row in self.sources if can_show(row)}
        return [
            _describe(Example(seed, sources[seed.seed_id]), seed) for seed in self.starters if seed.seed_id in sources
        ]

    def name_starts(self, strategy: str, seed: int) -> list[str]:
        """The ids of the rows that requests of a strategy start from in turn; one without name if from none."""
        if strategy in TRANSLATING:
            return [self.wanted[place].seed_id for place in _shuffle(len(self.wanted), seed)]
        return [row.seed_id for row in self.starters] if strategy == "rs" else [""]

    def check(self, strategy: str) -> None:
        """Check that there is something to ask with.

        Args:
            strategy: What will be asked for.

        Raises:
            ConfigError: There is no seed, no source, or no seed with the id of a source.
        """
        if not self.starters:
            raise ConfigError(
                f"strategy {strategy!r} needs a seed of {self.locale} that can stand in a prompt",
                hint="A text or parse must not hold ; or the name of a language before a colon.",
            )
        if strategy in TRANSLATING and not (self.wanted and self.paired):
            missing = "rows of another language to translate" if not self.wanted else "a seed with the id of a source"
            raise ConfigError(
                f"strategy {strategy!r} needs {missing}",
                hint="Give sources, and among the seeds at least one that translates one of them, with the same id.",
            )


@dataclass(frozen=True)
class PlannedParse:
    """A request and the rows it was made from."""

    request: ClaspRequest
    seed_ids: tuple[str, ...]


def plan_parse(number: int, strategy: str, task: ClaspTask, settings: ClaspPlanSettings) -> PlannedParse:
    """Plan one request of a strategy.

    Request `number` of `rs` takes seed `number` modulo the seeds and puts other values into its parse, sometimes after
    a change of its structure; of `ts` and `tb` it takes a source likewise, in random order. `gb` asks for anything
    like its examples; a teacher that writes around slots is given the labels of the last one, changed like those of
    `rs`. The plan depends on its number and the settings, never on other requests.

    Examples are chosen one after the other from the rows in random order, those with the outermost label of the wanted
    parse before others: the next is the first that has most of the labels that the wanted parse has and no chosen
    example has yet, and of such the first with another shape (labels without words) than all chosen ones. For `gb`
    only shapes count, and the order in the prompt is random; otherwise what was chosen first stands last, next to what
    is asked.

    Args:
        number: Which request of the strategy this is, from 0.
        strategy: What is asked for.
        task: What it is made from.
        settings: How to draw.

    Returns:
        The request, with the ids of the row it started from and the examples.

    Reference: Rosenbaum et al. 2022, CLASP; the choice of examples is ours.
    """
    generator = rng(settings.seed, "clasp", strategy, number)
    if strategy in TRANSLATING:
        source = task.wanted[_shuffle(len(task.wanted), settings.seed)[number % len(task.wanted)]]
        tree = read_parse(source.parse)
        parse = _translate(source, task.translations) if strategy == "ts" else ""
        examples = choose_examples(task.paired, tree, settings.pairs, generator)[::-1]
        request = ClaspRequest(strategy, examples, parse, source, task.locale)
        return PlannedParse(request, _list_ids(source, examples))
    if strategy == "gb":
        chosen = choose_examples(task.alone, None, settings.examples, generator)
        examples = tuple(chosen[index] for index in generator.permutation(len(chosen)))
        tree = _change(read_parse(examples[-1].target.parse), task, settings, generator)
        skeleton = write_parse(tree, find_brackets(examples[-1].target.parse))
        request = ClaspRequest(strategy, examples, locale=task.locale, skeleton=skeleton)
        return PlannedParse(request, _list_ids(None, examples))
    place = number % len(task.starters)
    starter = task.starters[place]
    tree = _change(read_parse(starter.parse), task, settings, generator)
    wanted = swap_slots(tree, task.swappable, generator, int(generator.integers(1, settings.swaps + 1)))
    others = task.alone if settings.original else [*task.alone[:place], *task.alone[place + 1 :]]
    examples = choose_examples(others, wanted, settings.examples, generator)[::-1]
    parse = write_parse(wanted, find_brackets(starter.parse))
    return PlannedParse(ClaspRequest(strategy, examples, parse, locale=task.locale), _list_ids(starter, examples))


def choose_examples(
    rows: Sequence[Shown], wanted: Tree | None, count: int, generator: np.random.Generator
) -> tuple[Example, ...]:
    """Choose examples that together have the labels of a parse, and different shapes (see `plan_parse`).

    Args:
        rows: What may be chosen.
        wanted: The parse; without one, shapes alone count.
        count: Examples to choose, fewer if there are fewer rows.
        generator: Source of the order.

    Returns:
        The examples, the first chosen first.
    """
    shuffled = [rows[index] for index in generator.permutation(len(rows))]
    # The shape of a parse begins with its outermost label.
    left = sorted(shuffled, key=lambda row: wanted is not None and row.shape[0] != wanted.label)[:POOL]
    lacking = _list_labels(wanted) if wanted else frozenset()
    shapes: set[Key] = set()
    chosen: list[Example] = []
    while left and len(chosen) < count:
        scores = [(len(row.labels & lacking), row.shape not in shapes) for row in left]
        best = left.pop(scores.index(max(scores)))
        lacking -= best.labels
        shapes.add(best.shape)
        chosen.append(best.example)
    return tuple(chosen)


@lru_cache
def _shuffle(count: int, seed: int) -> tuple[int, ...]:
    """The order in which sources are translated: corpora are often sorted."""
    return tuple(rng(seed, "clasp sources").permutation(count).tolist())


def _change(tree: Tree, task: ClaspTask, settings: ClaspPlanSettings, generator: np.random.Generator) -> Tree:
    """Change the structure of a parse, sometimes."""
    if settings.recombine and generator.random() < settings.recombine:
        return recombine(drop_words(tree), task.parts, generator, int(generator.integers(1, CHANGES + 1)))
    return tree


def _describe(example: Example, row: Utterance) -> Shown:
    tree = read_parse(row.parse)
    return Shown(example, _list_labels(tree), find_skeleton(tree).key())


def _list_labels(tree: Tree) -> frozenset[str]:
    return frozenset(node.label for node in tree.walk())


def _translate(source: Utterance, translations: Mapping[str, str]) -> str:
    tree = read_parse(source.parse)
    values = [
        found if can_write(found := translations.get(leaf.value, leaf.value)) and can_hold(found) else leaf.value
        for leaf in tree.leaves()
    ]
    return write_parse(replace_values(tree, values), find_brackets(source.parse))


def _list_ids(start: Utterance | None, examples: Sequence[Example]) -> tuple[str, ...]:
    rows = [*([start] if start else []), *(example.target for example in examples)]
    return tuple(dict.fromkeys(row.seed_id for row in rows))
