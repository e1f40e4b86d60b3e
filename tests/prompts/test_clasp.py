import re
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from parsed import GERMAN, SEEDS, read, record, seed_records
from strategies import completions, tokens

from hf_synth.errors import ConfigError
from hf_synth.generation import Reject
from hf_synth.parses.schema import ParseSchema
from hf_synth.parses.tree import KINDS, ROUND, SQUARE, Tree, read_parse, write_parse
from hf_synth.parses.values import find_values
from hf_synth.prompts.clasp import STRATEGIES, ClaspPrompt, ClaspRequest, Example, can_show, find_skeleton
from hf_synth.prompts.clasp_instruction import WORKED
from hf_synth.schema import Utterance

PROMPT = ClaspPrompt()
ROWS = read(seed_records())
(GERMAN_ROW,) = read([record(0, GERMAN)], "de-DE")
PAIR = Example(GERMAN_ROW, ROWS[0])
SCHEMA = ParseSchema.from_trees(read_parse(row.parse) for row in ROWS)
REQUESTS = {
    "rs": ClaspRequest("rs", (Example(ROWS[0]), Example(ROWS[1])), "(SHOP (PLANT (COUNT six ) (KIND irises ) ) )"),
    "ts": ClaspRequest("ts", (PAIR,), "(SHOP (POT (COUNT ein ) ) )", ROWS[4], "de-DE"),
    "gb": ClaspRequest("gb", (Example(ROWS[0]), Example(ROWS[1]))),
    "tb": ClaspRequest("tb", (PAIR,), "", ROWS[4], "de-DE"),
}
ANSWERS = {
    "rs": "six irises",
    "ts": "ein topf",
    "gb": "(SHOP (POT (COLOUR green ) ) ) ; English: green ones",
    "tb": "(SHOP (POT (COUNT ein ) ) ) ; German: ein topf",
}


def answer(strategy, completion, **changes):
    return PROMPT.parse(completion, replace(REQUESTS[strategy], **changes), SCHEMA)


# Rendering


def test_prompts_as_specified():
    texts = {strategy: PROMPT.render(request).text for strategy, request in REQUESTS.items()}
    shown = " ".join(f"Semantic Parse: {parse} ; English: {text} ;" for text, parse in SEEDS[:2])
    assert texts["rs"] == f"{shown} Semantic Parse: {REQUESTS['rs'].parse} ; English:"
    assert texts["gb"] == f"{shown} Semantic Parse:"
    four = (
        f"English Parse: {SEEDS[0][1]} ; English: {SEEDS[0][0]} ; German Parse: {GERMAN[1]} ; German: {GERMAN[0]} ; "
        f"English Parse: {SEEDS[4][1]} ; English: {SEEDS[4][0]} ; German Parse:"
    )
    assert texts["tb"] == four
    assert texts["ts"] == f"{four} (SHOP (POT (COUNT ein ) ) ) ; German:"


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_instructions(strategy):
    prompt = PROMPT.render(REQUESTS[strategy])
    assert prompt.owed is None
    assert prompt.text in prompt.instruction
    assert "{" not in prompt.instruction
    assert ("in German" if strategy in ("ts", "tb") else "in English") in prompt.instruction


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize("brackets", KINDS)
def test_the_worked_example_of_an_instruction_is_a_right_answer(strategy, brackets):
    """It is read back from the instruction as a request and its answer."""
    rows = [replace(row, parse=write_parse(read_parse(row.parse), brackets)) for row in (*ROWS, GERMAN_ROW)]
    request = replace(
        REQUESTS[strategy],
        examples=(Example(rows[-1], rows[0]),) if REQUESTS[strategy].source else (Example(rows[0]),),
        source=REQUESTS[strategy].source and rows[4],
        parse=REQUESTS[strategy].parse and write_parse(read_parse(REQUESTS[strategy].parse), brackets),
    )
    told, reply = PROMPT.render(request).instruction.split("Request:\n")[1].strip().split("\nAnswer:\n")
    assert brackets.open + "LOAN" in told
    found = re.findall(r"(\w+) Parse: (\S.*?) ; (\w+): ([^;]+) ;", f"{told} {reply.partition(': ')[2] or reply} ;")
    shown = [
        Utterance(tuple(text.split()), (), "LOAN", "de" if language == "German" else "en", parse=parse)
        for _, parse, language, text in found
    ]
    schema = ParseSchema.from_trees([read_parse(row.parse) for row in shown], brackets)
    parse = re.search(r"Parse: ([^;]*) ; \w+:$", told)
    own = ClaspRequest(
        strategy,
        (Example(shown[1], shown[0]),) if strategy in ("ts", "tb") else (Example(shown[0]),),
        parse.group(1) if parse else "",
        shown[2] if strategy in ("ts", "tb") else None,
        "de" if strategy in ("ts", "tb") else "en",
    )
    assert PROMPT.render(own).text == told
    assert isinstance(PROMPT.parse(reply, own, schema), Utterance)
    assert WORKED[strategy][1] == reply.replace(brackets.open, ROUND.open).replace(brackets.close, ROUND.close)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strategy": "xs"}, "strategy is one of rs, ts, gb, tb"),
        ({"strategy": "rs"}, "strategy 'rs' with the parse ''"),
        ({"parse": "(A b )"}, "strategy 'gb' with the parse"),
        ({"strategy": "tb"}, "a row to translate goes with ts and tb"),
        ({"source": ROWS[0]}, "a row to translate goes with ts and tb"),
        ({"strategy": "tb", "source": ROWS[0]}, "a row to translate goes with ts and tb"),
        ({"examples": (Example(replace(ROWS[0], tokens=("a", ";"))),)}, "row 'seed-0' cannot stand in a prompt"),
    ],
)
def test_requests_that_make_no_sense(changes, message):
    with pytest.raises(ConfigError, match=re.escape(message)):
        replace(REQUESTS["gb"], **changes)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("two roses", True),
        ("it's 'fine'", True),
        ("two; roses", False),
        ("in english: roses", False),
        ("german parse : roses", False),
        ('"two roses"', False),
        ("``` a", True),
    ],
)
def test_rows_that_can_stand_in_a_prompt(text, shown):
    row = Utterance(tuple(text.split()), (), "A", parse="(A b )")
    assert can_show(row) == shown
    assert not can_show(replace(row, parse=""))


