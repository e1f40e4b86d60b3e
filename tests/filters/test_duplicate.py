from small import human_row

from hf_synth.filters.duplicate import DuplicateFilter


def reasons(texts, reference=()):
    rows, known = [human_row(text) for text in texts], [human_row(text) for text in reference]
    return [verdict.reason for verdict in DuplicateFilter()(rows, known)]


def test_the_first_of_equals_is_kept():
    assert reasons(["rain", "snow", "rain", "rain"]) == ["", "", "duplicate", "duplicate"]


def test_case_and_spaces_do_not_count():
    assert reasons(["Will It RAIN", "straße"], ["will  it rain", "STRASSE"]) == ["duplicate"] * 2


def test_the_same_words_with_other_tags_are_a_duplicate():
    assert reasons(["rain in rome"], ["rain in [city : rome]"]) == ["duplicate"]


def test_an_intent_does_not_make_a_text_new():
    rows = [human_row("stop it", intent="a"), human_row("stop it", intent="b")]
    assert [verdict.keep for verdict in DuplicateFilter()(rows, [])] == [True, False]


def test_nothing_to_judge():
    assert reasons([]) == []
