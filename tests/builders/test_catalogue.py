import pickle

from small import human_splits

from hf_synth.builders.catalogue import Catalogue
from hf_synth.seeding import rng

ROWS = human_splits().train


def test_distinct_values_in_a_fixed_order():
    catalogue = Catalogue.from_utterances(ROWS)
    assert list(catalogue.values) == ["artist", "city", "date", "genre", "time"]
    assert catalogue.values["genre"] == (("heavy", "metal"), ("hip", "hop"), ("jazz",))
    assert Catalogue.from_utterances(ROWS[::-1]) == catalogue
    assert Catalogue.from_utterances([*ROWS, *ROWS]) == catalogue
    assert pickle.loads(pickle.dumps(catalogue)) == catalogue


def test_draws():
    catalogue = Catalogue.from_utterances(ROWS)
    drawn = {catalogue.draw("genre", rng(0, number)) for number in range(50)}
    assert drawn == set(catalogue.values["genre"])
    assert catalogue.draw("genre", rng(0, 1)) == catalogue.draw("genre", rng(0, 1))
    assert catalogue.draw("unheard_of", rng(0)) is None


def test_empty():
    assert Catalogue.from_utterances([]).values == {}
