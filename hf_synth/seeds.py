"""Human-labelled utterances of a source, with one kind of message.

A line of a seeds file, in the four forms that are understood:

    {"id": "s1", "intent": "set_alarm", "utterance": "wake me at [time : seven]", "locale": "en-US"}
    {"id": "s1", "intent": "set_alarm", "tokens": ["wake", "me", "at", "7"], "slot_tags": ["O", "O", "O", "B-time"]}
    {"id": "s1", "intent": "positive", "text": "[sic] plain text, in which brackets mean nothing"}
    {"id": "s1", "text": "two large pies", "parse": "(ORDER (PIZZAORDER (NUMBER two ) (SIZE large ) ) )"}
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from hf_synth.annotation import read_annotation
from hf_synth.errors import SchemaError, suggest
from hf_synth.parses.tree import find_brackets, read_parse, write_parse
from hf_synth.schema import Span, Utterance, normalise, tags_to_spans
from hf_synth.sources import KEYS, Source, read_records


def read_utterances(source: Source, guard: bool = True) -> list[Utterance]:
    """Read all utterances of a source, each with a `seed_id` (its id, or file name and line).

    Args:
        source: Where to read, and which rows of it.
        guard: Refuse rows that no person wrote; without it, rows of any origin are read as human ones.

    Returns:
        The utterances in the order of the source, at least one; their ids differ.

    Raises:
        ContaminationError: A row is not human.
        SchemaError: A file is missing, unreadable or empty, or a row does not hold together; the message says where.
    """
    utterances: list[Utterance] = []
    counts: dict[str, int] = {}
    named: set[str] = set()
    seen_ids: dict[str, str] = {}
    path = Path(source.path)
    for where, record in read_records(source, guard):
        # Equal files in different folders give equal rows.
        default_id = path.name + where.removeprefix(str(path)) if where.startswith(f"{path}:") else where
        try:
            utterance = read_record(record, source.locale, default_id)
        except SchemaError as error:
            raise SchemaError(f"{where}: {error.message}", hint=error.hint) from None
        named.add(utterance.intent)
        if (source.intents and utterance.intent not in source.intents) or utterance.intent in source.without_intents:
            continue
        counts[utterance.intent] = counts.get(utterance.intent, 0) + 1
        if source.limit_per_intent is not None and counts[utterance.intent] > source.limit_per_intent:
            continue
        if utterance.seed_id in seen_ids:
            raise SchemaError(f"{where}: id {utterance.seed_id!r} was used at {seen_ids[utterance.seed_id]}")
        seen_ids[utterance.seed_id] = where
        utterances.append(utterance)
    missing = sorted(set(source.intents) - set(counts))
    if missing and named:
        raise SchemaError(f"{source.path}: no row has intent {missing[0]!r}", hint=suggest(missing[0], named))
    if not utterances:
        raise SchemaError(f"{source.path}: no utterance found", hint="Check the path, the split and the intents.")
    return utterances


def read_texts(source: Source) -> list[str]:
    """Read plain texts, for sources without annotation.

    Args:
        source: Where to read; its columns name the one that holds the text under `utterance`.

    Returns:
        The texts that are not empty, in the order of the source.

    Raises:
        SchemaError: A file is missing, unreadable, or has no text under `utterance`.
    """
    texts: list[str] = []
    for where, record in read_records(source):
        text = record.get("utterance")
        if not isinstance(text, str):
            raise SchemaError(f"{where}: expected a text under 'utterance', got {text!r}")
        if text.strip():
            texts.append(text)
    if not texts:
        raise SchemaError(f"{source.path}: no text found", hint="Check the path, the split and the column.")
    return texts


def read_record(record: Mapping[str, Any], locale: str, default_id: str) -> Utterance:
    """Turn one record into an utterance.

    Args:
        record: Keys `intent` (a name or a class number), and `utterance` (annotated text), `text` (plain) or `tokens`
            with `slot_tags`; or `text` and `parse`, whose outermost label is then the intent; `id` and `locale` if
            any.
        locale: Locale of a record that names none.
        default_id: Identity of a record that names none.

    Returns:
        The utterance, with white space around the intent name removed.

    Raises:
        SchemaError: An unknown or missing key, an empty utterance, a bracket out of place, tags that do not match the
            tokens, or a parse that is none.

    Examples:
        >>> read_record({"intent": "greet", "utterance": "hi"}, "en-US", "s1").tokens
        ('hi',)
    """
    unknown = [key for key in record if key not in KEYS]
    if unknown:
        raise SchemaError(f"unknown key {unknown[0]!r}", hint=suggest(unknown[0], KEYS))
    parse, intent = "", record.get("intent")
    if record.get("parse") is not None:
        parse, intent = _read_parse(record["parse"])
    if isinstance(intent, int) and not isinstance(intent, bool):
        intent = str(intent)  # a class number without a name
    if not isinstance(intent, str) or not intent.strip():
        raise SchemaError(f"expected an intent name under 'intent', got {intent!r}")
    words, spans = _read_words(record)
    identity = record.get("id")
    seed_id = default_id if identity is None or identity == "" else str(identity)
    utterance = Utterance(words, spans, intent.strip(), record.get("locale") or locale, seed_id, parse)
    if not _is_unicode(utterance):
        raise SchemaError(f"the row holds half of a surrogate pair, which is no character: {utterance.text!r}")
    return utterance


def _read_words(record: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[Span, ...]]:
    """The words of a record and the slots over them, in whichever form it has them."""
    if record.get("tokens") is not None:
        tokens, tags = record["tokens"], record.get("slot_tags")
        if not isinstance(tokens, list) or not isinstance(tags, list):
            raise SchemaError("expected lists under 'tokens' and 'slot_tags'")
        if len(tokens) != len(tags):
            raise SchemaError(f"{len(tokens)} tokens but {len(tags)} slot tags", hint="Give each token one tag.")
        if not tokens:
            raise SchemaError("the utterance is empty")
        if not all(isinstance(tag, str) for tag in tags):
            raise SchemaError(f"expected tag names under 'slot_tags', got {tags}")
        return tuple(map(str, tokens)), tags_to_spans(tags)
    if isinstance(record.get("utterance"), str):
        return read_annotation(record["utterance"])
    if not isinstance(record.get("text"), str):
        raise SchemaError("expected 'utterance', 'text', or 'tokens' with 'slot_tags'")
    if not record["text"].strip():
        raise SchemaError("the text is empty")
    return tuple(record["text"].split()), ()


def _read_parse(parse: Any) -> tuple[str, str]:
    """A parse with single spaces, and its outermost label."""
    if not isinstance(parse, str):
        raise SchemaError(f"expected a parse under 'parse', got {parse!r}")
    tree = read_parse(parse)
    return write_parse(tree, find_brackets(parse)), tree.label


def _is_unicode(utterance: Utterance) -> bool:
    names = [utterance.intent, utterance.locale, utterance.seed_id, *(span.slot for span in utterance.spans)]
    try:
        " ".join([*utterance.tokens, *names, utterance.parse]).encode()
    except UnicodeEncodeError:
        return False
    return True


def check_seeds(utterances: Iterable[Utterance], minimum: int = 2) -> None:
    """Check that there is enough to prompt a teacher with: no intent has a single seed, no text occurs twice.

    Args:
        utterances: Seeds of one intent or of several.
        minimum: Fewest seeds of an intent that is among them.

    Raises:
        SchemaError: An intent has fewer than `minimum` seeds, or two seeds have the same text.
    """
    counts: dict[str, int] = {}
    texts: dict[tuple[str, str], str] = {}
    for utterance in utterances:
        counts[utterance.intent] = counts.get(utterance.intent, 0) + 1
        key = (utterance.intent, normalise(utterance.text))
        if key in texts:
            raise SchemaError(
                f"seed {utterance.seed_id!r} repeats the text of {texts[key]!r}: {utterance.text!r}",
                hint="Keep one of the two.",
            )
        texts[key] = utterance.seed_id
    for intent, count in sorted(counts.items()):
        if count < minimum:
            raise SchemaError(
                f"intent {intent!r} has {count} seed; a prompt needs at least {minimum}",
                hint="Write a few more utterances of it, ten if you can.",
            )
