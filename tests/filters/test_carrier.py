import pytest
from datasets import Dataset
from parsed import human_splits, read, record

from hf_synth.filters.carrier import CarrierFilter
from hf_synth.schema import Provenance, Row

HUMAN = [Row.human(row) for row in human_splits().train]
NO_TALL = ("a rose with no tall stem", "(SHOP (PLANT (COUNT a ) (KIND rose ) (NOT (HEIGHT tall ) ) ) )")
SILENT = ("a fern red", "(SHOP (PLANT (COUNT a ) (KIND fern ) (NOT (COLOUR red ) ) ) )")
MORE = [*HUMAN, Row.human(read([record(7, NO_TALL)])[0])]


def made(text, parse):
    return Row(read([record(0, (text, parse), "made")])[0], Provenance("synthetic", "clasp_rs@1"))


def reason(text, parse, human=MORE, **settings):
    return CarrierFilter(**settings)([made(text, parse)], human)[0].reason


@pytest.mark.parametrize(
    ("text", "parse", "expected"),
    [
        ("two ferns but no red", "(SHOP (PLANT (COUNT two ) (KIND ferns ) (NOT (COLOUR red ) ) ) )", ""),
        ("two ferns and red", "(SHOP (PLANT (COUNT two ) (KIND ferns ) (NOT (COLOUR red ) ) ) )", "cue_missing"),
        ("a pot but no red", "(SHOP (POT (COUNT a ) (COLOUR red ) ) )", "cue_misplaced"),
        ("five RED pots", "(SHOP (POT (COUNT five ) (COLOUR red ) ) )", ""),
        # The values stand in another order: nothing can be said.
        ("no red ones but a pot", "(SHOP (POT (COUNT a ) (COLOUR red ) ) )", ""),
    ],
)
def test_cues(text, parse, expected):
    assert reason(text, parse) == expected


def test_a_label_that_was_seen_once_is_not_marked():
    wrong = ("a pot but no red", "(SHOP (POT (COUNT a ) (COLOUR red ) ) )")
    assert reason(*wrong, human=HUMAN) == ""
    assert reason(*wrong, human=HUMAN, least=1) == "cue_misplaced"


def test_a_label_that_is_not_always_told_is_not_marked():
    silent = Row.human(read([record(8, SILENT)])[0])
    wrong = ("a pot but no red", "(SHOP (POT (COUNT a ) (COLOUR red ) ) )")
    assert reason(*wrong, human=[*MORE, silent]) == ""
    assert reason(*wrong, human=[*MORE, silent], share=0.6) == "cue_misplaced"


def test_made_rows_teach_no_cues_and_rows_without_a_parse_stay():
    taught = [Row(row.utterance, Provenance("synthetic", "clasp_rs@1")) for row in MORE]
    assert reason("a pot but no red", "(SHOP (POT (COUNT a ) (COLOUR red ) ) )", human=taught) == ""
    assert CarrierFilter()([Row.human(made("x", "(A x )").utterance)], MORE)[0].keep


def test_on_a_dataset():
    rows = [row.to_parsed() for row in (*MORE, made("a pot but no red", "(SHOP (POT (COUNT a ) (COLOUR red ) ) )"))]
    dataset = Dataset.from_list(rows)
    kept = CarrierFilter()(dataset, dataset)
    assert kept["text"] == [row.utterance.text for row in MORE]
