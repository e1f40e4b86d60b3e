"""Which classification requests to make: examples, other classes and styles for each prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from hf_synth.errors import ConfigError, check_choice
from hf_synth.prompts.classification import STYLES, ClassificationRequest
from hf_synth.prompts.linguist import MAX_EXAMPLES
from hf_synth.schema import Utterance, label_words
from hf_synth.seeding import rng


@dataclass(frozen=True)
class ClassPlanSettings:
    """How requests for texts of a class are drawn.

    Args:
        examples: Most examples in a prompt, 0 to 10.
        others: Most other classes named in a prompt, at least 0: first those that share words with the class.
        genre: What the texts are, such as `messages to the support of a bank`; it helps most at a cold start.
        styles: Names from `STYLES` that prompts ask for; none asks for no style.
        styles_per_prompt: Styles asked for in one prompt, at least 1.
        seed: Seed of all draws.

    Raises:
        ConfigError: A value is out of its range, or there is no such style.
    """

    examples: int = MAX_EXAMPLES
    others: int = 20
    genre: str = ""
    styles: tuple[str, ...] = tuple(STYLES)
    styles_per_prompt: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.examples <= MAX_EXAMPLES:
            raise ConfigError(f"plan.examples must lie in 0..{MAX_EXAMPLES}, got {self.examples}")
        if self.others < 0:
            raise ConfigError(f"plan.others must be at least 0, got {self.others}")
        if self.styles_per_prompt < 1:
            raise ConfigError(f"plan.styles_per_prompt must be at least 1, got {self.styles_per_prompt}")
        for style in self.styles:
            check_choice("plan.styles", style, STYLES)


@dataclass(frozen=True)
class ClassTask:
    """A class that texts are wanted of, in one language.

    Args:
        label: Its name.
        locale: Locale of the texts.
        seeds: Its human rows, in any language; none for a cold start.
        descriptions: What each class means, this one and all others.
    """

    label: str
    locale: str
    seeds: Sequence[Utterance]
    descriptions: Mapping[str, str]

    @cached_property
    def others(self) -> list[tuple[str, int]]:
        """The other classes, sorted, each with the number of words that its name shares with this one."""
        words = set(label_words(self.label).split())
        names = sorted(label for label in self.descriptions if label != self.label)
        return [(label, len(words.intersection(label_words(label).split()))) for label in names]


@dataclass(frozen=True)
class PlannedTexts:
    """A request and the seeds it was made from."""

    request: ClassificationRequest
    seed_ids: tuple[str, ...]


def plan_texts(number: int, count: int, task: ClassTask, settings: ClassPlanSettings) -> PlannedTexts:
    """Plan one request of a class.

    The examples are a random `min(examples, seeds)` of the class, those in the locale of the texts before others. The
    plan depends on its number and the settings, never on other requests.

    Args:
        number: Which request of the class and locale this is, from 0.
        count: Texts wanted in its answer, at least 1.
        task: The class.
        settings: How to draw.

    Returns:
        The request, with the ids of the examples.

    Reference: the minority rule of the augmentation guide (at most ten seeds of the class).
    """
    generator = rng(settings.seed, "texts", task.label, task.locale, number)
    shuffled = [task.seeds[index] for index in generator.permutation(len(task.seeds))]
    near = sorted(shuffled, key=lambda seed: seed.locale != task.locale)[: settings.examples]
    examples = [near[index] for index in generator.permutation(len(near))]
    others = [task.others[index] for index in generator.permutation(len(task.others))]
    drawn = sorted(others, key=lambda other: -other[1])[: settings.others]
    request = ClassificationRequest(
        task.label,
        task.descriptions[task.label],
        task.locale,
        tuple(example.text for example in examples),
        count,
        draw_styles(number, task, settings)[:count],
        {label: task.descriptions[label] for label, _ in drawn},
        settings.genre,
    )
    return PlannedTexts(request, tuple(example.seed_id for example in examples))


def draw_styles(number: int, task: ClassTask, settings: ClassPlanSettings) -> tuple[str, ...]:
    """Deal the styles out like cards: each is dealt once before any is dealt again.

    Args:
        number: Which request of the class and locale this is, from 0.
        task: The class.
        settings: Which styles, and how many in a prompt.

    Returns:
        Names of styles, each once.
    """
    styles, first = settings.styles, number * settings.styles_per_prompt
    if not styles:
        return ()
    places = [divmod(first + place, len(styles)) for place in range(settings.styles_per_prompt)]
    decks = {
        deal: rng(settings.seed, "styles", task.label, task.locale, deal).permutation(len(styles))
        for deal, _ in places
    }
    return tuple(dict.fromkeys(styles[decks[deal][place]] for deal, place in places))
