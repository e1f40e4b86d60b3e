"""Human rows as points: texts that are embedded, or embeddings that are there already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hf_synth.errors import SchemaError
from hf_synth.gan.points import Points, make_points
from hf_synth.gan.vectors import embed_texts
from hf_synth.schema import Provenance, normalise
from hf_synth.seeding import stable_hash
from hf_synth.sources import Source, read_records

KEYS = ("id", "text", "label", "embedding")


@dataclass(frozen=True)
class LabelledItem:
    """A row with a class, before it is a point.

    Args:
        id: Its id, or where it stands.
        label: Its class.
        text: Its text; empty if it has an embedding instead.
        embedding: Its embedding; empty if it has a text.
    """

    id: str
    label: str
    text: str = ""
    embedding: tuple[float, ...] = ()

    @property
    def key(self) -> str:
        """What makes it the same as another row."""
        return normalise(self.text) if self.text else stable_hash([round(value, 5) for value in self.embedding])


@dataclass(frozen=True, eq=False)
class EmbeddedRow:
    """A point with its class and where it comes from.

    Args:
        embedding: Array of float32 of shape (d).
        label: Name of its class.
        chances: How likely each class is, array of float32 of shape (classes): 0 and 1 for a human row.
        provenance: Where it comes from.
    """

    embedding: NDArray[np.float32]
    label: str
    chances: NDArray[np.float32]
    provenance: Provenance

    def to_dict(self) -> dict[str, Any]:
        """The row as columns, with the name of its class (see `columns.embedding_features`)."""
        return {
            "embedding": self.embedding.tolist(),
            "label": self.label,
            "chances": self.chances.tolist(),
            "origin": self.provenance.origin,
            "method": self.provenance.method,
            "teacher": self.provenance.teacher,
            "seed_ids": list(self.provenance.seed_ids),
        }


def read_items(source: Source, guard: bool = True) -> list[LabelledItem]:
    """Read rows with a class.

    Before: `{"text": "a fine film", "label": "positive"}`, or `{"embedding": [0.1, -0.2], "label": "positive"}`.

    Args:
        source: Where to read.
        guard: Refuse rows that no person wrote.

    Returns:
        The rows in the order of the source, at least one.

    Raises:
        ContaminationError: A row is not human.
        SchemaError: A row has neither text nor embedding, or no label, or there is no row.
    """
    items: list[LabelledItem] = []
    counts: Counter[str] = Counter()
    for where, row in read_records(source, guard, KEYS):
        label, text, embedding = row.get("label"), row.get("text") or "", row.get("embedding") or ()
        if not isinstance(label, str) or not label:
            raise SchemaError(
                f"{where}: expected the name of a class in 'label', got {label!r}",
                hint="Where classes are numbers, name them: class_names: [negative, positive].",
            )
        if not isinstance(text, str) or bool(text.strip()) == bool(embedding):
            raise SchemaError(f"{where}: expected a text or an embedding, got {row.get('text')!r}")
        if not isinstance(embedding, list | tuple) or any(
            isinstance(number, bool) or not isinstance(number, int | float) for number in embedding
        ):
            raise SchemaError(f"{where}: expected a list of numbers in 'embedding', got {str(embedding)[:60]!r}")
        if source.intents and label not in source.intents:
            continue
        if label in source.without_intents or counts[label] == source.limit_per_intent:
            continue
        counts[label] += 1
        items.append(LabelledItem(str(row.get("id") or where), label, text, tuple(map(float, embedding))))
    if not items:
        raise SchemaError(f"{source.path}: no row found", hint="Check the path, the split and the classes.")
    return items


def without_copies(items: Sequence[LabelledItem], held_out: Collection[LabelledItem]) -> list[LabelledItem]:
    """Leave out rows that stand in held-out rows, or a second time.

    Args:
        items: Training rows.
        held_out: Rows of validation and test.

    Returns:
        The others, in their order.
    """
    seen = {item.key for item in held_out}
    kept = []
    for item in items:
        if item.key not in seen:
            seen.add(item.key)
            kept.append(item)
    return kept


def embed_items(items: Sequence[LabelledItem], encoder: str, names: Sequence[str]) -> Points:
    """Turn rows into points.

    Args:
        items: Rows with texts, or with embeddings.
        encoder: See `embed_texts`.
        names: Names of all classes.

    Returns:
        A point for each.

    Raises:
        SchemaError: Some have texts and some embeddings, embeddings differ in length or hold NaN, a class is unknown,
            or there is a single one.
        TeacherError: There is no such encoder.
    """
    texts = [item.text for item in items if item.text]
    if texts and len(texts) < len(items):
        raise SchemaError(f"{len(texts)} of {len(items)} rows have a text, the others an embedding: give one kind")
    vectors: Any = embed_texts(texts, encoder) if texts else [item.embedding for item in items]
    return make_points(vectors, [item.label for item in items], names)
