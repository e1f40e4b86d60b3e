import math
import statistics

import pytest

from hf_synth.intervals import summarise, t_interval, t_quantile, wilson_interval


@pytest.mark.parametrize(
    ("freedom", "wanted"),
    [(1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (9, 2.2622), (20, 2.0860), (41, 2.0195), (1000, 1.9623)],
)
def test_quantiles_are_those_of_the_printed_tables(freedom, wanted):
    assert t_quantile(freedom) == pytest.approx(wanted, abs=1e-4)


def test_another_level():
    assert t_quantile(10, 0.99) == pytest.approx(3.1693, abs=1e-4)


def test_interval():
    values = [0.1, 0.2, 0.6]
    low, high = t_interval(values)
    reach = 4.302653 * statistics.stdev(values) / math.sqrt(3)
    assert (low, high) == (pytest.approx(0.3 - reach), pytest.approx(0.3 + reach))


def test_one_value_has_no_interval_and_no_spread():
    assert t_interval([0.3]) is None
    assert summarise([0.3]) == {"mean": 0.3, "std": 0.0}


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        # Newcombe (1998), table I: the score method.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
    ],
)
def test_wilson_intervals_of_the_literature(hits, count, low, high):
    assert wilson_interval(hits, count) == pytest.approx((low, high), abs=5e-5)
