"""CLASP's validity filter and prompts on PIZZA and mTOP: what people wrote must pass."""

import pytest
from datasets import load_dataset

from hf_synth.builders.clasp_rows import collect_schema
from hf_synth.generation import Reject
from hf_synth.parses.catalogue import read_catalogue
from hf_synth.parses.swapping import resample_row
from hf_synth.parses.tree import SQUARE, find_brackets, read_parse, write_parse
from hf_synth.parses.values import find_values
from hf_synth.prompts.clasp import ClaspPrompt, ClaspRequest, Example, can_show
from hf_synth.schema import Utterance
from hf_synth.seeding import rng
from hf_synth.sources import Source

from .test_parses import LABELS, LANGUAGES

pytestmark = pytest.mark.real_data


def read(data, folder, split, text="text", parse="logical_form", locale="en"):
    rows = load_dataset(str(data / folder), split=split)
    return [
        Utterance(
            tuple(row[text].split()),
            (),
            (tree := read_parse(row[parse])).label,
            locale,
            row.get("id") or str(number),
            write_parse(tree, find_brackets(row[parse])),
        )
        for number, row in enumerate(rows)
    ]


def find_failures(rows):
    return [
        row for row in rows if find_values(row.text, read_parse(row.parse), gaps=find_brackets(row.parse) == SQUARE)
    ]


@pytest.mark.parametrize("split", ["train", "validation", "test"])
@pytest.mark.parametrize(
    ("folder", "columns"), [("pizza", ("src", "top_decoupled")), ("mtop_en", ("text", "logical_form"))]
)
def test_values_of_human_rows_stand_in_their_texts(data, folder, columns, split):
    assert find_failures(read(data, folder, split, *columns)) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_of_other_languages_stand_in_their_texts(data, language):
    """One Thai row has a character of no width in two values, and once in its text."""
    rows = [row for split in ("validation", "test") for row in read(data, f"mtop_multilingual/{language}", split)]
    assert len(rows) == 2096
    assert len(find_failures(rows)) == (language == "th")


@pytest.mark.parametrize("language", ["de", "es", "fr", "hi"])
@pytest.mark.parametrize("strategy", ["ts", "tb"])
def test_human_translations_are_perfect_answers(data, language, strategy):
    foreign = read(data, f"mtop_multilingual/{language}", "validation", locale=language)
    english = {row.seed_id: row for row in read(data, "mtop_multilingual/en", "validation")}
    pairs = [(row, english[row.seed_id]) for row in foreign if can_show(row) and can_show(english[row.seed_id])]
    assert len(pairs) > 0.995 * len(foreign)
    schema, prompt = collect_schema([*foreign, *english.values()]), ClaspPrompt()
    example, rejects = Example(*pairs[0]), []
    for row, source in pairs[1:]:
        request = ClaspRequest(strategy, (example,), row.parse if strategy == "ts" else "", source, language)
        made = prompt.parse(prompt.render_target(row, request), request, schema)
        if isinstance(made, Reject):
            rejects.append(made.reason)
        else:
            assert (made.text, made.parse) == (row.text, row.parse)
    # Three Spanish texts have no word for `I`, which is a slot of the English ones.
    assert rejects == ["skeleton_changed"] * (3 if (language, strategy) == ("es", "tb") else 0)


def test_values_of_the_catalogue_go_into_human_rows(data):
    columns = {"slot": "catalog", "value": "value", "entity": "canonical"}
    source = Source(str(data / "slot_catalogs"), columns=columns, where={"source": "pizza"})
    catalogue = read_catalogue(source, LABELS, last_wins=True)
    values = {label: catalogue.values(label) for label in catalogue.entities}
    rows = read(data, "pizza", "validation", "src", "top_decoupled")
    made = [resample_row(row, values, rng(0, number), 2) for number, row in enumerate(rows)]
    assert {reject.reason for reject in made if isinstance(reject, Reject)} <= {"unclear"}
    good = [row for row in made if isinstance(row, Utterance)]
    assert len(good) > 0.95 * len(rows)
    assert find_failures(good) == []
