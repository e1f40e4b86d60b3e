"""A recipe of semantic parsing: where the parses are, who writes, which arms are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from hf_synth.builders.clasp_generation import ClaspSettings
from hf_synth.errors import ConfigError, check_choice, suggest
from hf_synth.metrics.parse_outcomes import MATCHES
from hf_synth.mixing import ALL, check_mixing
from hf_synth.recipe_settings import CardSettings
from hf_synth.semantic_parsing.recipe_settings import (
    FewSettings,
    LanguageSettings,
    ParseDataSettings,
    ParseTeacherSettings,
    ResolutionSettings,
)
from hf_synth.semantic_parsing.settings import ParserSettings

TASK = "semantic_parsing"
WRITTEN, RESAMPLED, GRAMMAR = "clasp", "slot_resampling", "grammar"
TRANSLATED = "translation"
STRATEGIES = {"clasp_rs": "rs", "clasp_gb": "gb", "clasp_ts": "ts", "clasp_tb": "tb"}
ARMS = ("real_only", RESAMPLED, GRAMMAR, TRANSLATED, *STRATEGIES, WRITTEN, "full_data")
MADE = tuple(arm for arm in ARMS if arm not in ("real_only", "full_data"))


def split_arm(arm: str) -> tuple[str, ...]:
    """The arms that an arm is joined from, by `+`; itself if it is not."""
    return tuple(arm.split("+"))


@dataclass(frozen=True)
class ParseRecipe:
    """All settings of a run of semantic parsing.

    Args:
        name: Name of the recipe; the folder's name if left out.
        data: Where the rows are.
        few: Which human rows are known.
        languages: New languages, each with very few rows; not together with `few`.
        schema: What stands in each label, `words` for words, as in `ORDER: [NUMBER]` and `NUMBER: [words]`; rows with
            anything else are refused. If left out, it is what the training rows and those of the grammar have.
        resolution: How predicted words become entities before they are compared; None compares them as they are.
        translation: Settings of the transform of that name without its target, for the arm and for the values of `ts`;
            if left out, values stay as they are.
        teacher: Who writes.
        generation: How many rows of each strategy, and how.
        filters: As for `Recipe`.
        mixing: As for `Recipe`, for each arm.
        human_share: Share that human rows are to have in an arm with made rows, by repeating them, in [0, 1); 0 has
            each once.
        guard: As for `Recipe`.
        arms: Training sets to compare: `real_only`, `slot_resampling` (human rows with other values), `grammar`,
            `translation` (rows of `data.train` by a translation model, for `languages`), `clasp_rs`, `clasp_gb`,
            `clasp_ts`, `clasp_tb` (rows of one strategy), `clasp` (of all, as many together as of one), `full_data`;
            or the made rows of several, as in `clasp_rs+slot_resampling`.
        baselines: Arms that the uplift is measured against: the best of them by exact match.
        students: How students are trained.
        match: When a predicted parse is right: `unordered` (whatever the order of what stands side by side, as in
            PIZZA's measure) or `spaceless` (letter by letter, but for case and white space, as in mTOP's).
        free: Score students without constrained decoding, too.
        card: What the card says that cannot be counted.

    Raises:
        ConfigError: An arm is unknown, lacks what it is made from, or settings do not go together.
    """

    data: ParseDataSettings
    name: str = ""
    few: FewSettings = field(default_factory=FewSettings)
    languages: LanguageSettings | None = None
    schema: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resolution: ResolutionSettings | None = None
    translation: Mapping[str, Any] | None = None
    teacher: ParseTeacherSettings = field(default_factory=ParseTeacherSettings)
    generation: ClaspSettings = field(default_factory=ClaspSettings)
    filters: Mapping[str, Mapping[str, Any]] | None = None
    mixing: str = ALL
    human_share: float = 0.0
    guard: bool = True
    arms: tuple[str, ...] = ("real_only", RESAMPLED, WRITTEN)
    baselines: tuple[str, ...] = ("real_only", RESAMPLED)
    students: ParserSettings = field(default_factory=ParserSettings)
    match: str = "unordered"
    free: bool = False
    card: CardSettings = field(default_factory=CardSettings)

    def __post_init__(self) -> None:
        for arm in self.arms:
            for part in (parts := split_arm(arm)):
                if part not in ARMS:
                    raise ConfigError(f"unknown arm {part!r}", hint=suggest(part, ARMS))
                if (strategy := STRATEGIES.get(part)) and strategy not in self.generation.plan.strategies:
                    raise ConfigError(f"the arm {part} needs {strategy!r} among generation.plan.strategies")
            if len(parts) > 1 and not set(parts) <= set(MADE):
                raise ConfigError(
                    f"the arm {arm!r} joins arms that have no made rows", hint=f"Join {', '.join(MADE)}."
                )
        if any(len(set(names)) < len(names) for names in (self.arms, *map(split_arm, self.arms))):
            raise ConfigError(f"arms names something twice: {list(self.arms)}")
        if GRAMMAR in self.parts and self.data.grammar is None:
            raise ConfigError("the arm grammar needs data.grammar: rows that a grammar made")
        if self.resolution is not None and self.data.catalogue is None:
            raise ConfigError("resolution needs data.catalogue: it says which entity a word means")
        self._check_experiment()
        if not 0 <= self.human_share < 1:
            raise ConfigError(f"human_share must lie in [0, 1), got {self.human_share}")
        if not set(self.baselines) & set(self.arms):
            raise ConfigError(f"none of the baselines {list(self.baselines)} is among the arms {list(self.arms)}")
        check_mixing(self.mixing)
        check_choice("match", self.match, MATCHES)

    def _check_experiment(self) -> None:
        """Check that there is one experiment, with test rows, and that the arms are of it."""
        few = bool(self.few.rows or self.few.ids)
        if self.languages is not None and (few or self.data.test is not None):
            raise ConfigError("languages have known and test rows of their own: leave out few and data.test")
        if self.languages is None and self.data.test is None:
            raise ConfigError("missing key data.test")
        if self.languages is None and self.parts & {TRANSLATED, "clasp_ts", "clasp_tb"}:
            raise ConfigError(f"the arms {TRANSLATED}, clasp_ts and clasp_tb need languages")
        if self.languages is not None and self.parts & {RESAMPLED, GRAMMAR}:
            raise ConfigError(f"languages has no arm {RESAMPLED} or {GRAMMAR}")
        if TRANSLATED in self.parts and self.translation is None:
            raise ConfigError(f"the arm {TRANSLATED} needs translation: settings of the transform, {{}} for none")
        if "full_data" in self.arms and not few and self.languages is None:
            raise ConfigError("the arm full_data needs few.rows or few.ids: it trains on the rows held back")

    @property
    def parts(self) -> frozenset[str]:
        """The arms, and what joined arms are joined from."""
        return frozenset(part for arm in self.arms for part in split_arm(arm))

    @property
    def task(self) -> str:
        """Which columns the dataset has."""
        return TASK

    @property
    def written_arm(self) -> str:
        """The arm that is about the dataset as it is."""
        return WRITTEN

    @property
    def writes(self) -> bool:
        """Whether a teacher writes rows."""
        return bool(self.parts & {WRITTEN, *STRATEGIES})

    @property
    def variants(self) -> tuple[str, ...]:
        """The arms that differ from another in their filters alone: none."""
        return ()
