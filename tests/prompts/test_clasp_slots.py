import pytest
from parsed import SEEDS, read, record

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.parses.marking import mark_slots
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import SQUARE, read_parse, write_parse
from hf_synth.prompts.clasp import STRATEGIES, ClaspRequest, Example
from hf_synth.prompts.clasp_slots import SlottedClaspPrompt, arrange_values, choose_prompt
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


GERMAN = Utterance(("keine", "gelben", "farne,", "zwei", "rosen"), (), "SHOP", "de-DE", "seed-0",
                   "(SHOP (PLANT (NOT (COLOUR gelben ) ) ) (PLANT (COUNT zwei ) (KIND rosen ) ) )")  # fmt: skip
ENGLISH = Utterance(("two", "roses,", "no", "yellow", "ferns"), (), "SHOP", "en-US", "seed-0",
                    "(SHOP (PLANT (COUNT two ) (KIND roses ) ) (PLANT (NOT (COLOUR yellow ) ) ) )")  # fmt: skip
ASKED = "(SHOP (PLANT (COUNT zwei ) (KIND rosen ) ) (PLANT (NOT (COLOUR gelben ) ) ) )"


@pytest.mark.parametrize(("strategy", "parse"), [("ts", ASKED), ("tb", "")])
def test_translations(strategy, parse):
    request = ClaspRequest(strategy, (Example(GERMAN, ENGLISH),), parse, ENGLISH, "de-DE")
    text = PROMPT.render(request).text
    assert text.startswith("<language> German </language> <intent> shop </intent>")
    assert [f" {word} ]" in text for word in ("zwei", "two", "*")] == [strategy == "ts", True, strategy == "tb"]
    assert not PROMPT.render(request).ordered
    found = PROMPT.parse(PROMPT.render_target(GERMAN, request), request, SCHEMA)
    assert (found.text, found.parse, found.locale) == (GERMAN.text, GERMAN.parse, "de-DE")  # in the order of the text
    copied = PROMPT.parse(PROMPT.render_target(ENGLISH, request), request, SCHEMA)
    assert copied.reason == ("literal_mismatch" if strategy == "ts" else "copied_example")
    target = PROMPT.render_target(GERMAN, request)
    if strategy == "tb":
        assert PROMPT.parse(target.replace("zwei", "(zwei"), request, SCHEMA).reason == "malformed"
        assert PROMPT.parse(target.replace("gelben ]", "]"), request, SCHEMA).reason == "malformed"


def test_values_of_the_same_name_are_told_apart():
    tree = read_parse("(SHOP (PLANT (KIND fern ) ) (POT (COUNT two ) ) (PLANT (KIND rose ) ) )")
    slots = [("PLANT_KIND", "rose"), ("PLANT_KIND", "fern"), ("POT_COUNT", "two")]
    given = "(SHOP (PLANT (KIND rose ) ) (PLANT (KIND fern ) ) (POT (COUNT two ) ) )"
    assert write_parse(arrange_values(tree, slots, given=True)) == given
    assert write_parse(arrange_values(tree, slots, given=False)) == given


def test_nodes_without_values_stay_where_they_were():
    tree = read_parse("[IN:A [SL:B b ] [SL:C [IN:D ] ] [SL:E e ] ]")
    found = arrange_values(tree, [("E", "f"), ("B", "g")], given=False)
    assert write_parse(found, SQUARE) == "[IN:A [SL:E f ] [SL:B g ] [SL:C [IN:D ] ] ]"


def test_a_source_whose_values_cannot_be_told_is_shown_without_slots():
    source = Utterance(("a", "fern"), (), "SHOP", parse="(SHOP (PLANT (KIND fern ) (COUNT a ) ) )", seed_id="x")
    assert "<examples> a fern </examples>" in PROMPT.render(ClaspRequest("tb", (), "", source, "de")).text


def test_new_parses_are_made_of_known_labels():
    request = ClaspRequest("gb", (Example(ROWS[0]),), skeleton=WANTED)
    text = PROMPT.render(request).text
    assert text.count(" * ]") == 3
    assert "roses" in text.partition("<examples>")[2]
    assert not PROMPT.render(request).ordered
    row = Utterance(("no", "blue", "ones,", "five", "roses"), (), "SHOP",
                    parse="(SHOP (PLANT (NOT (COLOUR blue ) ) (COUNT five ) (KIND roses ) ) )")  # fmt: skip
    found = PROMPT.parse(PROMPT.render_target(row, request), request, SCHEMA)
    assert (found.text, found.parse) == (row.text, row.parse)
    with pytest.raises(ConfigError, match="give the request a skeleton"):
        PROMPT.render(ClaspRequest("gb"))
    with pytest.raises(ConfigError, match="strategy 'rs' with the skeleton"):
        ClaspRequest("rs", (), WANTED, skeleton=WANTED)


def test_who_was_taught_to_write_parses_is_asked_for_them():
    for taught, written in (("linguist@1 clasp@1", ["gb", "tb"]), ("linguist@1", []), ("clasp@1", [*STRATEGIES])):
        assert [name for name in STRATEGIES if choose_prompt(name, taught).name == "clasp"] == written
