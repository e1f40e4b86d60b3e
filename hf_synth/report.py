"""What the generated rows are worth: arms compared on human test rows, as numbers, text and figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean
from typing import Any

from hf_synth.errors import ConfigError
from hf_synth.figures import draw_figures
from hf_synth.intervals import summarise, t_interval
from hf_synth.manifest import read_json, write_json, write_text
from hf_synth.metrics.bootstrap import Bootstrap
from hf_synth.metrics.outcomes import Outcomes
from hf_synth.profiles.figures import draw_profile
from hf_synth.report_page import render_page
from hf_synth.report_text import find_verdict, render_report
from hf_synth.tables import CEILING, SUBJECTS, format_table, order_arms

__all__ = ["Score", "add_review", "format_table", "make_report", "write_report"]

NUMBERS, PROFILE = "report.json", "profile.json"


@dataclass(frozen=True)
class Score:
    """How well one student did.

    Args:
        cell: The experiment that the student belongs to: students of one cell differ only in arm and seed.
        target: The intent that rows were generated for.
        draw: Which draw of starters, from 0.
        arm: What the student was trained on.
        student_seed: Seed of its training.
        train_rows: Rows it was trained on.
        metrics: What `evaluate_student` returned, in [0, 1].
        outcomes: What it made of every test row; None if that was not kept.
    """

    cell: str
    target: str
    draw: int
    arm: str
    student_seed: int
    train_rows: int
    metrics: Mapping[str, float]
    outcomes: Outcomes | None = field(default=None, compare=False, repr=False)


def make_report(
    scores: Sequence[Score],
    baselines: Sequence[str],
    generation: Mapping[str, Any],
    versions: Mapping[str, str],
    test_rows: int,
    transforms: Mapping[str, Mapping[str, int]] | None = None,
) -> dict[str, Any]:
    """Compare arms.

    The baseline is the best of `baselines` by mean target slot F1; by intent accuracy where no row has a slot, by
    exact match where rows have parses, by micro-F1 where they have several labels, and by accuracy where they are
    embeddings. The uplift of every other arm is the mean difference to it over pairs of students with equal cell and
    seed; cells that an arm lacks do not count. Its `ci95` is that of a paired bootstrap over cells and test rows (see
    `Bootstrap`), or Student's t over the pairs if a score has no outcomes; `interval` says which.

    Args:
        scores: One for each student, at least one for a baseline.
        baselines: Arms that the uplift may be measured against.
        generation: Counts of what was generated and rejected.
        versions: Versions of what made the report, by name.
        test_rows: Number of human rows that the scores were computed on.
        transforms: Copies `requested` and `made`, and rows refused for each reason, by arm.

    Returns:
        JSON-like values: `task`, `metric` (the one that decides), `test_rows`, `baseline`, `arms`, `uplift`,
        `by_target`, `gap_closed`, `measured`, `generation`, `transforms` and `versions`. Scores
        and differences are shares, not percentages.

    Raises:
        ConfigError: No baseline has a score, or two scores are of the same cell, arm and seed.
    """
    arms = _group_by_arm(scores)
    bootstrap = _prepare_bootstrap(scores)
    candidates = [arm for arm in baselines if arm in arms]
    if not candidates:
        raise ConfigError(f"none of the baselines {list(baselines)} has a score; there are {list(arms)}")
    task, metric = _find_task(scores)
    baseline = max(candidates, key=lambda arm: fmean(score.metrics[metric] for score in arms[arm].values()))
    by_target = {
        target: {arm: _summarise_arm(found) for arm in arms if (found := _of_target(arms[arm].values(), target))}
        for target in sorted({score.target for score in scores})
    }
    return {
        "task": task,
        "metric": metric,
        "test_rows": test_rows,
        "baseline": baseline,
        "arms": {
            arm: {
                "train_rows": round(fmean(score.train_rows for score in group.values())),
                "metrics": _summarise_arm(list(group.values())),
            }
            for arm, group in arms.items()
        },
        "uplift": {arm: _uplift(group, arms[baseline], bootstrap) for arm, group in arms.items() if arm != baseline},
        "by_target": by_target,
        "gap_closed": _gap_closed(by_target, baseline, metric),
        "measured": {
            "baselines": candidates,
            "cells": len({score.cell for score in scores}),
            "draws": len({score.draw for score in scores}),
            "student_seeds": len({score.student_seed for score in scores}),
            "students": len(scores),
        },
        "generation": dict(generation),
        "transforms": {arm: dict(counts) for arm, counts in (transforms or {}).items()},
        "versions": dict(versions),
    }


def write_report(report: Mapping[str, Any], folder: str | Path) -> list[Path]:
    """Write `report.json`, `report.md`, `report.html` and `figures/*.png`.

    Args:
        report: See `make_report`.
        folder: The run folder; it is made if it is missing. If it holds `profile.json` (see `profile_rows`), the made
            rows are shown beside the human ones, too.

    Returns:
        The files written; no figures among them if matplotlib is not installed.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    figures = draw_figures(report, place / "figures")
    if profile := read_json(place / PROFILE):
        figures += draw_profile(profile, place / "figures")
    return [*_write(report, place, figures), *figures]


