"""Whether human rows hold together: each with a parse, of known labels, with values that stand in the text."""

from __future__ import annotations

from collections.abc import Iterable

from hf_synth.errors import SchemaError
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import SQUARE, find_brackets, read_parse
from hf_synth.parses.values import find_values
from hf_synth.schema import Utterance


def check_parses(utterances: Iterable[Utterance], schema: ParseSchema | None = None, values: bool = True) -> None:
    """Check rows with parses; the first that does not hold together is an error.

    Args:
        utterances: Rows, each with an id (of a row without one, the file and line where it stands).
        schema: What parses may look like; any labels will do if left out.
        values: Whether the values of a parse must stand in its text.

    Raises:
        SchemaError: A row has no parse, one that is none, one in other brackets than the first row, a label that is
            not in the schema or not in that place, or a value that does not stand in its text.

    Examples:
        >>> check_parses([Utterance(("two", "teas"), (), "ORDER", seed_id="s1", parse="(ORDER (TYPE tea ) )")])
        Traceback (most recent call last):
        hf_synth.errors.SchemaError: s1: TYPE 'tea' does not stand in the text 'two teas'
        Hint: Write each value as it stands in the text, as often as it stands there, or leave the row out.
    """
    first = None
    for row in utterances:
        if not row.parse:
            raise SchemaError(
                f"{row.seed_id}: the row {row.text!r} has no parse", hint="Give each row a key 'parse' beside 'text'."
            )
        try:
            brackets, tree = find_brackets(row.parse), read_parse(row.parse)
        except SchemaError as error:
            raise SchemaError(f"{row.seed_id}: {error.message}", hint=error.hint) from None
        first = first or brackets
        if brackets != first:
            raise SchemaError(
                f"{row.seed_id}: the parse is written with {brackets.open}, those before it with {first.open}",
                hint="Write all parses with one kind of brackets.",
            )
        if schema and (problem := schema.find_problem(tree)):
            raise SchemaError(f"{row.seed_id}: {problem}", hint="Mend the parse, or leave the row out.")
        missing = find_values(row.text, tree, gaps=brackets == SQUARE) if values else []
        if missing:
            label, value = missing[0]
            raise SchemaError(
                f"{row.seed_id}: {label} {value!r} does not stand in the text {row.text!r}",
                hint="Write each value as it stands in the text, as often as it stands there, or leave the row out.",
            )
