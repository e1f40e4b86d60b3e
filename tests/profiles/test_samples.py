from hf_synth.profiles.samples import EXAMPLES, draw_examples, draw_human

from .beside import human_rows, made_row, made_rows


def test_human_rows_of_classes_with_made_rows_come_first():
    made = [made_row("ring at [time : ten] now")]
    for size in (6, 8, 100):
        drawn = draw_human(human_rows(), made, size, seed=0)
        assert len(drawn) == min(size, 18)
        assert {row.utterance.intent for row in drawn[:6]} == {"set_alarm"}
        assert len(set(drawn)) == len(drawn)
    assert len(draw_human(human_rows(), made, 4, seed=0)) == 4


def test_without_made_rows_all_classes_have_their_share():
    intents = [row.utterance.intent for row in draw_human(human_rows(), [], 6, seed=0)]
    assert {intent: intents.count(intent) for intent in intents} == dict.fromkeys(intents, 2)


def test_twenty_rows_of_each_origin_with_their_slots():
    made = [*made_rows() * 3, *made_rows(origin="augmented", method="swap@1")]
    samples = draw_examples([*human_rows(), *made], seed=0)
    assert {origin: len(rows) for origin, rows in samples.items()} == {"human": 18, "augmented": 12, "synthetic": 20}
    assert EXAMPLES == 20
    assert {"class": "set_alarm", "method": "swap@1", "text": "alarm at [time : ten]"} in samples["augmented"]
    counts = [sum(row["class"] == label for row in samples["synthetic"]) for label in ("set_alarm", "play_music")]
    assert all(6 <= count <= 7 for count in counts), "each class has its share"
