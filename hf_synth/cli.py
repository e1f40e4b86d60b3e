"""The command line: `hf-synth run`, `build`, `teach`, `card`, `review`, `push`, `list`."""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hf_synth.errors import HfSynthError

if TYPE_CHECKING:
    from hf_synth.arm_run import ArmRun

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Turn a handful of labelled examples into a training set, and measure what it is worth.",
)
RecipeArgument = Annotated[str, typer.Argument(help="Folder of a recipe, or its YAML file.")]
Overrides = Annotated[list[str] | None, typer.Argument(help="Overrides such as students.epochs=2.")]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Say what would be asked of the teacher and what it may cost; call nothing.")
]
OutOption = Annotated[Path, typer.Option("--out", help="Run folder; an unfinished run in it is resumed.")]


@app.command()
def run(
    recipe: RecipeArgument,
    overrides: Overrides = None,
    out: OutOption = Path("runs/latest"),
    dry_run: DryRunOption = False,
) -> None:
    """From seeds to a dataset, students and a report."""
    from hf_synth.recipes import load_run_recipe, open_run
    from hf_synth.report import format_table

    if dry_run:
        return _forecast(recipe, overrides, out)
    work = open_run(load_run_recipe(recipe, overrides or []), out)
    report = work.report()
    typer.echo("\n" + format_table(report))
    datasets = work.dataset_folders()
    if not datasets:
        typer.echo(f"\nRows     {out}/{work.rows}")
        typer.echo(f"Report   {out / 'report.html'}")
        return
    made = report["generation"]
    rates = [round(made[key] / max(made["seconds"], 0.01), 1) for key in ("prompts", "completions", "accepted")]
    typer.echo(
        f"\nTeacher  {made['prompts']} prompts, {made['completions']} completions, {made['accepted']} accepted, "
        f"{sum(made['rejected'].values())} rejected in {made['seconds']} s ({rates[0]}, {rates[1]}, {rates[2]} and "
        f"{round(sum(made['rejected'].values()) / max(made['seconds'], 0.01), 1)} a second)"
    )
    _tell_spent(work)
    typer.echo(f"Dataset  {datasets[0]}" + (f" and {len(datasets) - 1} more" if len(datasets) > 1 else ""))
    typer.echo(f"Report   {out / 'report.html'}")
    typer.echo(f"Next     python -c \"from datasets import load_dataset; print(load_dataset('{datasets[0]}'))\"")


@app.command()
def build(
    recipe: RecipeArgument,
    overrides: Overrides = None,
    out: OutOption = Path("runs/latest"),
    dry_run: DryRunOption = False,
) -> None:
    """From seeds to a dataset, without students."""
    from hf_synth.recipes import load_run_recipe, open_run

    if dry_run:
        return _forecast(recipe, overrides, out)
    work = open_run(load_run_recipe(recipe, overrides or []), out)
    for folder, built in zip(work.dataset_folders(), work.build(), strict=True):
        typer.echo(f"Dataset  {folder}: " + ", ".join(f"{len(rows)} {name}" for name, rows in built.splits.items()))
    _tell_spent(work)
    typer.echo(f"Next     hf-synth run {recipe} --out {out}")


