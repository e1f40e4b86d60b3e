"""The command line: `hf-synth run`, `build`, `teach`, `card`, `list`."""

from __future__ import annotations

import logging
import os
import sys
import traceback
import warnings
from pathlib import Path
from typing import Annotated

import typer

from hf_synth.errors import HfSynthError

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Turn a handful of labelled examples into a training set, and measure what it is worth.",
)
RecipeArgument = Annotated[str, typer.Argument(help="Folder of a recipe, or its YAML file.")]
Overrides = Annotated[list[str] | None, typer.Argument(help="Overrides such as students.epochs=2.")]
OutOption = Annotated[Path, typer.Option("--out", help="Run folder; an unfinished run in it is resumed.")]


@app.command()
def run(recipe: RecipeArgument, overrides: Overrides = None, out: OutOption = Path("runs/latest")) -> None:
    """From seeds to a dataset, students and a report."""
    from hf_synth.experiment import Run
    from hf_synth.recipe import load_recipe
    from hf_synth.report import format_table

    work = Run(load_recipe(recipe, overrides or []), out)
    report = work.report()
    typer.echo("\n" + format_table(report))
    datasets = work.dataset_folders()
    if not datasets:
        typer.echo(f"\nRows     {out}/**/arms/*.parquet")
        typer.echo(f"Report   {out / 'report.md'}")
        return
    made = report["generation"]
    rates = [round(made[key] / max(made["seconds"], 0.01), 1) for key in ("prompts", "completions", "accepted")]
    typer.echo(
        f"\nTeacher  {made['prompts']} prompts, {made['completions']} completions, {made['accepted']} accepted, "
        f"{sum(made['rejected'].values())} rejected in {made['seconds']} s ({rates[0]}, {rates[1]}, {rates[2]} and "
        f"{round(sum(made['rejected'].values()) / max(made['seconds'], 0.01), 1)} a second)"
    )
    typer.echo(f"Dataset  {datasets[0]}" + (f" and {len(datasets) - 1} more" if len(datasets) > 1 else ""))
    typer.echo(f"Report   {out / 'report.md'}")
    typer.echo(f"Next     python -c \"from datasets import load_dataset; print(load_dataset('{datasets[0]}'))\"")


@app.command()
def build(recipe: RecipeArgument, overrides: Overrides = None, out: OutOption = Path("runs/latest")) -> None:
    """From seeds to a dataset, without students."""
    from hf_synth.experiment import Run
    from hf_synth.recipe import load_recipe

    work = Run(load_recipe(recipe, overrides or []), out)
    for folder, built in zip(work.dataset_folders(), work.build(), strict=True):
        typer.echo(f"Dataset  {folder}: " + ", ".join(f"{len(rows)} {name}" for name, rows in built.splits.items()))
    typer.echo(f"Next     hf-synth run {recipe} --out {out}")


@app.command()
def teach(recipe: RecipeArgument, overrides: Overrides = None, out: OutOption = Path("runs/teacher")) -> None:
    """Fine-tune a teacher on annotated data, or small translation models on sentence pairs."""
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
    result = teach_model(settings, out)
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
    from hf_synth.recipe import CardSettings

    facts = CardSettings(license, tuple(source or ()), teacher_license)
    for file in find_manifests(place):
        typer.echo(f"Card     {update_dataset(file, facts)}")


@app.command(name="list")
def list_parts() -> None:
    """Name the parts that recipes can use, with their versions."""
    from hf_synth.registry import find, parts
    from hf_synth.teachers.loading import shipped_teachers

    for kind, name in sorted(parts()):
        try:
            version = getattr(find(kind, name), "version", None)
        except ImportError as error:  # an extra, or what a plugin needs
            typer.echo(f"{kind:10} {name} (cannot be imported: {error})")
            continue
        typer.echo(f"{kind:10} {name}" + (f"@{version}" if version else ""))
    for name in [*shipped_teachers(), "scripted"]:
        typer.echo(f"{'teacher':10} {name}")


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
