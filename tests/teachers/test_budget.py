import pytest

from hf_synth.errors import ConfigError
from hf_synth.generation import Spent
from hf_synth.teachers.budget import Budget, BudgetSettings, estimate_tokens, tell_spent

PRICED = BudgetSettings(max_cost=1.0, prompt_price=1.0, completion_price=3.0)


@pytest.mark.parametrize(
    ("settings", "fits", "passes"),
    [
        (BudgetSettings(max_requests=2), Spent(2), Spent(3)),
        (BudgetSettings(max_tokens=10), Spent(1, 0, 4, 6), Spent(1, 0, 4, 7)),
        (PRICED, Spent(1, 0, 250_000, 250_000), Spent(1, 0, 250_000, 250_001)),
    ],
)
def test_a_bound_may_be_reached_and_not_passed(settings, fits, passes):
    assert Budget(settings).reserve(fits)
    assert not Budget(settings).reserve(passes)
    assert not Budget(settings, spent=fits).reserve(Spent(1, 0, 1, 1))


def test_no_bound():
    assert Budget(BudgetSettings()).reserve(Spent(10**9, 0, 10**12, 10**12))


def test_what_was_set_aside_comes_back():
    budget = Budget(BudgetSettings(max_tokens=100))
    assert budget.reserve(Spent(1, 0, 10, 90))
    assert not budget.reserve(Spent(1, 0, 10, 1))
    budget.settle(Spent(1, 0, 10, 90), Spent(1, 0, 12, 8))
    assert budget.spent == Spent(1, 0, 12, 8)
    assert budget.reserved == Spent()
    assert budget.reserve(Spent(1, 0, 10, 70))
    assert not budget.reserve(Spent(1, 0, 1, 0))


@pytest.mark.parametrize("name", ["max_requests", "max_tokens", "max_cost", "prompt_price", "completion_price"])
def test_negative_values(name):
    with pytest.raises(ConfigError, match=f"teacher.budget.{name}"):
        BudgetSettings(**{name: -1})


def test_words():
    assert tell_spent(Spent(3, 1, 500_000, 100_000), PRICED).endswith("cost 0.8")
    assert "cost" not in tell_spent(Spent(3), BudgetSettings())


def test_tokens_of_other_scripts_are_not_underestimated():
    assert estimate_tokens("") == 0
    assert estimate_tokens("क्या मौसम ठीक है") > estimate_tokens("is the weather ok")
    assert estimate_tokens("\ud800") == 1
