"""A recipe of embeddings: where the rows are, how many are known, and what joins them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hf_synth.encoder import DEFAULT_ENCODER
from hf_synth.errors import ConfigError, check_values, suggest
from hf_synth.gan.settings import GanSettings
from hf_synth.mixing import GUIDE, check_mixing
from hf_synth.recipe_settings import CardSettings
from hf_synth.sources import Source

TASK = "embedding"
REAL, PRETRAINED, GAN = "real_only", "pretrained", "gan"
MEASURES = ("consistency", "pretraining", "noise", "smoothing")
STEPS = ("gan_vanilla", "gan_consistency", "gan_pretraining", "gan_noise", GAN)  # each adds a measure to the last
PRIOR, SOFT, WITHOUT = "gan_prior", "gan_soft", "gan_without_pretraining"
RIVALS = ("gaussian_noise", "mixup", "smote")
GANS = (WITHOUT, *STEPS, PRIOR, SOFT)
MADE = (*RIVALS, *GANS)
ARMS = (REAL, *RIVALS, PRETRAINED, *STEPS, PRIOR, SOFT, WITHOUT)
STUDENTS = ("logistic", "network")


@dataclass(frozen=True)
class EmbeddingDataSettings:
    """Where the human rows are.

    Args:
        train: Rows with `label` and `text` or `embedding`: training rows are drawn from them.
        test: Rows that scores are computed on; if left out, `test_rows` of `train` are, others with each draw.
        test_rows: See `test`; at least 2.
        pretraining: Rows of another kind with the same classes, to learn from first.

    Raises:
        ConfigError: `test_rows` is too low.
    """

    train: Source
    test: Source | None = None
    test_rows: int = 2000
    pretraining: Source | None = None

    def __post_init__(self) -> None:
        check_values("data", self, (("test_rows", self.test_rows >= 2, "at least 2"),))


@dataclass(frozen=True)
class EmbeddingRecipe:
    """All settings of a comparison of students of points.

    Args:
        data: Where the rows are.
        name: Name of the recipe; the folder's name if left out.
        encoders: What turns texts into points (see `embed_texts`), by a name for each.
        sizes: How many real rows are known, each at least 10.
        draws: How many different draws of them.
        arms: Training sets to compare: `real_only`; with `gaussian_noise`, `mixup` or `smote` of imbalanced-learn;
            `pretrained` (the student has learnt from `data.pretraining`); `gan_vanilla`, and then one measure after
            the other: `gan_consistency`, `gan_pretraining`, `gan_noise`, and `gan` with all of them (label smoothing,
            too); `gan_prior` (and a classifier that knows what one of `data.pretraining` says, see `GanSettings`);
            `gan_soft` (and students learn from the chances of the classes); `gan_without_pretraining`.
        baselines: Arms that the uplift is measured against.
        students: What is trained: `logistic` regression, or a small `network`.
        gan: How generators are trained.
        noise: Deviation of the arm `gaussian_noise`, in units of the points' own.
        mixing: How many made points join the real ones (see `count_allowed`).
        guard: Refuse rows that no person wrote.
        card: What the card says that cannot be counted.

    Raises:
        ConfigError: An arm is unknown or lacks what it is made from, or a value is out of its range.
    """

    data: EmbeddingDataSettings
    name: str = ""
    encoders: dict[str, str] = field(default_factory=lambda: {"sentences": DEFAULT_ENCODER})
    sizes: tuple[int, ...] = (100,)
    draws: int = 1
    arms: tuple[str, ...] = (REAL, *RIVALS, "gan_vanilla", "gan_consistency", WITHOUT)
    baselines: tuple[str, ...] = (REAL,)
    students: tuple[str, ...] = STUDENTS
    gan: GanSettings = field(default_factory=GanSettings)
    noise: float = 0.5
    mixing: str = GUIDE
    guard: bool = True
    card: CardSettings = field(default_factory=CardSettings)

    def __post_init__(self) -> None:
        for what, names, known in (("arm", self.arms, ARMS), ("student", self.students, STUDENTS)):
            for name in names:
                if name not in known:
                    raise ConfigError(f"unknown {what} {name!r}", hint=suggest(name, known))
            if len(set(names)) < len(names) or not names:
                raise ConfigError(f"{what}s must name each once, and one at least, got {list(names)}")
        if not set(self.baselines) & set(self.arms):
            raise ConfigError(f"none of the baselines {list(self.baselines)} is among the arms {list(self.arms)}")
        if self.data.pretraining is None and (missing := self.pretrained_arms):
            raise ConfigError(f"the arm {missing[0]} needs data.pretraining: rows of another kind with these classes")
        rules = (
            ("sizes", bool(self.sizes) and min(self.sizes) >= 10, "at least 10 each"),
            ("encoders", bool(self.encoders), "one at least"),
            ("draws", self.draws >= 1, "at least 1"),
            ("noise", self.noise > 0, "above 0"),
        )
        check_values("recipe", self, rules)
        check_mixing(self.mixing)

    @property
    def pretrained_arms(self) -> tuple[str, ...]:
        """The arms that learn from `data.pretraining`."""
        return tuple(arm for arm in self.arms if arm in (PRETRAINED, *STEPS[2:], PRIOR, SOFT))

    @property
    def task(self) -> str:
        """Which columns the rows have."""
        return TASK

    @property
    def writes(self) -> bool:
        """Whether a teacher writes rows: never."""
        return False


def measures_of(arm: str, settings: GanSettings) -> GanSettings:
    """The settings of a generator with some of the measures.

    Args:
        arm: An arm with a generator.
        settings: Those with all measures.

    Returns:
        The settings, with what the arm lacks switched off.

    Examples:
        >>> made = measures_of("gan_consistency", GanSettings())
        >>> made.consistency, made.real_noise, made.smoothing
        (3.0, 0.0, 1.0)
    """
    level = STEPS.index(arm) if arm in STEPS else len(STEPS)
    return replace(
        settings,
        consistency=settings.consistency if level > 0 else 0.0,
        prior=settings.prior and arm in (PRIOR, SOFT),
        real_noise=settings.real_noise if level > 2 else 0.0,
        smoothing=settings.smoothing if level > 3 else 1.0,
    )
