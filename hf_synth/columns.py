"""The columns of every dataset that the library writes, by task."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hf_synth.schema import ORIGINS, tag_names

if TYPE_CHECKING:
    from datasets import Features


def features(intents: Sequence[str], slots: Sequence[str]) -> Features:
    """The columns of an `intent_slots` dataset, provenance included.

    Args:
        intents: Intent names, in class order.
        slots: Slot names; their IOB2 tags are the classes of `slot_tags`.

    Returns:
        `text`, `tokens`, `slot_tags` (IOB2), `intent`, `locale`, `origin`, `method`, `teacher`, `seed_ids`.

    Examples:
        >>> features(["GetWeather"], ["city"])["slot_tags"].feature.names
        ['O', 'B-city', 'I-city']
    """
    from datasets import ClassLabel, Features, List, Value

    return Features(
        {
            "text": Value("string"),
            "tokens": List(Value("string")),
            "slot_tags": List(ClassLabel(names=tag_names(slots))),
            "intent": ClassLabel(names=list(intents)),
            "locale": Value("string"),
            **_provenance_features(),
        }
    )


def classification_features(labels: Sequence[str]) -> Features:
    """The columns of a `text_classification` dataset, provenance included.

    Args:
        labels: Names of the classes, in class order.

    Returns:
        `text`, `label`, `locale`, `origin`, `method`, `teacher`, `seed_ids`.

    Examples:
        >>> classification_features(["negative", "positive"])["label"].names
        ['negative', 'positive']
    """
    from datasets import ClassLabel, Features, Value

    return Features(
        {
            "text": Value("string"),
            "label": ClassLabel(names=list(labels)),
            "locale": Value("string"),
            **_provenance_features(),
        }
    )


def parse_features() -> Features:
    """The columns of a `semantic_parsing` dataset, provenance included.

    Returns:
        `text`, `parse`, `locale`, `origin`, `method`, `teacher`, `seed_ids`.

    Examples:
        >>> list(parse_features())[:3]
        ['text', 'parse', 'locale']
    """
    from datasets import Features, Value

    names = ("text", "parse", "locale")
    return Features({**{name: Value("string") for name in names}, **_provenance_features()})


def embedding_features(labels: Sequence[str], size: int) -> Features:
    """The columns of an `embedding` dataset, provenance included.

    Args:
        labels: Names of the classes, in class order.
        size: Numbers of an embedding.

    Returns:
        `embedding` (float32, of fixed length), `label`, `chances` (float32, one for each class), `origin`, `method`,
        `teacher`, `seed_ids`.

    Examples:
        >>> embedding_features(["negative", "positive"], 384)["embedding"].length
        384
    """
    from datasets import ClassLabel, Features, List, Value

    return Features(
        {
            "embedding": List(Value("float32"), length=size),
            "label": ClassLabel(names=list(labels)),
            "chances": List(Value("float32"), length=len(labels)),
            **_provenance_features(),
        }
    )


def _provenance_features() -> dict[str, Any]:
    from datasets import ClassLabel, List, Value

    return {
        "origin": ClassLabel(names=list(ORIGINS)),
        "method": Value("string"),
        "teacher": Value("string"),
        "seed_ids": List(Value("string")),
    }