@app.command()
def teach(recipe: RecipeArgument, overrides: Overrides = None, out: OutOption = Path("runs/teacher")) -> None:
    """Fine-tune a teacher on annotated data, or translation models or an encoder on sentence pairs."""
    from hf_synth.distillation.recipe import EncoderRecipe
    from hf_synth.semantic_parsing.base import ParserRecipe, teach_parser
    from hf_synth.semantic_parsing.teaching import ClaspTeachRecipe, teach_parses
    from hf_synth.teach_recipe import load_teach_recipe
    from hf_synth.teaching import teach as teach_model
    from hf_synth.translation.training import TranslationRecipe, teach_translation

    settings = load_teach_recipe(recipe, overrides or [])
    if isinstance(settings, TranslationRecipe):
        for way, scores in teach_translation(settings, out).items():
            told = ", ".join(f"{name} {scores[name]}" for name in ("held_out", "bleu", "chrf", "seconds"))
            typer.echo(f"{way}    {out / way} ({told})")
        models = f"{out}/{{source}}-{{target}}"
        typer.echo(f"Next     BackTranslation(models={models!r}, pivots=({settings.languages[1]!r},))")
        return
    if isinstance(settings, EncoderRecipe):
        from hf_synth.distillation.training import teach_encoder

        learnt = teach_encoder(settings, out)
        for way, share in learnt["after"].items():
            typer.echo(f"{way}    {share:.1%} of translations found, {learnt['before'][way]:.1%} before")
        typer.echo(f"Next     hf-synth run RECIPE students.encoder={out / 'model'}")
        return
    if isinstance(settings, ParserRecipe):
        learnt = teach_parser(settings, out)
        typer.echo(f"Parser   {out / 'model'} ({learnt['rows']} rows, loss {learnt['loss']})")
        typer.echo(f"Next     hf-synth run RECIPE students.base={out / 'model'}")
        return
    result = teach_parses(settings, out) if isinstance(settings, ClaspTeachRecipe) else teach_model(settings, out)
    typer.echo(f"Teacher  {out / 'model'} ({result['steps']} steps, loss {result['loss']}, {result['seconds']} s)")
    typer.echo(f"Next     hf-synth run RECIPE teacher.name={out / 'model'}")


