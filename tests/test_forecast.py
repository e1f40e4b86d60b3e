import pytest
from endpoint_server import EndpointServer
from small import snapshot, write_recipe

from hf_synth.errors import ConfigError
from hf_synth.experiment import Run
from hf_synth.forecast import forecast, tell_forecast
from hf_synth.recipe import load_recipe


def some_recipe(tmp_path, *assignments, **changes):
    return load_recipe(write_recipe(tmp_path / "small", **changes), assignments)


def test_bounds_hold(tmp_path):
    with EndpointServer() as server:
        recipe = some_recipe(
            tmp_path, f"teacher.name={server.url}#m", "teacher.budget.prompt_price=1", "generation.max_completions=8"
        )
        made = forecast(recipe, tmp_path / "out")
        assert not server.requests, "nothing is called"
        Run(recipe, tmp_path / "out").build()
        asked = [body["messages"][0]["content"] for body, _, _ in server.requests]
    assert made.rows == 24
    assert made.draws == (24, 192)
    assert made.prompt in asked
    assert made.least.requests <= len(asked) <= made.most.requests
    again = forecast(recipe, tmp_path / "out")
    assert again.spent.requests == len(asked)
    assert f"So far   {len(asked)} requests" in tell_forecast(again, recipe)


def test_words(tmp_path):
    recipe = some_recipe(
        tmp_path,
        "teacher.name=http://localhost:1/v1#m",
        "teacher.budget={max_requests: 5000, prompt_price: 10, completion_price: 20}",
    )
    before = snapshot(tmp_path)
    told = tell_forecast(forecast(recipe, tmp_path / "out"), recipe)
    assert snapshot(tmp_path) == before
    assert "24 wanted of http://localhost:1/v1#m" in told
    assert "Prompts  12 to 60, a request each" in told
    assert "max_requests 5,000" in told
    made = forecast(recipe, tmp_path)
    cost = (made.least.prompt_tokens * 10 + made.least.completion_tokens * 20) / 1_000_000
    assert f"about {cost:.4g} to" in told
    assert told.endswith(made.prompt)


def test_zero_shot_is_counted_too(tmp_path):
    recipe = some_recipe(tmp_path, arms=["upsampled", "linguist", "linguist_zero_shot"])
    assert forecast(recipe, tmp_path).rows == 48


def test_nothing_to_ask(tmp_path):
    recipe = some_recipe(tmp_path, transforms={"random_swap": {}}, arms=["upsampled", "random_swap"])
    with pytest.raises(ConfigError, match="need no teacher"):
        forecast(recipe, tmp_path)
