import pickle
from copy import deepcopy

from hypothesis import given
from small import SEEDS, human_row
from strategies import utterances

from hf_synth.builders.catalogue import Catalogue
from hf_synth.schema import Provenance, Row
from hf_synth.transforms.slot_resampling import SlotResampling

ROWS = [human_row(text, "get_weather", f"s{number}") for number, text in enumerate(SEEDS["get_weather"])]
CATALOGUE = Catalogue.from_utterances(row.utterance for row in ROWS).values


def test_values_come_from_the_catalogue_and_carriers_stay():
    transform = SlotResampling(CATALOGUE)
    for row in ROWS:
        for copy in range(20):
            made = transform.resample(row, copy).utterance
            assert [span.slot for span in made.spans] == [span.slot for span in row.utterance.spans]
            assert all(tuple(value.split()) in CATALOGUE[slot] for slot, value in made.slots)
            carriers = [
                [token for token, tag in zip(u.tokens, u.slot_tags, strict=True) if tag == "O"]
                for u in (made, row.utterance)
            ]
            assert carriers[0] == carriers[1]


def test_provenance():
    made = SlotResampling(CATALOGUE).resample(ROWS[1], 0)
    assert made.provenance == Provenance("augmented", "slot_resampling@1", "", ("s1",))
    assert made.utterance.seed_id == ""
    assert (made.utterance.intent, made.utterance.locale) == ("get_weather", "en-US")


def test_draws_depend_on_text_and_copy_alone():
    forth = [SlotResampling(CATALOGUE, seed=3).resample(row, copy) for row in ROWS for copy in range(5)]
    back = [SlotResampling(CATALOGUE, seed=3).resample(row, copy) for row in ROWS[::-1] for copy in range(4, -1, -1)]
    assert forth == back[::-1]
    assert len({made.utterance.text for made in forth}) > len(ROWS)
    assert forth != [SlotResampling(CATALOGUE, seed=4).resample(row, copy) for row in ROWS for copy in range(5)]
    assert pickle.loads(pickle.dumps(SlotResampling(CATALOGUE, seed=3))).resample(ROWS[0], 1) == forth[1]


def test_a_slot_without_values_keeps_its_own():
    assert SlotResampling({}).resample(ROWS[1], 0).utterance.text == ROWS[1].utterance.text


def test_nothing_is_changed():
    before = deepcopy((ROWS, CATALOGUE))
    SlotResampling(CATALOGUE).resample(ROWS[1], 0)
    assert (ROWS, CATALOGUE) == before


@given(utterances(), utterances())
def test_any_row_stays_aligned(first, second):
    values = Catalogue.from_utterances([first, second]).values
    made = SlotResampling(values).resample(Row.human(first), 0).utterance
    assert [span.slot for span in made.spans] == [span.slot for span in first.spans]
    assert len(made.tokens) - sum(span.end - span.start for span in made.spans) == len(first.tokens) - sum(
        span.end - span.start for span in first.spans
    )