@app.command()
def card(
    place: Annotated[Path, typer.Argument(help="A dataset folder, a run folder, or a manifest.")],
    license: Annotated[str | None, typer.Option(help="Licence of the human rows, such as cc-by-4.0.")] = None,
    teacher_license: Annotated[str | None, typer.Option(help="Licence of the teacher.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="Where the human rows come from; may be repeated.")] = None,
) -> None:
    """Render dataset cards again from their manifests, and add facts to both."""
    from hf_synth.cards.dataset import find_manifests
    from hf_synth.dataset_facts import update_dataset
    from hf_synth.recipe_settings import CardSettings

    facts = CardSettings(license, tuple(source or ()), teacher_license)
    for file in find_manifests(place):
        typer.echo(f"Card     {update_dataset(file, facts)}")


@app.command()
def review(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run with one dataset, or of a dataset.")],
    terminal: Annotated[bool, typer.Option("--terminal", help="Judge here instead of in the browser.")] = False,
    reviewer: Annotated[str, typer.Option(help="Name of the person; it is published with the dataset.")] = "reviewer",
    rows: Annotated[int, typer.Option(help="Made rows to judge; all if there are no more.")] = 100,
    seed: Annotated[int, typer.Option(help="Of the draw of these rows; the same for all reviewers.")] = 0,
    port: Annotated[int, typer.Option(help="Port of the page; 0 takes one that is free.", min=0, max=65535)] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Say where the page is, and open nothing.")] = False,
) -> None:
    """Judge a sample of the made rows, one at a time; goes on where you left."""
    from hf_synth.review.outcome import tell_outcome
    from hf_synth.review.page import judge_in_browser
    from hf_synth.review.session import Session
    from hf_synth.review.terminal import judge_in_terminal

    session = Session(folder, reviewer, rows, seed)
    if terminal:
        judge_in_terminal(session)
    else:
        judge_in_browser(session, port, open_browser=not no_browser)
    outcome, count = session.finish(), len(session.items)
    if session.judged < count:
        typer.echo(f"Judged   {session.judged} of {count} rows by {reviewer}; all of it is in {session.file}")
    for line in tell_outcome(outcome) if outcome else ():
        typer.echo(f"Review   {line}")
    if session.judged < count:
        typer.echo("Next     the same command goes on")
    elif outcome and not outcome.passed:
        typer.echo(f"Next     read the notes in {session.folder}, mend the recipe and build again")
    else:
        typer.echo(f"Next     hf-synth push {folder} USER/NAME --dry-run")


@app.command()
def push(
    folder: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of a run with one dataset, or of a dataset.")],
    repo: Annotated[str, typer.Argument(metavar="REPO", help="user/name on the Hub; made if it is not there.")],
    config: Annotated[str, typer.Option(help="Config of the repo that the rows become.")] = "default",
    branch: Annotated[str, typer.Option(help="Branch to write to; made if it is not there.")] = "main",
    private: Annotated[bool, typer.Option("--private", help="Make a new repo private.")] = False,
    rejects: Annotated[bool, typer.Option("--rejects", help="Publish what was rejected, too.")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="Replace what hf-synth did not write.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Publish a dataset on the Hugging Face Hub, in one commit."""
    from hf_synth.hub.push import push_to_hub

    done = push_to_hub(
        folder,
        repo,
        config_name=config,
        private=private,
        rejects=rejects,
        branch=branch,
        replace=replace,
        dry_run=dry_run,
    )
    for path, size in done.uploaded.items():
        typer.echo(f"upload     {path} ({size:,} bytes)")
    for what, paths in (("delete", done.deleted), ("unchanged", done.unchanged)):
        for path in paths:
            typer.echo(f"{what:10} {path}")
    typer.echo(f"\nReview   {done.review}")
    if dry_run:
        if done.unread:
            typer.echo(f"Unread   {done.unread}: what stands there is not known")
        for reason in done.refusals:
            typer.echo(f"Refused  {reason}")
        typer.echo(
            f"Dry run  nothing was written to {done.url}" + (", which is not there yet" if done.created else "")
        )
        raise typer.Exit(2 if done.refusals else 0)
    typer.echo(f"Dataset  {done.url} ({f'commit {done.commit[:8]}' if done.commit else 'nothing has changed'})")
    chosen = (repr(repo), *([repr(config)] if config != "default" else []))
    revision = f", revision={branch!r}" if branch != "main" else ""
    call = f"load_dataset({', '.join(chosen)}{revision})"
    typer.echo(f'Next     python -c "from datasets import load_dataset; print({call})"')


@app.command(name="list")
def list_parts() -> None:
    """Name the parts that recipes can use, with their versions."""
    from hf_synth.registry import find, parts
    from hf_synth.teachers.loading import shipped_teachers
    from hf_synth.translation.models import SHIPPED, shipped_pairs

    for kind, name in sorted(parts()):
        try:
            version = getattr(find(kind, name), "version", None)
        except ImportError as error:  # an extra, or what a plugin needs
            typer.echo(f"{kind:10} {name} (cannot be imported: {error})")
            continue
        typer.echo(f"{kind:10} {name}" + (f"@{version}" if version else ""))
    for name in [*shipped_teachers(), "scripted"]:
        typer.echo(f"{'teacher':10} {name}")
    for source, target in shipped_pairs():
        typer.echo(f"{'translator':10} {SHIPPED.format(source=source, target=target)}")


def _forecast(recipe: str, overrides: list[str] | None, out: Path) -> None:
    from hf_synth.forecast import forecast, tell_forecast
    from hf_synth.recipes import check_teacher, load_run_recipe

    settings = check_teacher(load_run_recipe(recipe, overrides or []))
    typer.echo(tell_forecast(forecast(settings, out), settings))


def _tell_spent(work: ArmRun[Any, Any]) -> None:
    from hf_synth.teachers.budget import tell_spent

    spent = work.spent
    if spent.requests:
        typer.echo(f"Spent    {tell_spent(spent, work.recipe.teacher.budget)}, over all sessions of this run")


def main() -> None:
    """Run the command line: exit code 0 when done, 2 when the user must change something, 1 for a defect of ours."""
    # Our own bars say what is going on; those of the loaders below would bury them.
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers")
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        app(standalone_mode=True)
    except HfSynthError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(2)
    except SystemExit as end:
        if end.code == 130:  # what typer makes of Ctrl-C
            typer.echo("interrupted; run the same command again to go on", err=True)
        raise
    except Exception:
        traceback.print_exc()
        typer.echo("\nThis is a defect of hf-synth. Please report it with the lines above.", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
