"""From real points to a dataset of real and made ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from hf_synth.errors import ConfigError
from hf_synth.gan.generation import generate_points
from hf_synth.gan.judging import split_points
from hf_synth.gan.model import CARD, Gan
from hf_synth.gan.points import Points, check_classes
from hf_synth.gan.rows import EmbeddedRow, LabelledItem
from hf_synth.gan.settings import GanSettings
from hf_synth.gan.training import Trained, fit_classifier, train_gan
from hf_synth.mixing import check_ratio, count_allowed
from hf_synth.schema import Provenance
from hf_synth.seeding import stable_hash

METHOD = "embedding_gan@1"
HELD_OUT = 0.2  # of the real points, where there are no validation rows


@dataclass
class BuiltPoints:
    """The rows of a dataset of embeddings, and how they came about.

    Args:
        train: Human rows, then synthetic ones.
        validation: Human rows.
        test: Human rows.
        counts: How many points were `requested` and `drawn`, and refused for each reason.
        trained: The generator.
    """

    train: list[EmbeddedRow]
    validation: list[EmbeddedRow]
    test: list[EmbeddedRow]
    counts: Mapping[str, int] = field(default_factory=dict)
    trained: Trained | None = None

    @property
    def splits(self) -> dict[str, list[EmbeddedRow]]:
        """The splits by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


def make_rows(
    real: Points,
    validation: Points | None,
    settings: GanSettings,
    rows: int | None,
    mixing: str,
    seed: int,
    start: Gan | None = None,
    folder: Path | None = None,
    progress: bool = True,
) -> tuple[Points, dict[str, int], Trained]:
    """Train a generator on real points, and make as many as may join them.

    Args:
        real: Real points, at least two of each class.
        validation: Real points that decide when training ends; a fifth of the real ones is held out for that if None.
        settings: How the generator is trained.
        rows: Points wanted; as many as `mixing` admits if None.
        mixing: How many made points may join the real ones (see `count_allowed`).
        seed: Of everything.
        start: A generator that was pre-trained.
        folder: Where a training that is stopped leaves its state.
        progress: Show a bar.

    Returns:
        The points; how many were `requested`, `drawn`, and refused for each reason; and the generator.

    Raises:
        SchemaError: A class has a single point.
        ConfigError: There would be a hundred made points or more for each real one, or neither `rows` nor a bound.
    """
    check_classes(real)
    limit = count_allowed(mixing, len(real))
    if rows is None and limit is None:
        raise ConfigError("mixing is 'all': it has no bound", hint="Say how many rows you want: rows=1000.")
    wanted = min(count for count in (rows, limit) if count is not None)
    check_ratio(len(real), wanted)
    learnt, watched = (real, validation) if validation is not None else split_points(real, HELD_OUT, seed)
    trained = train_gan(learnt, watched, settings, seed, start, folder, progress=progress)
    judged = trained.gan.go_on(fit_classifier(real, settings, start))  # by all real points, those held out, too
    made, counts = generate_points(judged, real, wanted, seed)
    return made, {"requested": wanted, **counts}, trained


def pretrain(points: Points, settings: GanSettings, seed: int, folder: Path, progress: bool = True) -> Gan:
    """Train a generator on labelled points of another kind, or read it back.

    Args:
        points: Points with the same classes, many of them.
        settings: How.
        seed: Of everything.
        folder: Where generators are kept, each under a name that says what it learnt from.
        progress: Show a bar.

    Returns:
        The generator.

    Raises:
        SchemaError: A class has a single point.
    """
    check_classes(points)
    settings = replace(settings, prior=False)  # there is none yet
    place = folder / stable_hash(points.key, vars(settings), seed)[:16]
    if (place / CARD).is_file():
        return Gan.load(place)
    learnt, watched = split_points(points, 0.1, seed)
    trained = train_gan(learnt, watched, settings, seed, folder=place, pretraining=True, progress=progress)
    trained.gan.save(place)
    return trained.gan


def list_human(items: Sequence[LabelledItem], points: Points) -> list[EmbeddedRow]:
    """Human rows with their embeddings.

    Args:
        items: The rows.
        points: A point for each.

    Returns:
        The rows, each with its own id.
    """
    return [
        EmbeddedRow(vector, item.label, shares, Provenance(seed_ids=(item.id,)))
        for item, vector, shares in zip(items, points.vectors, points.shares, strict=True)
    ]


def list_made(points: Points) -> list[EmbeddedRow]:
    """Made points as rows."""
    made = Provenance("synthetic", METHOD)
    return [
        EmbeddedRow(vector, points.names[label], shares, made)
        for vector, label, shares in zip(points.vectors, points.labels.tolist(), points.shares, strict=True)
    ]
