"""The experiments of a recipe of embeddings: which real points train, and which test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm.auto import tqdm

from hf_synth.embedding_space.recipe import EmbeddingRecipe
from hf_synth.encoder import keep_vectors
from hf_synth.errors import ConfigError
from hf_synth.gan.points import Points, check_classes, make_points
from hf_synth.gan.rows import LabelledItem, embed_items, read_items, without_copies
from hf_synth.gan.vectors import embed_texts
from hf_synth.seeding import rng, stable_hash

CHUNK = 500


@dataclass(frozen=True, eq=False)
class Rows:
    """All rows that a recipe reads.

    Args:
        pool: Rows that training rows are drawn from, and test rows if there are no others.
        test: Test rows; none if they are drawn.
        pretraining: Rows of another kind; none if there are none.
        names: Names of the classes.
    """

    pool: tuple[LabelledItem, ...]
    test: tuple[LabelledItem, ...]
    pretraining: tuple[LabelledItem, ...]
    names: tuple[str, ...]

    @property
    def parts(self) -> dict[str, tuple[LabelledItem, ...]]:
        """The rows that there are, by the name of their part."""
        parts = {"pool": self.pool, "test": self.test, "pretraining": self.pretraining}
        return {name: items for name, items in parts.items() if items}


@dataclass(frozen=True)
class PointCell:
    """One experiment.

    Args:
        name: Folder name.
        encoder: Which encoder, by its name in the recipe.
        size: How many real rows are known.
        draw: Which draw of them.
        train: Places of the training rows in the pool.
        test: Places of the test rows: in the pool, or among the test rows if there are any.
    """

    name: str
    encoder: str
    size: int
    draw: int
    train: tuple[int, ...]
    test: tuple[int, ...]


def read_rows(recipe: EmbeddingRecipe) -> Rows:
    """Read the rows of a recipe.

    Args:
        recipe: The recipe.

    Returns:
        The rows; those of the pool and of pre-training that stand in the test are left out.

    Raises:
        ContaminationError: A row is not human.
        SchemaError: A row does not hold together.
    """
    data = recipe.data
    test = read_items(data.test, recipe.guard) if data.test else []
    pool = without_copies(read_items(data.train, recipe.guard), test)
    other = without_copies(read_items(data.pretraining, recipe.guard), [*test, *pool]) if data.pretraining else []
    return Rows(tuple(pool), tuple(test), tuple(other), tuple(sorted({item.label for item in pool})))


def make_point_cells(recipe: EmbeddingRecipe, rows: Rows) -> list[PointCell]:
    """Draw the rows of each experiment.

    Args:
        recipe: The recipe.
        rows: All rows.

    Returns:
        One for each encoder, size and draw; those of one draw share their test rows, and fewer training rows are the
        first of more.

    Raises:
        ConfigError: There are too few rows.
    """
    drawn = 0 if rows.test else recipe.data.test_rows
    if len(rows.pool) < drawn + max(recipe.sizes):
        raise ConfigError(
            f"data.train has {len(rows.pool)} rows, expected {drawn} for the test and {max(recipe.sizes)} to train on"
        )
    cells = []
    for encoder in sorted(recipe.encoders):
        for size in recipe.sizes:
            for draw in range(recipe.draws):
                order = rng(draw, "points").permutation(len(rows.pool)).tolist()
                test = tuple(range(len(rows.test))) if rows.test else tuple(order[:drawn])
                name = f"{encoder}-{size}-{draw}"
                cells.append(PointCell(name, encoder, size, draw, tuple(order[drawn : drawn + size]), test))
    return cells


def check_rows(rows: Rows, encoders: Mapping[str, str]) -> None:
    """Check rows and encoders before anything is computed.

    Args:
        rows: The rows.
        encoders: Encoders by name.

    Raises:
        SchemaError: Rows do not hold together, or a class has a single row.
        TeacherError: There is no such encoder.
    """
    for part, items in rows.parts.items():
        labelled = make_points(np.zeros((len(items), 1)), [item.label for item in items], rows.names)
        if part == "pool":
            check_classes(labelled)
        if any(item.embedding for item in items):
            embed_items(items, "", rows.names)
        else:
            for encoder in encoders.values():
                embed_items(items[:1], encoder, rows.names)


def embed_rows(rows: Rows, encoders: Mapping[str, str], folder: Path) -> dict[str, dict[str, Points]]:
    """Turn all rows into points, or read them back.

    Args:
        rows: The rows, checked.
        encoders: Encoders by name.
        folder: Where embeddings of texts are kept, each file under a name that says of which.

    Returns:
        Points of `pool`, `test` and `pretraining` for each encoder.
    """
    return {
        name: {part: _embed(items, encoder, rows.names, folder) for part, items in rows.parts.items()}
        for name, encoder in encoders.items()
    }


def _embed(items: Sequence[LabelledItem], encoder: str, names: Sequence[str], folder: Path) -> Points:
    texts = [item.text for item in items]
    if not any(texts):
        return embed_items(items, encoder, names)

    def compute() -> NDArray[np.float32]:
        vectors = []
        with tqdm(total=len(texts), desc=f"embeddings by {encoder}", unit="row") as bar:
            for start in range(0, len(texts), CHUNK):
                vectors.append(embed_texts(texts[start : start + CHUNK], encoder))
                bar.update(len(vectors[-1]))
        return np.concatenate(vectors)

    vectors = keep_vectors(folder / f"{stable_hash(texts, encoder)[:16]}.npy", compute)
    return make_points(vectors, [item.label for item in items], names)


def take_points(cell: PointCell, points: Mapping[str, Points]) -> tuple[Points, Points]:
    """The training and test points of a cell.

    Args:
        cell: The experiment.
        points: The points of its encoder.

    Returns:
        Training points and test points.

    Raises:
        SchemaError: A class has fewer than two training points.
    """
    train = points["pool"].take(np.array(cell.train))
    check_classes(train)
    return train, points["test" if "test" in points else "pool"].take(np.array(cell.test))
