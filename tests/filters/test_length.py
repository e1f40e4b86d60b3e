import pytest
from small import human_row

from hf_synth.errors import ConfigError
from hf_synth.filters.length import LengthFilter


def verdicts(filter_, counts, reference=()):
    rows, known = [human_row("w " * count) for count in counts], [human_row("w " * count) for count in reference]
    return filter_(rows, known)


def reasons(*arguments):
    return [verdict.reason for verdict in verdicts(*arguments)]


def test_bounds_are_within():
    assert reasons(LengthFilter(2, 4), [1, 2, 4, 5]) == ["too_short", "", "", "too_long"]


def test_bounds_come_from_the_reference():
    assert reasons(LengthFilter(), [2, 3, 12, 13], [6, 8]) == ["too_short", "", "", "too_long"]
    assert reasons(LengthFilter(), [1, 2], [1]) == ["", "too_long"]


def test_one_bound_given():
    assert reasons(LengthFilter(longest=2), [1, 2, 3], [4]) == ["too_short", "", "too_long"]
    assert reasons(LengthFilter(shortest=1), [1, 6, 7], [4]) == ["", "", "too_long"]


def test_without_a_reference_anything_goes():
    assert reasons(LengthFilter(), [1, 500]) == ["", ""]


def test_the_score_is_the_length():
    (verdict,) = verdicts(LengthFilter(1, 2), [7])
    assert (verdict.score, verdict.detail) == (7, "7 words, at most 2 wanted")


def test_bounds_that_leave_nothing():
    with pytest.raises(ConfigError, match="shortest 3 is above longest 2"):
        LengthFilter(3, 2)


def test_percentiles_of_the_reference():
    reference = [1, *[10] * 48, 11, 99]
    assert reasons(LengthFilter(percentiles=(4, 98)), [1, 9, 10, 11, 12, 99], reference) == [
        "too_short",
        "too_short",
        "",
        "",
        "too_long",
        "too_long",
    ]
    assert reasons(LengthFilter(shortest=1, percentiles=(4, 98)), [1, 99], reference) == ["", "too_long"]
    assert reasons(LengthFilter(percentiles=(0, 100)), [1, 99, 100], reference) == ["", "", "too_long"]


@pytest.mark.parametrize("percentiles", [(-1, 50), (60, 50), (1, 101)])
def test_percentiles_out_of_range(percentiles):
    with pytest.raises(ConfigError, match="percentiles"):
        LengthFilter(percentiles=percentiles)
