"""How the canonical form of an order says each entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from hf_synth.parses.catalogue import EntityCatalogue, split_entity

Words: TypeAlias = tuple[str, ...]
Phrases: TypeAlias = Mapping[str, Mapping[Words, Words]]
"""Label to the words of an entity, as they stand in an executable parse, to the words that say it."""

NUMBERS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()


def read_phrases(catalogue: EntityCatalogue) -> Phrases:
    """Say how the canonical form names each entity.

    An entity is said in its own words, such as `olive oil` for OLIVE_OIL, if they are one of its values, and otherwise
    as the last of its values. Numbers up to fifteen are spelled out, and volumes are said as they are written.

    Args:
        catalogue: The entities of each label.

    Returns:
        The phrases, for `write_canonical` and `read_canonical`.

    Examples:
        >>> read_phrases(EntityCatalogue({"STYLE": {"round": "ROUND", "all there is": "ANY"}, "NUMBER": {"a": "1"}}))
        {'STYLE': {('ROUND',): ('round',), ('ANY',): ('all', 'there', 'is')}, 'NUMBER': {('1',): ('one',)}}
    """
    phrases: dict[str, dict[Words, Words]] = {}
    for label, entities in catalogue.entities.items():
        said = phrases.setdefault(label, {})
        for surface, entity in entities.items():
            words = split_entity(entity)
            own = " ".join(words).replace("_", " ").lower()
            if label == "NUMBER" and own.isdecimal() and 1 <= int(own) <= len(NUMBERS):
                own = NUMBERS[int(own) - 1]
            elif label != "VOLUME" and entities.get(own) != entity:
                own = surface
            said[words] = tuple(own.split())
    return phrases
