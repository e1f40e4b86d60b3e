from small import human_row

from hf_synth.filters.held_out import HeldOutFilter

HELD_OUT = HeldOutFilter.from_utterances(
    [human_row(text).utterance for text in ("will it rain", "rain in [city : rome]")]
)


def reasons(*texts):
    return [verdict.reason for verdict in HELD_OUT([human_row(text) for text in texts], [])]


def test_case_spaces_and_tags_do_not_count():
    assert reasons("Will it  RAIN", "[x : rain in] rome", "will it rain today") == ["held_out", "held_out", ""]


def test_the_order_of_what_is_held_out_does_not_count():
    rows = [human_row(text).utterance for text in ("b", "a", "A")]
    assert (
        HeldOutFilter.from_utterances(rows) == HeldOutFilter.from_utterances(rows[::-1]) == HeldOutFilter(("a", "b"))
    )


def test_nothing_held_out():
    assert [verdict.keep for verdict in HeldOutFilter()([human_row("a")], [])] == [True]


def test_fit_adds_the_held_out_rows():
    fitted = HELD_OUT.fit([human_row("a human row")], [human_row("Snow today"), human_row("will it rain")])
    assert fitted.texts == ("rain in rome", "snow today", "will it rain")
    assert HELD_OUT.texts == ("rain in rome", "will it rain")