def add_review(folder: Path, dataset: str, review: Mapping[str, Any]) -> None:
    """Add to the report of a run what people found in a sample of a dataset.

    Args:
        folder: The run folder; nothing is done if it holds no report.
        dataset: Name of the dataset.
        review: The outcome, as the manifest of the dataset has it.

    Raises:
        ConfigError: The report is not JSON.
    """
    report = read_json(folder / NUMBERS)
    if report is not None:
        reviews = {**report.get("reviews", {}), dataset: review}
        _write({**report, "reviews": reviews}, folder, sorted((folder / "figures").glob("*.png")))


def _write(report: Mapping[str, Any], place: Path, figures: Sequence[Path]) -> list[Path]:
    numbers, words, page = (place / name for name in (NUMBERS, "report.md", "report.html"))
    images = {f"figures/{figure.name}": figure for figure in figures}
    text = render_report(report, list(images), read_json(place / PROFILE))
    write_json(numbers, report)
    write_text(words, text)
    data = {name: figure.read_bytes() for name, figure in images.items()}
    write_text(page, render_page(text, data, find_verdict(report)))
    return [numbers, words, page]


def _find_task(scores: Sequence[Score]) -> tuple[str, str]:
    """What students were trained to do, and the metric that decides."""
    shared = set.intersection(*(set(score.metrics) for score in scores))
    if "bracket_f1" in shared:
        return "semantic_parsing", "exact_match"
    if "ndcg_at_3" in shared:
        return "multi_label", "micro_f1"
    if "accuracy" in shared:
        return "embedding", "accuracy"
    return ("intent_slots", "target_slot_f1") if "target_slot_f1" in shared else ("intent", "intent_accuracy")


def _group_by_arm(scores: Sequence[Score]) -> dict[str, dict[tuple[str, int], Score]]:
    """Scores by arm, then by cell and seed, each in a fixed order."""
    groups: dict[str, dict[tuple[str, int], Score]] = {arm: {} for arm in order_arms({score.arm for score in scores})}
    for score in sorted(scores, key=lambda score: (score.target, score.cell, score.draw, score.student_seed)):
        key = (score.cell, score.student_seed)
        if key in groups[score.arm]:
            raise ConfigError(f"two scores of arm {score.arm!r} in cell {score.cell!r} with seed {score.student_seed}")
        groups[score.arm][key] = score
    return groups


def _of_target(scores: Iterable[Score], target: str) -> list[Score]:
    return [score for score in scores if score.target == target]


def _summarise_arm(scores: Sequence[Score]) -> dict[str, dict[str, Any]]:
    """Mean and deviation of each metric over the students that have it, and how many these are."""
    summary: dict[str, dict[str, Any]] = {}
    for metric in sorted({metric for score in scores for metric in score.metrics}):
        values = [float(score.metrics[metric]) for score in scores if metric in score.metrics]
        summary[metric] = {**summarise(values), "students": len(values), "values": values}
    return summary


def _prepare_bootstrap(scores: Sequence[Score]) -> Bootstrap | None:
    """The resamples of all comparisons; None unless the outcomes of all students on the same rows are there."""
    intents = {score.outcomes.intents if score.outcomes else None for score in scores}
    (rows,) = intents if len(intents) == 1 else (None,)
    return Bootstrap(rows) if rows else None


def _uplift(
    group: Mapping[Any, Score], base: Mapping[Any, Score], bootstrap: Bootstrap | None
) -> dict[str, dict[str, Any]]:
    """Mean paired difference of each metric, with its interval."""
    shared = [(score, base[key]) for key, score in group.items() if key in base]
    uplift: dict[str, dict[str, Any]] = {}
    for metric in sorted({metric for ours, theirs in shared for metric in ours.metrics if metric in theirs.metrics}):
        pairs = [pair for pair in shared if all(metric in score.metrics for score in pair)]
        gains = [ours.metrics[metric] - theirs.metrics[metric] for ours, theirs in pairs]
        outcomes = [(ours.outcomes, theirs.outcomes) for ours, theirs in pairs if ours.outcomes and theirs.outcomes]
        if bootstrap:
            interval = bootstrap.interval(outcomes, [ours.cell for ours, _ in pairs], metric)
        else:
            interval = t_interval(gains)
        uplift[metric] = {
            "mean": float(fmean(gains)),
            "ci95": [float(end) for end in interval] if interval else None,
            "pairs": len(gains),
            "interval": ("bootstrap" if bootstrap else "t") if interval else None,
        }
    return uplift


def _gap_closed(by_target: Mapping[str, Mapping[str, Any]], baseline: str, metric: str) -> float | None:
    """The subject's share of the way from the baseline to the ceiling, over the targets that have all three."""
    subject = next((name for name in SUBJECTS if any(name in arms for arms in by_target.values())), SUBJECTS[0])
    trio = (baseline, subject, CEILING)
    complete = [arms for arms in by_target.values() if all(arm in arms for arm in trio)]
    if not complete:
        return None
    low, reached, high = (fmean(arms[arm][metric]["mean"] for arms in complete) for arm in trio)
    return (reached - low) / (high - low) if high > low else None
