"""The tables of a report: rows of cells, laid out for the terminal or as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

CONTROLS = ("real_only", "given_labels", "upsampled", "slot_resampling", "grammar", "gaussian_noise", "mixup", "smote")
SUBJECTS = ("linguist", "classification", "clasp", "pseudo+negatives+distillation", "gan_soft", "gan_prior", "gan")
STEPS = (
    "pretrained",
    "gan_vanilla",
    "gan_consistency",
    "gan_pretraining",
    "gan_noise",
    "gan",
    "gan_prior",
    "gan_soft",
)
FIRST = (*CONTROLS, *(arm for arm in SUBJECTS if arm not in STEPS), *STEPS)
CEILING = "full_data"
GUARD_OFF = (
    "**The contamination guard was switched off.** Rows of any origin were read as human ones, and scores may have "
    "been taken on rows that were trained on: they prove nothing."
)
COLUMNS = {
    "target_slot_f1": "target slot F1",
    "target_intent_recall": "target recall",
    "other_slot_f1": "other slot F1",
    "other_intent_accuracy": "other accuracy",
    "intent_accuracy": "intent accuracy",
    "exact_match": "exact match",
    "bracket_f1": "bracket F1",
    "well_formed": "well-formed",
    "free_exact_match": "exact match, free decoding",
    "free_well_formed": "well-formed, free decoding",
    "micro_f1": "micro-F1",
    "half_micro_f1": "micro-F1 at 0.5",
    "macro_f1": "macro-F1",
    "precision_at_1": "precision@1",
    "recall_at_3": "recall@3",
    "ndcg_at_3": "nDCG@3",
    "calibration_error": "calibration error",
    "accuracy": "accuracy",
}
DETAILS = {
    "multi_label": {
        "pseudo_rows": "rows with a pseudo-label",
        "pseudo_right": "pseudo-labels right",
        "missing_found": "hidden labels found",
        "negative_rows": "rows with a wrong label",
        "coverage": "shortlists with a right label",
        "second_precision_at_1": "second stage: precision@1",
        "second_ndcg_at_3": "nDCG@3",
    },
    "embedding": {
        "distance_ratio": "distances, of real ones",
        "coverage": "coverage",
        "recall": "recall",
        "directions": "directions",
        "duplicates": "duplicates",
        "made_as_test": "agreement of a real classifier",
    },
}


def order_arms(arms: Iterable[str]) -> list[str]:
    """Put arms in the order of every table: what is real, what is free, what was generated, the ceiling.

    Args:
        arms: Names of arms.

    Returns:
        The names; those not known stand before the ceiling, sorted.

    Examples:
        >>> order_arms(["full_data", "linguist_zero_shot", "linguist", "upsampled", "real_only"])
        ['real_only', 'upsampled', 'linguist', 'linguist_zero_shot', 'full_data']
    """
    ranks = {arm: rank for rank, arm in enumerate(FIRST)} | {CEILING: len(FIRST) + 1}
    return sorted(arms, key=lambda arm: (ranks.get(arm, len(FIRST)), arm))


def order_targets(targets: Iterable[str]) -> list[str]:
    """Put targets in order, numbers in them by their size.

    Args:
        targets: Names of targets.

    Returns:
        The names.

    Examples:
        >>> order_targets(["100 rows", "words", "50 rows"])
        ['50 rows', '100 rows', 'words']
    """
    return sorted(targets, key=lambda target: re.sub(r"\d+", lambda number: number[0].zfill(9), target))


def find_subject(report: Mapping[str, Any]) -> str | None:
    """The arm that a report is about: what a teacher wrote, else the first other with made rows, else None."""
    controls = {*CONTROLS, CEILING, *report["measured"]["baselines"]}
    arms = [arm for arm in order_arms(report["arms"]) if arm not in controls]
    return next((arm for arm in (*SUBJECTS, *arms) if arm in arms), None)


def format_table(report: Mapping[str, Any]) -> str:
    """Lay out the arms as plain text, one line each, in percent.

    Args:
        report: See `make_report`.

    Returns:
        Lines of up to about 130 characters, joined by newlines.
    """
    rows = arm_rows(report)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) if place == 0 else cell.rjust(width) for place, (cell, width) in row).rstrip()
        for row in (enumerate(zip(cells, widths, strict=True)) for cells in rows)
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*lines, caption(report)])


def arm_rows(report: Mapping[str, Any]) -> list[list[str]]:
    """Header and one row an arm."""
    columns = find_columns(report)
    rows = [["arm", "train rows", *(COLUMNS[metric] for metric in columns), "uplift (95% interval)"]]
    for arm in order_arms(report["arms"]):
        metrics, gain = report["arms"][arm]["metrics"], report["uplift"].get(arm, {}).get(report["metric"])
        uplift = "baseline" if arm == report["baseline"] else _gain(gain)
        scores = [_spread(metrics.get(metric)) for metric in columns]
        rows.append([arm, f"{report['arms'][arm]['train_rows']:,}", *scores, uplift])
    return rows


def find_columns(report: Mapping[str, Any]) -> list[str]:
    """The metrics of the arms' table: of parses, of slots, or of intents alone where the rows have no slots."""
    if report["metric"] == "intent_accuracy":
        return ["intent_accuracy", "target_intent_recall"]
    there = {metric for arm in report["arms"].values() for metric in arm["metrics"]}
    return [metric for metric in COLUMNS if metric != "intent_accuracy" and metric in there]