# Parsing


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_good_answers(strategy):
    made, request = answer(strategy, ANSWERS[strategy]), REQUESTS[strategy]
    assert isinstance(made, Utterance), made
    assert (made.intent, made.locale, made.spans, made.seed_id) == ("SHOP", request.locale, (), "")
    assert made.text == ANSWERS[strategy].rpartition(": ")[2]
    assert made.parse == (request.parse or ANSWERS[strategy].partition(" ;")[0])
    assert PROMPT.render_target(made, request) == ANSWERS[strategy]


@pytest.mark.parametrize("strategy", STRATEGIES)
@pytest.mark.parametrize(
    "form",
    [
        "{0} ;",
        "{0} ; Semantic Parse: (SHOP (POT (COUNT a ) ) ) ; English: a pot",
        "{0}\n\nI hope this helps!",
        "  {0}\n",
        "```\n{0}\n```",
        "Here you are:\n```text\n{0}\n```",
    ],
)
def test_forms_that_do_not_matter(strategy, form):
    assert answer(strategy, form.format(ANSWERS[strategy])) == answer(strategy, ANSWERS[strategy])


@pytest.mark.parametrize(
    ("strategy", "completion"),
    [
        ("rs", "English: six irises"),
        ("rs", "english : six irises"),
        ("rs", '"six irises"'),
        ("rs", "English: “six irises”"),
        ("gb", "Semantic Parse: (SHOP (POT (COLOUR green ) ) ) ; English: green ones"),
        ("gb", '(SHOP (POT (COLOUR green ) ) )\nEnglish: "green ones"'),
        ("gb", "(shop (pot (colour green))) ; english: green ones"),
        ("gb", "`(SHOP (POT (COLOUR green ) ) )` ; English: green ones"),
        ("tb", "German Parse: (SHOP (POT (COUNT ein ) ) ) ; German: ein topf"),
    ],
)
def test_more_forms_that_do_not_matter(strategy, completion):
    assert answer(strategy, completion) == answer(strategy, ANSWERS[strategy])


@pytest.mark.parametrize(
    ("strategy", "completion", "reason"),
    [
        ("rs", "", "malformed"),
        ("rs", '"" ; six irises', "value_missing"),
        ("rs", "Semantic Parse: (SHOP (POT (COUNT a ) ) ) ; English: six irises", "malformed"),
        ("rs", "six (KIND irises )", "malformed"),
        ("rs", "six iris", "value_missing"),
        ("rs", "six irisesque plants", "value_missing"),
        ("gb", "green ones", "malformed"),
        ("gb", "(SHOP (POT (COLOUR green ) ) )", "malformed"),
        ("gb", "(SHOP (POT (COLOUR green ) ) ) ; green ones", "malformed"),
        ("gb", "(SHOP (POT (COLOUR green ) ) ; English: green ones", "malformed"),
        ("gb", "(SHOP (POT (COLOUR ) ) ) ; English: green ones", "malformed"),
        ("gb", "[SHOP [POT [COLOUR green ] ] ] ; English: green ones", "malformed"),
        ("gb", "(SHOP (POT (COLOUR green ) ) ) ; German: green ones", "malformed"),
        ("gb", "(SHOP (POT (SHADE green ) ) ) ; English: green ones", "unknown_label"),
        ("gb", "(SHOP (COLOUR green ) ) ; English: green ones", "wrong_structure"),
        ("gb", "(POT (COLOUR green ) ) ; English: green ones", "wrong_structure"),
        ("gb", "(SHOP (POT now (COLOUR green ) ) ) ; English: green ones now", "wrong_structure"),
        ("gb", "(SHOP (POT (COLOUR green ) ) ) ; English: blue ones", "value_missing"),
        ("gb", f"{SEEDS[0][1]} ; English: I'd like  two Roses", "copied_example"),
        ("tb", "(SHOP (POT (COUNT ein ) (COLOUR rot ) ) ) ; German: ein rot", "skeleton_changed"),
        ("tb", "(SHOP (PLANT (COUNT ein ) ) ) ; German: ein topf", "skeleton_changed"),
        ("tb", "(SHOP (POT (COUNT a ) ) ) ; German: a pot", "copied_example"),
        ("ts", "einen topf", "value_missing"),
        ("ts", GERMAN[0], "value_missing"),
    ],
)
def test_rejects(strategy, completion, reason):
    made = answer(strategy, completion)
    assert isinstance(made, Reject), made
    assert (made.reason, made.text) == (reason, completion)
    assert made.detail


