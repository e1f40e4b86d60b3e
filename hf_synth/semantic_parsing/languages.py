"""New languages: which human rows are known, and rows that a translation model makes of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from hf_synth.configuration import from_dict
from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.parses.marking import mark_slots
from hf_synth.parses.swapping import replace_values
from hf_synth.parses.tree import find_brackets, read_parse, write_parse
from hf_synth.prompts.clasp import can_show
from hf_synth.schema import Provenance, Row, Span, Utterance
from hf_synth.seeding import rng
from hf_synth.splits import HumanSplits
from hf_synth.transforms.passage import Passage
from hf_synth.transforms.translation import Translation


def draw_known(
    known: Mapping[str, Sequence[Utterance]], pivot: Sequence[Utterance], count: int, draw: int
) -> tuple[list[Utterance], list[Utterance]]:
    """Choose the rows of new languages that are known.

    Args:
        known: Locale to rows to choose from.
        pivot: What they say in the language in plenty, with the same ids.
        count: Rows of each locale.
        draw: Which draw of them.

    Returns:
        The known rows of all locales, and what they say in the language in plenty. Rows with slots come first: they
        show more.

    Raises:
        ConfigError: Fewer ids are common to all than wanted.
    """
    said = {row.seed_id: row for row in pivot}
    ids = set(said).intersection(*({row.seed_id for row in rows if can_show(row)} for rows in known.values()))
    usable = sorted(ids, key=lambda key: (not read_parse(said[key].parse).leaves(), key))
    slotted = [key for key in usable if read_parse(said[key].parse).leaves()]
    pool = slotted if len(slotted) >= count else usable
    if len(pool) < count:
        raise ConfigError(f"languages.rows is {count}, {len(pool)} ids are common to all languages and the pivot")
    chosen = [pool[index] for index in rng(draw, "languages").permutation(len(pool))[:count]]
    rows = [row for found in known.values() for row in found if row.seed_id in chosen]
    return rows, [said[key] for key in chosen]


def split_locale(human: HumanSplits, locale: str, known: Collection[str]) -> tuple[HumanSplits, list[Utterance]]:
    """What a teacher is asked with for one of the new languages.

    Args:
        human: The human rows of all languages.
        locale: One of the new ones.
        known: All of them.

    Returns:
        The rows without those of the other new languages; and the training rows of the language in plenty.
    """
    others = [row for row in human.train if row.locale not in known]
    own = [row for row in human.train if row.locale == locale]
    return replace(human, train=(*own, *others)), others


def make_translator(settings: Mapping[str, Any], locale: str) -> Callable[[Sequence[str], str], list[str]]:
    """What translates the values of slots out of context; a value that is not sure stays as it is."""
    transform = from_dict(Translation, {**settings, "target": locale})

    def translate(values: Sequence[str], _locale: str) -> list[str]:
        words = [tuple(value.split()) for value in values]
        passages = [Passage(each, (Span(0, len(each), "value"),)) for each in words]
        return [" ".join(passage.tokens) for passage in transform.translate_values(passages)]

    return translate


def translate_rows(
    rows: Sequence[Utterance], settings: Mapping[str, Any], locale: str, count: int, draw: int
) -> tuple[list[Row], dict[str, int]]:
    """Translate rows with their parses: texts by a model, values found again in them.

    Args:
        rows: Human rows in the language in plenty.
        settings: Of the transform.
        locale: The new language.
        count: Rows wanted.
        draw: Which rows are taken.

    Returns:
        Translated rows, and how many were `requested`, `made`, and refused for each reason.
    """
    transform = from_dict(Translation, {**settings, "target": locale})
    order = rng(draw, "translation", locale).permutation(len(rows))
    made: list[Row] = []
    counts: Counter[str] = Counter({"requested": count})
    start = 0
    while len(made) < count and start < len(order):
        chosen = [rows[index] for index in order[start : start + count]]
        start += count
        passages = [(row, passage) for row in chosen if (passage := _to_passage(row)) is not None]
        counts["out_of_order"] += len(chosen) - len(passages)
        for (row, _), found in zip(passages, transform.rewrite([passage for _, passage in passages]), strict=True):
            item = found[0] if found else Reject("empty", row.text)
            if isinstance(item, Reject):
                counts[item.reason] += 1
            elif len(made) < count:
                made.append(_to_row(row, item, transform))
    return made, {**counts, "made": len(made)}


def _to_passage(row: Utterance) -> Passage | None:
    """A row whose slots are numbered by the order of its values; None if these cannot be told in the text."""
    marked = mark_slots(row)
    if marked is None:
        return None
    spans = tuple(replace(span, slot=str(number)) for number, span in enumerate(marked.spans))
    return Passage(marked.tokens, spans, (), row.locale)


def _to_row(row: Utterance, passage: Passage, transform: Translation) -> Row:
    values = {int(span.slot): passage.value(span) for span in passage.spans}
    tree = replace_values(read_parse(row.parse), [values[number] for number in sorted(values)])
    parse = write_parse(tree, find_brackets(row.parse))
    utterance = replace(row, tokens=passage.tokens, locale=transform.target, seed_id="", parse=parse)
    return Row(utterance, Provenance("augmented", transform.method, transform.teacher, (row.seed_id,)))
