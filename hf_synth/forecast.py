"""What a run will ask of its teacher, and what that may cost, before anything is called."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from statistics import fmean

from hf_synth.builders.catalogue import Catalogue
from hf_synth.builders.clasp_generation import ClaspSettings
from hf_synth.builders.clasp_plan import plan_parse
from hf_synth.builders.clasp_rows import SLOTTED, make_task
from hf_synth.builders.class_generation import ClassSettings
from hf_synth.builders.class_plan import plan_texts
from hf_synth.builders.class_targets import count_wanted, settle_classes
from hf_synth.builders.classification import list_tasks
from hf_synth.builders.generation import GenerationSettings
from hf_synth.builders.linguist import group_seeds
from hf_synth.builders.plan import plan_request
from hf_synth.cells import Cell, make_cells
from hf_synth.generation import Prompt, Spent
from hf_synth.language_rows import localise_seeds
from hf_synth.mixing import count_allowed
from hf_synth.prompts.clasp_slots import choose_prompt
from hf_synth.prompts.classification import ClassificationPrompt
from hf_synth.prompts.linguist import LinguistPrompt
from hf_synth.recipe import Recipe
from hf_synth.recipes import TeacherRecipe, check_teacher
from hf_synth.semantic_parsing.cells import make_parse_cells
from hf_synth.semantic_parsing.languages import split_locale
from hf_synth.semantic_parsing.recipe import ParseRecipe
from hf_synth.teachers.address import is_address
from hf_synth.teachers.budget import estimate_tokens, tell_spent
from hf_synth.teachers.journal import FILE, read_spent
from hf_synth.teachers.loading import shipped_teachers

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


def forecast(recipe: TeacherRecipe, out: Path) -> Forecast:
    """Count what a run asks for; nothing is called and nothing is written.

    Args:
        recipe: What would be run.
        out: The run folder, which may hold an unfinished run.

    Returns:
        The forecast; tokens are estimated from the length of the prompts.

    Raises:
        ConfigError: The arms of the recipe need no teacher.
    """
    check_teacher(recipe)
    texts = recipe.task == "text_classification"
    settings = _find_settings(recipe)
    parts = list(_ask(recipe))
    rows, asked = sum(part.rows for part in parts), sum(part.completions for part in parts)
    tokens = sum(part.completions * fmean(map(estimate_tokens, part.prompts)) for part in parts)
    together = not texts and recipe.teacher.endpoint.together and is_address(recipe.teacher.name)
    each = recipe.generation.draws_per_prompt if together else 1
    draws = (asked, int(asked * settings.max_completions))
    bounds = [
        Spent(-(-count // each), 0, round(tokens * count / asked / each), count * settings.sampling.max_new_tokens)
        for count in draws
    ]
    return Forecast(rows, bounds[0], bounds[1], draws, parts[0].prompts[0], read_spent(out / FILE))


def tell_forecast(made: Forecast, recipe: TeacherRecipe) -> str:
    """Say a forecast in words.

    Args:
        made: The forecast.
        recipe: The recipe, for its prices and bounds.

    Returns:
        Lines of text, the first prompt last.
    """
    budget, most = recipe.teacher.budget, _find_settings(recipe).max_completions
    lines = [
        f"Rows     {made.rows:,} wanted of {recipe.teacher.name}",
        f"Asked    {made.draws[0]:,} completions if all are kept, at most {made.draws[1]:,} ({most:g} times as many)",
        f"Prompts  {made.least.requests:,} to {made.most.requests:,}, a request each; more if a server ignores `n`",
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


@dataclass(frozen=True)
class Part:
    """What is asked for one class: rows wanted, completions if all are kept, and its first prompts."""

    rows: int
    completions: int
    prompts: list[str]


def _find_settings(recipe: TeacherRecipe) -> GenerationSettings | ClassSettings | ClaspSettings:
    if isinstance(recipe, ParseRecipe):
        return recipe.generation
    return recipe.classification if recipe.task == "text_classification" else recipe.generation


def _ask(recipe: TeacherRecipe) -> Iterator[Part]:
    """What is asked for in all cells."""
    if isinstance(recipe, ParseRecipe):
        for cell in make_parse_cells(recipe):
            yield from _ask_parses(recipe, cell)
        return
    for cell in make_cells(recipe):
        yield from (_ask_texts if recipe.task == "text_classification" else _ask_utterances)(recipe, cell)


def _ask_parses(recipe: ParseRecipe, cell: Cell) -> Iterator[Part]:
    settings, catalogue, languages = recipe.generation, recipe.data.catalogue, recipe.languages
    if languages is None:
        entities = catalogue.read().entities if catalogue else {}
        tasks = [make_task(cell.human, {label: list(found) for label, found in entities.items()})]
    else:  # values are counted as they are: to translate them would take a model
        parts = [(*split_locale(cell.human, locale, languages.known), locale) for locale in sorted(languages.known)]
        tasks = [make_task(human, None, sources, locale) for human, sources, locale in parts]
    # A teacher that runs here is not loaded: a shipped one is asked for texts around slots.
    taught = SLOTTED if recipe.teacher.name in shipped_teachers() else ""
    for task, strategy in product(tasks, settings.plan.strategies):
        count = min(-(-settings.rows // settings.draws_per_prompt), SAMPLE)
        plans = [plan_parse(number, strategy, task, settings.plan) for number in range(count)]
        prompt = choose_prompt(strategy, taught)
        prompts = [_read_as(prompt.render(plan.request), recipe) for plan in plans]
        yield Part(settings.rows, settings.rows, prompts)


def _ask_utterances(recipe: Recipe, cell: Cell) -> Iterator[Part]:
    settings = recipe.generation
    # In a new language, values are counted as they are: to translate them would take a model.
    asked = localise_seeds(cell.human, recipe.new_language, {}) if recipe.new_language else None
    catalogue = Catalogue.from_utterances(asked or cell.human.train)
    for examples in (settings.plan.examples, *([0] if "linguist_zero_shot" in recipe.arms else [])):
        plan, wanted = replace(settings.plan, examples=examples), settings.asked(examples > 0).rows_per_intent
        for seeds, shown in zip(*group_seeds(cell.human, asked), strict=True):
            count = min(-(-wanted // settings.draws_per_prompt), SAMPLE)
            requests = [plan_request(number, seeds, catalogue, plan, shown).request for number in range(count)]
            yield Part(wanted, wanted, [_read_as(LinguistPrompt().render(request), recipe) for request in requests])


def _ask_texts(recipe: Recipe, cell: Cell) -> Iterator[Part]:
    settings, human = recipe.classification, cell.human
    classes = settle_classes(recipe.classes, {utterance.intent for utterance in human.train})
    wanted = count_wanted(human, settings, count_allowed(recipe.mixing, len(human.train)))
    for task, rows in list_tasks(human, classes, settings, wanted):
        texts = min(settings.texts_per_prompt, rows)
        if rows:
            count = -(-rows // texts)
            requests = [plan_texts(n, texts, task, settings.plan).request for n in range(min(count, SAMPLE))]
            prompts = [_read_as(ClassificationPrompt().render(request), recipe) for request in requests]
            yield Part(rows, count, prompts)


def _read_as(prompt: Prompt, recipe: TeacherRecipe) -> str:
    return recipe.teacher.endpoint.read(prompt) if is_address(recipe.teacher.name) else prompt.text
