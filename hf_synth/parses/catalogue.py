"""Values of slots and what they stand for: `diet cola` and `light cola` may be one entity."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hf_synth.errors import ConfigError, SchemaError, suggest
from hf_synth.sources import Source, read_records

KEYS = ("slot", "value", "entity")


@dataclass(frozen=True)
class EntityCatalogue:
    """The values of labels, each with its entity.

    Args:
        entities: Label to surface (what stands in an utterance) to entity (what stands in an executable parse), in
            the order of the file.

    Examples:
        >>> catalogue = EntityCatalogue({"TOPPING": {"ham": "HAM", "smoked ham": "HAM"}})
        >>> catalogue.values("TOPPING")
        ('ham', 'smoked ham')
        >>> catalogue.check(["TOPPING", "SIZE"])
        Traceback (most recent call last):
        hf_synth.errors.ConfigError: the catalogue has no entry for SIZE
        Hint: Add values of SIZE, or map its slots to these labels. There are: TOPPING.
    """

    entities: Mapping[str, Mapping[str, str]]

    def values(self, label: str) -> tuple[str, ...]:
        """The surfaces of a label, in the order of the file; empty if it has none."""
        return tuple(self.entities.get(label, ()))

    def check(self, labels: Iterable[str]) -> None:
        """Check that there are values for some labels.

        Args:
            labels: Labels whose values are needed.

        Raises:
            ConfigError: A label has none.
        """
        missing = ", ".join(sorted({label for label in labels if not self.entities.get(label)}))
        if missing:
            there = ", ".join(sorted(self.entities)) or "none"
            raise ConfigError(
                f"the catalogue has no entry for {missing}",
                hint=f"Add values of {missing}, or map its slots to these labels. There are: {there}.",
            )


def read_catalogue(
    source: Source, labels: Mapping[str, str] | None = None, last_wins: bool = False
) -> EntityCatalogue:
    """Read a catalogue, one row for each value.

    Args:
        source: Where to read: rows with the keys `slot`, `value` and, if any, `entity`; the value itself is the entity
            of a row that names none.
        labels: The catalogue's name of a slot to the label that parses have, such as `{"topping": "TOPPING"}`; slots
            without one keep their name.
        last_wins: Take the last entity of a value that has several, instead of refusing the catalogue.

    Returns:
        The catalogue, with single spaces between the words of a value.

    Raises:
        ConfigError: `labels` names a slot that is not there.
        SchemaError: A row names no slot or no value, has an unknown key, or gives a value another entity than a row
            before it; or there is no row. The message says where.
    """
    labels = labels or {}
    entities: dict[str, dict[str, str]] = {}
    places: dict[tuple[str, str], str] = {}
    slots: set[str] = set()
    for where, record in read_records(source, keys=KEYS):
        unknown = [key for key in record if key not in KEYS]
        if unknown:
            raise SchemaError(f"{where}: unknown key {unknown[0]!r}", hint=suggest(unknown[0], KEYS))
        slot, value = (_read_words(record, key, where) for key in ("slot", "value"))
        entity = value if record.get("entity") is None else _read_words(record, "entity", where)
        slots.add(slot)
        label = labels.get(slot, slot)
        known = entities.setdefault(label, {})
        if known.get(value, entity) != entity and not last_wins:
            raise SchemaError(
                f"{where}: {label} {value!r} is {entity!r}, at {places[label, value]} it is {known[value]!r}",
                hint="Leave one of the two out, or set last_wins: true.",
            )
        known[value] = entity
        places[label, value] = where
    if not entities:
        raise SchemaError(f"{source.path}: the catalogue is empty", hint="Check the path and the split.")
    for slot in labels:
        if slot not in slots:
            raise ConfigError(f"{source.path}: the catalogue has no slot {slot!r}", hint=suggest(slot, slots))
    return EntityCatalogue(entities)


def split_entity(entity: str) -> tuple[str, ...]:
    """Split an entity into the words that it is in an executable parse.

    Args:
        entity: As catalogues have it.

    Returns:
        What stands between its white space and commas.

    Examples:
        >>> split_entity("500, ML"), split_entity("HAM")
        (('500', 'ML'), ('HAM',))
    """
    return tuple(word for word in re.split(r"[,\s]+", entity) if word)


def _read_words(record: Mapping[str, Any], key: str, where: str) -> str:
    text = record.get(key)
    if not isinstance(text, str) or not text.strip():
        raise SchemaError(f"{where}: expected a text under {key!r}, got {text!r}")
    return " ".join(text.split())
