import pytest
from parsed import SEEDS, read, record

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.parses.marking import mark_slots
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import read_parse
from hf_synth.prompts.clasp import ClaspRequest, Example
from hf_synth.prompts.clasp_slots import SlottedClaspPrompt, choose_prompt
from hf_synth.schema import Utterance

ROWS = read([record(number, row) for number, row in enumerate(SEEDS)])
SCHEMA = ParseSchema.from_trees(read_parse(row.parse) for row in ROWS)
PROMPT = SlottedClaspPrompt()
WANTED = "(SHOP (PLANT (COUNT two ) (KIND water lily ) (NOT (COLOUR red ) ) ) )"
REQUEST = ClaspRequest("rs", (Example(ROWS[0]), Example(ROWS[2])), WANTED)


def number(name, text=None):
    """The number that a slot has in the prompt."""
    labels = PROMPT.render(REQUEST).text.partition("<labels> ")[2].partition(" </labels>")[0]
    return {item.partition(" = ")[2].strip(" ]"): item.partition(" ")[0].strip("[") for item in labels.split(" , ")}[
        name
    ]


def test_slots_are_named_by_the_labels_above_them():
    text = PROMPT.render(REQUEST).text
    count, kind, colour = (number(name) for name in ("plant count", "plant kind", "plant not colour"))
    assert f"<include> [{count} two ] , [{kind} water lily ] , [{colour} red ] </include>" in text
    assert (
        f"three ferns but no [{colour} red ] ones".replace("three", f"[{count} three ]").replace(
            "ferns", f"[{kind} ferns ]"
        )
        in text
    )
    assert PROMPT.render(REQUEST).ordered
    assert PROMPT.render(REQUEST) == PROMPT.render(REQUEST)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.seed_id)
def test_what_is_rendered_as_a_target_is_read_as_the_row(row):
    others = tuple(Example(other) for other in ROWS if other is not row)
    request = ClaspRequest("rs", others, row.parse)
    read_back = PROMPT.parse(PROMPT.render_target(row, request), request, SCHEMA)
    assert (read_back.text, read_back.parse, read_back.intent) == (row.text, row.parse, "SHOP")


@pytest.mark.parametrize(
    ("completion", "reason"),
    [
        ("[{c} two ] [{k} lily ] , no [{n} red ]", "literal_mismatch"),
        ("[{c} two ] [{k} water lily ]", "literal_mismatch"),
        ("no [{n} red ] in my [{c} two ] [{k} water lily ]", "wrong_order"),
        ("[{c} two ] [{k} water lily ] but no [{n} red ] or [{n} blue ]", "extra_slot"),
        ("[{c} two [{k} water lily ]", "malformed"),
    ],
)
def test_what_is_refused(completion, reason):
    marks = {"c": number("plant count"), "k": number("plant kind"), "n": number("plant not colour")}
    found = PROMPT.parse(completion.format(**marks), REQUEST, SCHEMA)
    assert isinstance(found, Reject)
    assert found.reason == reason


def test_words_before_a_value_are_not_taken_for_it():
    row = Utterance(tuple("do me a favor and get me a fern".split()), (), "SHOP",
                    parse="(SHOP (PLANT (COUNT a ) (KIND fern ) ) )")  # fmt: skip
    assert [(span.start, span.slot) for span in mark_slots(row).spans] == [(7, "PLANT_COUNT"), (8, "PLANT_KIND")]


def test_rows_whose_values_stand_elsewhere_are_not_shown():
    row = Utterance(("a", "fern"), (), "SHOP", parse="(SHOP (PLANT (KIND fern ) (COUNT a ) ) )", seed_id="x")
    assert mark_slots(row) is None
    assert "<examples> </examples>" in PROMPT.render(ClaspRequest("rs", (Example(row),), WANTED)).text
    assert PROMPT.render_target(row, ClaspRequest("rs", (), row.parse)) is None


def test_translations_show_both_languages():
    german = Utterance(("zwei", "rosen"), (), "SHOP", "de-DE", "seed-0",
                       "(SHOP (PLANT (COUNT zwei ) (KIND rosen ) ) )")  # fmt: skip
    request = ClaspRequest("ts", (Example(german, ROWS[0]),), "(SHOP (POT (COUNT ein ) ) )", ROWS[4], "de-DE")
    text = PROMPT.render(request).text
    assert text.startswith("<language> German </language> <intent> shop </intent>")
    assert "i'd like" in text
    assert "zwei" in text


def test_parses_are_asked_of_others():
    with pytest.raises(ConfigError, match="strategy 'gb' asks for a parse"):
        PROMPT.render(ClaspRequest("gb"))
    names = [choose_prompt(strategy, "linguist@1 clasp@1").name for strategy in ("rs", "gb")]
    assert names == ["clasp_slots", "clasp"]
