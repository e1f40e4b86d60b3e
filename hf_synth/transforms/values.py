"""Slot values for `SlotResampling`: from a dataset, from a file, or made up by faker."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from hf_synth.errors import ConfigError, SchemaError, require_extra, suggest
from hf_synth.schema import tags_to_spans

Values = dict[str, tuple[tuple[str, ...], ...]]


def collect_values(dataset: Any) -> Values:
    """Collect the distinct values of each slot.

    Args:
        dataset: Rows with `tokens` and `slot_tags` (IOB2, by name or as a ClassLabel), for example a `Dataset`.

    Returns:
        Slot name to its values, each a tuple of words, sorted.

    Raises:
        SchemaError: The tags are numbers without names.

    Examples:
        >>> collect_values([{"tokens": ["rain", "in", "rome"], "slot_tags": ["O", "O", "B-city"]}])
        {'city': (('rome',),)}
    """
    names: Sequence[str] = ()
    if getattr(dataset, "features", None) and "slot_tags" in dataset.features:
        names = getattr(dataset.features["slot_tags"].feature, "names", ())
    found: dict[str, set[tuple[str, ...]]] = {}
    for row in dataset:
        tags = row["slot_tags"]
        if any(isinstance(tag, int) for tag in tags):
            if not names:
                raise SchemaError("'slot_tags' holds class numbers without names", hint="Give a ClassLabel column.")
            tags = [names[tag] for tag in tags]
        for span in tags_to_spans(tags):
            found.setdefault(span.slot, set()).add(tuple(row["tokens"][span.start : span.end]))
    return {slot: tuple(sorted(values)) for slot, values in sorted(found.items())}


def read_values(path: str | Path) -> Values:
    """Read values from a JSON file such as `{"city": ["rome", "new york"]}`.

    Args:
        path: A UTF-8 file.

    Returns:
        Slot name to its values, each a tuple of words, sorted.

    Raises:
        SchemaError: There is no such file, or it holds something else.
    """
    try:
        table = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SchemaError(f"{path}: no such file") from None
    except ValueError as error:
        raise SchemaError(f"{path}: not JSON ({error})") from None
    if not isinstance(table, dict):
        raise SchemaError(f"{path}: expected slot names with lists of values, got {type(table).__name__}")
    for slot, values in table.items():
        if not isinstance(values, list) or not all(isinstance(value, str) and value.strip() for value in values):
            raise SchemaError(f"{path}: slot {slot!r}: expected a list of texts, none of them empty")
    return split_values(table)


def fake_values(provider: str, locale: str = "en_US", count: int = 200, seed: int = 0, lower: bool = True) -> Values:
    """Make values up with faker, for a slot of the provider's name.

    Args:
        provider: What to make: `city`, `name`, `date`, `company` and so on.
        locale: faker's name of a language and country.
        count: Values to make; equal ones count once.
        seed: Seed of the draws.
        lower: Write them in lower case, as people type.

    Returns:
        The provider's name and its values; `{"from_city": fake_values("city")["city"]}` gives them to another slot.

    Raises:
        ConfigError: faker has no such provider or locale.
        MissingExtraError: faker is not installed.
    """
    require_extra("values", "faker")
    from faker import Faker

    try:
        faker = Faker(locale)
    except AttributeError:
        raise ConfigError(f"faker has no locale {locale!r}", hint="Write it as de_DE.") from None
    faker.seed_instance(seed)
    if not hasattr(faker, provider):
        known = [name for name in dir(faker) if not name.startswith("_")]
        raise ConfigError(f"faker makes no {provider!r}", hint=suggest(provider, known))
    made = [str(getattr(faker, provider)()) for _ in range(count)]
    return split_values({provider: [value.lower() for value in made] if lower else made})


def split_values(table: Mapping[str, Iterable[str]]) -> Values:
    """Split values into words.

    Args:
        table: Slot name to values as texts.

    Returns:
        Slot name to its distinct values, each a tuple of words, sorted.

    Examples:
        >>> split_values({"city": ["new york", "rome", "rome"]})
        {'city': (('new', 'york'), ('rome',))}
    """
    return {slot: tuple(sorted({tuple(value.split()) for value in values})) for slot, values in table.items()}
