"""A new language: labelled rows of another in plenty, few of the new one or none, and tests in the new one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hf_synth.errors import ConfigError, SchemaError
from hf_synth.mixing import take_turns
from hf_synth.schema import Utterance
from hf_synth.seeding import rng
from hf_synth.splits import HumanSplits, choose_targets, without_overlap

TRANSLATION = "translation"
BOTH = "linguist_and_translation"
LANGUAGE_ARMS = ("real_only", "upsampled", "linguist", TRANSLATION, BOTH, "full_data")


@dataclass(frozen=True)
class NewLanguageSettings:
    """An experiment that moves to another language.

    Args:
        locale: Locale of the new language, such as `fr-FR`; `data.language`, validation and test are of it, and
            `data.train` is not.
        rows: Labelled rows of the new language that students may train on, taken from every intent in turn.
        draws: How many times: each draw has rows, made rows and students of its own.

    Raises:
        ConfigError: A value is out of its range.
    """

    locale: str
    rows: int = 0
    draws: int = 1

    def __post_init__(self) -> None:
        if not self.locale.strip():
            raise ConfigError("new_language.locale is blank", hint="Write it as fr-FR.")
        for name, least in (("rows", 0), ("draws", 1)):
            if getattr(self, name) < least:
                raise ConfigError(f"new_language.{name} must be at least {least}, got {getattr(self, name)}")

    def check(self, arms: Iterable[str], transforms: Mapping[str, Mapping[str, Any]]) -> None:
        """Check that the other settings of a recipe go with this experiment.

        Args:
            arms: The arms of the recipe.
            transforms: Its transforms, with their settings.

        Raises:
            ConfigError: An arm or a transform has no meaning here, or the translation goes to another locale.
        """
        for arm in arms:
            if arm not in LANGUAGE_ARMS:
                raise ConfigError(f"new_language has no arm {arm!r}", hint=f"There are {', '.join(LANGUAGE_ARMS)}.")
            if arm == "upsampled" and not self.rows:
                raise ConfigError("the arm upsampled repeats rows of the new language, and new_language.rows is 0")
            if arm == BOTH and TRANSLATION not in transforms:
                raise ConfigError(f"the arm {BOTH} needs transforms.{TRANSLATION}")
        for name, settings in transforms.items():
            if name != TRANSLATION:
                raise ConfigError(f"new_language has no use for transforms.{name}", hint=f"Leave {TRANSLATION} alone.")
            if settings.get("target") != self.locale:
                raise ConfigError(
                    f"transforms.{name}.target is {settings.get('target')!r}, new_language.locale {self.locale!r}",
                    hint="They must be the same.",
                )


def draw_new_language(
    train: Sequence[Utterance],
    language: Sequence[Utterance],
    validation: Sequence[Utterance],
    test: Sequence[Utterance],
    targets: Sequence[str],
    settings: NewLanguageSettings,
    draw: int,
) -> HumanSplits:
    """Join the rows of one language with a few of another.

    Args:
        train: Rows of the language in plenty.
        language: Rows of the new language; those that stand in validation or test are left out first.
        validation: Held-out rows of the new language.
        test: Held-out rows of the new language.
        targets: Intents to make rows for; all if empty.
        settings: Which language, and how many rows of it.
        draw: Which draw of them.

    Returns:
        The rows by use; the ceiling's rows are all of both languages.

    Raises:
        ConfigError: There are fewer rows of the new language than wanted.
        SchemaError: A row is of the wrong language.
    """
    for use, rows, new in (
        ("data.train", train, False),
        ("data.language", language, True),
        ("data.validation", validation, True),
        ("data.test", test, True),
    ):
        for row in rows:
            if (row.locale == settings.locale) != new:
                wanted = settings.locale if new else f"another locale than {settings.locale}"
                raise SchemaError(f"{use}: row {row.seed_id!r} is of {row.locale}, expected {wanted}")
    held_out = (*validation, *test)
    pool = without_overlap(language, held_out)
    if len(pool) < settings.rows:
        raise ConfigError(f"new_language.rows is {settings.rows}, data.language has {len(pool)} that can be used")
    groups: dict[str, list[Utterance]] = defaultdict(list)
    for index in rng(draw, "new_language").permutation(len(pool)):
        groups[pool[index].intent].append(pool[index])
    chosen = take_turns([rows for _, rows in sorted(groups.items())], settings.rows, draw)
    kept = without_overlap([*chosen, *train], held_out)
    full = without_overlap([*pool, *train], held_out)
    return HumanSplits(tuple(kept), tuple(validation), tuple(test), choose_targets(kept, targets), tuple(full))