def test_children_of_a_translated_parse_may_change_places():
    request = replace(REQUESTS["tb"], source=ROWS[1])
    completion = "(SHOP (PLANT (KIND farn ) (COUNT ein ) (HEIGHT hoher ) ) ) ; German: ein hoher farn"
    assert PROMPT.parse(completion, request, SCHEMA).text == "ein hoher farn"


def test_synonyms_count_if_wanted():
    assert ClaspPrompt({"six": ["6"]}).parse("6 irises", REQUESTS["rs"], SCHEMA).text == "6 irises"
    assert PROMPT.parse("6 irises", REQUESTS["rs"], SCHEMA).reason == "value_missing"


def test_values_with_gaps_are_for_square_brackets():
    schema = ParseSchema.from_trees([read_parse("[IN:A [SL:B x ] ]")], SQUARE)
    request = ClaspRequest("rs", parse="[IN:A [SL:B geht los ] ]", locale="de-DE")
    assert PROMPT.parse("wann geht es los", request, schema).text == "wann geht es los"


def test_labels_that_differ_in_case_alone_stay_apart():
    schema = ParseSchema.from_trees([read_parse("(A (b x ) (B y ) )")])
    made = PROMPT.parse("(A (b x ) ) ; English: see x", ClaspRequest("gb"), schema)
    assert made.parse == "(A (b x ) )"


# Properties

labels = st.sampled_from(["A", "b", "IN:X", "SL:Y", "ORDER"])
words = tokens.filter(lambda token: not set("()[]") & set(token))


def leaf(label, children):
    return Tree(label, tuple(children))


trees = st.recursive(
    st.builds(leaf, labels, st.lists(words, min_size=1, max_size=3)),
    lambda inner: st.builds(leaf, labels, st.lists(inner, min_size=1, max_size=3)),
    max_leaves=6,
)


@st.composite
def parsed_rows(draw, brackets=ROUND, locale="en-US"):
    """Rows whose text holds all values of the parse, among other words."""
    tree = draw(trees)
    text = " ".join(f"{leaf.value} {draw(words)}" for leaf in tree.leaves())
    row = Utterance(tuple(text.split()), (), tree.label, locale, parse=write_parse(tree, brackets))
    assume(can_show(row) and not find_values(text, tree))
    return row


@given(st.data(), st.sampled_from(sorted(STRATEGIES)), st.sampled_from(KINDS))
def test_what_can_be_shown_is_read_back(data, strategy, brackets):
    translating = strategy in ("ts", "tb")
    target = data.draw(parsed_rows(brackets, "de-DE" if translating else "en-US"))
    source = replace(target, tokens=("source", *target.tokens), locale="en-US") if translating else None
    request = ClaspRequest(strategy, (), target.parse if strategy in ("rs", "ts") else "", source, target.locale)
    schema = ParseSchema.from_trees([read_parse(target.parse)], brackets)
    wanted = replace(target, parse=target.parse)
    assert PROMPT.parse(PROMPT.render_target(target, request), request, schema) == wanted
    again = PROMPT.render(replace(request, examples=(Example(target, source),))).text
    assert PROMPT.render_target(target, request) in again


@given(completions, st.sampled_from(sorted(STRATEGIES)))
def test_no_completion_is_a_crash(completion, strategy):
    made = answer(strategy, completion)
    if isinstance(made, Utterance):
        assert not find_values(made.text, read_parse(made.parse))


def test_skeletons_have_no_words():
    tree = find_skeleton(read_parse("(A x (B y ) (C (D z ) ) )"))
    assert [node.children for node in tree.walk() if node.words] == []
    assert [node.label for node in tree.walk()] == ["A", "B", "C", "D"]
