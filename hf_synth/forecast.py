"""What a run will ask of its teacher, and what that may cost, before anything is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from hf_synth.builders.catalogue import Catalogue
from hf_synth.builders.plan import plan_request
from hf_synth.cells import make_cells
from hf_synth.errors import ConfigError
from hf_synth.generation import Prompt, Spent
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.recipe import Recipe
from hf_synth.schema import Utterance
from hf_synth.teachers.address import is_address
from hf_synth.teachers.budget import estimate_tokens, tell_spent
from hf_synth.teachers.journal import FILE, read_spent

SAMPLE = 100


@dataclass(frozen=True)
class Forecast:
    """Bounds on what a run asks for.

    Args:
        rows: Rows wanted of the teacher.
        least: What is spent if every completion is kept and has its greatest length.
        most: What is spent if the budget of completions is used up.
        draws: Completions in either case.
        prompt: The first prompt, as the teacher reads it.
        spent: What the run folder's requests have cost so far.
    """

    rows: int
    least: Spent
    most: Spent
    draws: tuple[int, int]
    prompt: str
    spent: Spent


def forecast(recipe: Recipe, out: Path) -> Forecast:
    """Count what a run asks for; nothing is called and nothing is written.

    Args:
        recipe: What would be run.
        out: The run folder, which may hold an unfinished run.

    Returns:
        The forecast; tokens are estimated from the length of the prompts.

    Raises:
        ConfigError: The arms of the recipe need no teacher.
    """
    if not recipe.writes:
        raise ConfigError("the arms of this recipe need no teacher: nothing would be asked")
    settings = recipe.generation
    kinds = [settings.plan.examples, *([0] if "linguist_zero_shot" in recipe.arms else [])]
    rows, tokens, prompts = 0, 0.0, list[str]()
    for cell in make_cells(recipe):
        for examples in kinds:
            wanted = settings.asked(examples > 0).rows_per_intent
            for seeds in cell.human.starters.values():
                sample = _render(recipe, seeds, Catalogue.from_utterances(cell.human.train), examples, wanted)
                rows += wanted
                tokens += wanted * sum(map(estimate_tokens, sample)) / len(sample)
                prompts += sample[:1]
    together = recipe.teacher.endpoint.together and is_address(recipe.teacher.name)
    each = settings.draws_per_prompt if together else 1
    draws = (rows, int(rows * settings.max_completions))
    bounds = [
        Spent(-(-count // each), 0, round(tokens * count / rows / each), count * settings.sampling.max_new_tokens)
        for count in draws
    ]
    return Forecast(rows, bounds[0], bounds[1], draws, prompts[0], read_spent(out / FILE))


def tell_forecast(made: Forecast, recipe: Recipe) -> str:
    """Say a forecast in words.

    Args:
        made: The forecast.
        recipe: The recipe, for its prices and bounds.

    Returns:
        Lines of text, the first prompt last.
    """
    budget, most = recipe.teacher.budget, recipe.generation.max_completions
    lines = [
        f"Rows     {made.rows:,} wanted of {recipe.teacher.name}",
        f"Asked    {made.draws[0]:,} completions if all are kept, at most {made.draws[1]:,} ({most:g} a row)",
        f"         {made.least.requests:,} to {made.most.requests:,} requests",
        f"Tokens   about {made.least.prompt_tokens:,} to {made.most.prompt_tokens:,} read, "
        f"{made.least.completion_tokens:,} to {made.most.completion_tokens:,} written at most",
    ]
    if budget.prompt_price or budget.completion_price:
        least, greatest = (budget.price(spent) for spent in (made.least, made.most))
        lines.append(f"Cost     about {least:,.4g} to {greatest:,.4g}, at the prices in teacher.budget")
    else:
        lines.append("Cost     unknown: set teacher.budget.prompt_price and completion_price, for a million tokens")
    bounds = {name: getattr(budget, name) for name in ("max_requests", "max_tokens", "max_cost")}
    told = ", ".join(f"{name} {value:,}" for name, value in bounds.items() if value is not None)
    lines.append(f"Budget   {told or 'no bound'}")
    if made.spent.requests:
        lines.append(f"So far   {tell_spent(made.spent, budget)}")
    return "\n".join([*lines, "", "The first prompt:", made.prompt])


def _render(recipe: Recipe, seeds: Sequence[Utterance], catalogue: Catalogue, examples: int, wanted: int) -> list[str]:
    """The first prompts of an intent, as the teacher reads them."""
    settings = recipe.generation
    count = min(-(-wanted // settings.draws_per_prompt), SAMPLE)
    plan = replace(settings.plan, examples=examples)
    requests = [plan_request(number, seeds, catalogue, plan).request for number in range(count)]
    return [_read_as(LinguistPrompt().render(request), recipe) for request in requests]


def _read_as(prompt: Prompt, recipe: Recipe) -> str:
    return recipe.teacher.endpoint.read(prompt) if is_address(recipe.teacher.name) else prompt.text
