"""Which classes there are, and how many new rows each is to get in which locale."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping, Sequence

from hf_synth.builders.class_generation import ClassSettings
from hf_synth.errors import ConfigError, suggest
from hf_synth.mixing import take_turns
from hf_synth.splits import HumanSplits

logger = logging.getLogger(__name__)


def settle_classes(described: Mapping[str, str], seeded: set[str]) -> dict[str, str]:
    """The classes of a dataset, with what they mean.

    Args:
        described: Descriptions by class; an empty one leaves the meaning to the name.
        seeded: Classes of the seeds.

    Returns:
        Descriptions of all classes, sorted by class.

    Raises:
        ConfigError: There is no class, a name is empty, or some classes of the seeds are described and a further one
            that no seed has: most likely a slip.

    Examples:
        >>> settle_classes({"refund": "money is wanted back"}, {"refund", "greeting"})
        {'greeting': '', 'refund': 'money is wanted back'}
    """
    if not described and not seeded:
        raise ConfigError(
            "there are neither seeds nor classes",
            hint='Pass seeds="seeds.jsonl", or classes={"name": "what it means"} for a cold start.',
        )
    for name, meaning in described.items():
        if not isinstance(name, str) or not name.strip() or name != name.strip():
            raise ConfigError(f"a class needs a name without space around it, got {name!r}")
        if not isinstance(meaning, str):
            raise ConfigError(f"class {name!r}: expected a description in words, got {meaning!r}")
    if seeded - set(described):
        for name in sorted(set(described) - seeded, key=str):
            raise ConfigError(
                f"class {name!r} is described, but is that of no seed",
                hint=f"{suggest(name, seeded)} To add a class without seeds, name all classes.",
            )
    return {name: " ".join(described.get(name, "").split()) for name in sorted({*described, *seeded})}


def count_wanted(human: HumanSplits, settings: ClassSettings, limit: int | None) -> Counter[str]:
    """Count the new rows wanted.

    Args:
        human: Human rows and targets.
        settings: How many rows are wanted.
        limit: Most new rows; None for no limit.

    Returns:
        New rows of each target; if the limit is passed, the targets take turns until it is reached.
    """
    current = Counter(utterance.intent for utterance in human.train)
    wanted = Counter({target: settings.needed(current[target]) for target in human.targets})
    if limit is None or wanted.total() <= limit:
        return wanted
    logger.warning(
        "the ratio rule admits %d of %d new rows for %d human ones", limit, wanted.total(), len(human.train)
    )
    return Counter(take_turns([[target] * count for target, count in sorted(wanted.items())], limit))


def spread(count: int, locales: Sequence[str]) -> list[tuple[str, int]]:
    """Spread rows evenly over locales.

    Args:
        count: Rows to spread.
        locales: Where they go, at least one.

    Returns:
        Each locale with its rows; the first ones get one more, and those without any are left out.

    Examples:
        >>> spread(5, ["en-US", "de-DE"])
        [('en-US', 3), ('de-DE', 2)]
    """
    shares = [(locale, (count + len(locales) - 1 - place) // len(locales)) for place, locale in enumerate(locales)]
    return [(locale, share) for locale, share in shares if share]


def find_locales(human: HumanSplits) -> tuple[str, ...]:
    """The locales of the training rows, sorted; `en-US` if there are none."""
    return tuple(sorted({utterance.locale for utterance in human.train})) or ("en-US",)
