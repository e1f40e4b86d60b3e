import re

import pytest
from parsed import read, seed_records
from small import write_lines

from hf_synth.errors import SchemaError
from hf_synth.parses.checking import check_parses
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import SQUARE, read_parse
from hf_synth.seeds import read_utterances
from hf_synth.sources import Source

ROWS = read(seed_records())
SCHEMA = ParseSchema.from_trees(read_parse(row.parse) for row in ROWS)


def check(*records, schema=SCHEMA, **settings):
    check_parses([*ROWS, *read(records)], schema, **settings)


def row(text, parse):
    return {"id": "odd", "text": text, "parse": parse}


def test_rows_that_hold_together():
    check()
    check(row("two", "(SHOP (PLANT (COUNT 2 ) ) )"), values=False)
    check(row("a rose", "(GARDEN (KIND rose ) )"), schema=None)


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (row("two", "(SHOP (PLANT (COUNT 2 ) ) )"), "odd: COUNT '2' does not stand in the text 'two'"),
        (row("a rose", "(SHOP (PLANT (KINDS rose ) ) )"), "odd: unknown label 'KINDS' (Did you mean 'KIND'?)"),
        (row("a red pot", "(SHOP (COLOUR red ) )"), "odd: COLOUR stands in SHOP, in which there are PLANT, POT"),
        (row("a", "[SHOP [POT [COUNT a ] ] ]"), "odd: the parse is written with [, those before it with ("),
    ],
)
def test_rows_that_do_not(record, message):
    with pytest.raises(SchemaError, match=re.escape(message)) as caught:
        check(record)
    assert caught.value.hint


def test_rows_without_a_parse_and_with_half_of_one():
    whole = ROWS[0]
    for parse, message in (
        ("", 'seed-0: the row "i\'d like two roses" has no parse'),
        ("(A b", "seed-0: character 5"),
    ):
        with pytest.raises(SchemaError, match=re.escape(message)):
            check_parses([type(whole)(whole.tokens, (), "SHOP", seed_id="seed-0", parse=parse)])


def test_a_row_without_an_id_is_named_by_its_line(tmp_path):
    lines = [{"text": record["text"], "parse": record["parse"]} for record in seed_records()]
    lines[3]["text"] = "one pot"
    rows = read_utterances(Source(str(write_lines(tmp_path / "seeds.jsonl", lines))))
    with pytest.raises(SchemaError, match=re.escape("seeds.jsonl:4: COUNT 'a' does not stand in the text")):
        check_parses(rows)


def test_values_of_square_parses_may_have_gaps():
    check_parses(read([row("dass Sams Schule heute beginnt", "[IN:A [SL:B Sams Schule beginnt ] ]")]))
    assert ParseSchema.from_trees([read_parse("[IN:A ]")], SQUARE).brackets == SQUARE