def detail_rows(report: Mapping[str, Any]) -> list[list[str]]:
    """Header and one row an arm of which more is known: what students were told, or what the points are like."""
    arms = {arm: found["metrics"] for arm, found in report["arms"].items()}
    details = DETAILS[report["task"]]
    columns = [name for name in details if any(name in metrics for metrics in arms.values())]
    rows = [["arm", *(details[name] for name in columns)]]
    for arm in order_arms(arms):
        if any(name in arms[arm] for name in columns):
            rows.append([arm, *(_spread(arms[arm].get(name)) for name in columns)])
    return rows


def target_rows(report: Mapping[str, Any], metric: str) -> list[list[str]]:
    """Header and one row a target: a metric of every arm."""
    arms = order_arms(report["arms"])
    rows = [["target", *arms]]
    for target in order_targets(report["by_target"]):
        found = report["by_target"][target]
        rows.append([target, *(_spread(found.get(arm, {}).get(metric)) for arm in arms)])
    return rows


def title(metric: str) -> str:
    """The name of a metric, as a title.

    Args:
        metric: A key of `COLUMNS`.

    Returns:
        The column's heading, its first letter a capital.

    Examples:
        >>> title("target_slot_f1")
        'Target slot F1'
    """
    return COLUMNS[metric][0].upper() + COLUMNS[metric][1:]


def caption(report: Mapping[str, Any]) -> str:
    """What the figures in the arms' table are."""
    return (
        f"In percent; mean ± standard deviation over students. Uplift: points of "
        f"{COLUMNS[report['metric']]} over {report['baseline']}."
    )


def _gain(gain: Mapping[str, Any] | None) -> str:
    if gain is None:
        return "-"
    interval = f" [{', '.join(map(points, gain['ci95']))}]" if gain["ci95"] else ""
    return f"{points(gain['mean'])}{interval}"


def _spread(summary: Mapping[str, Any] | None) -> str:
    if summary is None:
        return "-"
    return percent(summary["mean"]) + (f" ± {percent(summary['std'])}" if summary["students"] > 1 else "")


def percent(share: float) -> str:
    """A share in percent, with one decimal."""
    return f"{100 * share:.1f}"


def points(share: float) -> str:
    """A signed difference in points; what rounds to zero has no minus sign."""
    return f"{round(100 * share, 1) + 0.0:+.1f}"
