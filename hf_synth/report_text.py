"""A report in words: the headline, and `report.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hf_synth.markdown import inline, markdown_table, share_table, sort_counts
from hf_synth.tables import (
    CEILING,
    COLUMNS,
    GUARD_OFF,
    arm_rows,
    caption,
    find_subject,
    order_arms,
    percent,
    points,
    target_rows,
    title,
)

GENERATION = {
    "requested": "rows wanted",
    "prompts": "prompts",
    "completions": "completions",
    "accepted": "accepted",
    "teacher_calls": "calls of the teacher",
    "journal_hits": "completions taken from the journal",
    "seconds": "seconds",
}


def render_report(report: Mapping[str, Any], figures: Sequence[str] = ()) -> str:
    """Write a report as Markdown.

    Args:
        report: See `make_report`.
        figures: Paths of figures, relative to the report.

    Returns:
        The text of `report.md`.
    """
    images = {name: f"![{name}]({path})" for path in figures for name in [path.rpartition("/")[2].partition(".")[0]]}
    parts = ["# What the generated rows are worth", "" if report.get("guard", True) else GUARD_OFF]
    parts += [headline(report), "## Arms", markdown_table(arm_rows(report))]
    parts += [caption(report), images.get("arms", "")]
    if len(report["by_target"]) > 1:
        parts += ["## By target", images.get("by_target", "")]
        for metric in dict.fromkeys((report["metric"], "target_intent_recall")):
            parts += [f"{title(metric)}, in percent:", markdown_table(target_rows(report, metric))]
    if report["transforms"]:
        parts += ["## Made rows by arm", markdown_table(_transforms(report["transforms"]))]
    if report["generation"].get("completions") or not report["transforms"]:
        parts += ["## Generation", *_generation(report["generation"]), images.get("rejects", "")]
    if report.get("reviews"):
        parts += ["## Spot check", "\n".join(_tell_review(*item) for item in sorted(report["reviews"].items()))]
    parts += ["## How this was measured", _method(report)]
    if report["versions"]:
        parts.append("Made with " + ", ".join(f"{name} {value}" for name, value in sorted(report["versions"].items())))
        parts[-1] += "."
    return "\n\n".join(part for part in parts if part) + "\n"


def headline(report: Mapping[str, Any]) -> str:
    """Say in words what the generated rows are worth, and how sure that is.

    Args:
        report: See `make_report`.

    Returns:
        One to three sentences that claim no more than the interval allows.
    """
    baseline, rows = report["baseline"], f"On {report['test_rows']:,} human-labelled test rows"
    subject = find_subject(report)
    best = "the best baseline" if len(report["measured"]["baselines"]) > 1 else "the baseline"
    metric, name = report["metric"], COLUMNS[report["metric"]]
    reached = percent(report["arms"][subject or baseline]["metrics"][metric]["mean"])
    if subject is None:
        return f"{rows}, {baseline} ({best}) reaches {reached} {name}. No generated rows were scored."
    start = f"{rows}, {subject} reaches {reached} {name}"
    gain = report["uplift"][subject].get(metric)
    if gain is None:
        return f"{start}; it shares no cell with {baseline}, {best}, so nothing can be said about an uplift."
    side = f"{abs(100 * gain['mean']):.1f} points {'below' if gain['mean'] < 0 else 'above'} {baseline}, {best}"
    sentences = [f"{start}: {side}{_certainty(gain)}"]
    closed = report["gap_closed"]
    if subject in ("linguist", "classification") and closed is not None and closed > 0:
        sentences.append(f"That is {100 * closed:.0f}% of the distance from {baseline} to {CEILING}.")
    changes = [
        f"{name} by {points(report['uplift'][subject][metric]['mean'])}"
        for metric, name in (("other_intent_accuracy", "intent accuracy"), ("other_slot_f1", "slot F1"))
        if metric in report["uplift"][subject]
    ]
    if changes:
        sentences.append(f"On the other intents it changes {' and '.join(changes)} points.")
    return " ".join(sentences)


def _tell_review(dataset: str, review: Mapping[str, Any]) -> str:
    low, high = review["interval"]
    return (
        f"- {inline(dataset)}: people read {review['sampled']:,} made rows and found {review['wrong']:,} wrong (95% "
        f"interval {percent(low)}% to {percent(high)}%); the check was {'' if review['passed'] else 'not '}passed."
    )


def _certainty(gain: Mapping[str, Any]) -> str:
    pairs = f"{gain['pairs']} pair{'s' if gain['pairs'] > 1 else ''} of students"
    if gain["ci95"] is None:
        return f". With {pairs} there is no interval: take it as a hint, not as evidence."
    low, high = gain["ci95"]
    interval = f"95% interval {points(low)} to {points(high)}, {pairs}"
    if low > 0:
        return f" ({interval})."
    if high < 0:
        return f" ({interval}). Here the generated rows are worth less than the baseline."
    return f" ({interval}). The interval covers zero: this run does not show that the generated rows help."


def _generation(counts: Mapping[str, Any]) -> list[str]:
    if not counts.get("completions"):
        return ["No rows were generated."]
    parts = [", ".join(f"{counts[key]:,} {name}" for key, name in GENERATION.items() if key in counts) + "."]
    rejected = counts.get("rejected", {})
    if not rejected:
        return [*parts, "Nothing was rejected."]
    header = ("rejected because", "completions", "share of completions")
    return [*parts, share_table(header, rejected, counts["completions"])]


def _transforms(counts: Mapping[str, Mapping[str, int]]) -> list[list[str]]:
    """Header and one row an arm: rows wanted and made, and what was refused."""
    rows = [["arm", "rows wanted", "rows made", "refused because"]]
    for arm in order_arms(counts):
        reasons = {name: count for name, count in counts[arm].items() if name not in ("requested", "made")}
        told = ", ".join(f"{name} {count:,}" for name, count in sort_counts(reasons)) or "-"
        rows.append([arm, f"{counts[arm]['requested']:,}", f"{counts[arm]['made']:,}", told])
    return rows


def _method(report: Mapping[str, Any]) -> str:
    measured = report["measured"]
    if report["metric"] == "intent_accuracy":
        columns = (
            "Intent accuracy is the share of all rows that got their intent; target recall is its mean over the "
            "targets, each with the same weight. "
        )
    else:
        columns = (
            "Target slot F1 is CoNLL span F1 over test rows of the target; target recall is the share of them that "
            "got their intent (with several targets, the mean over them). The other columns are over rows of all "
            "other intents, and exact match (intent and all tags right) over all rows. "
        )
    return (
        f"Every score is that of a student trained on one arm and tested on {report['test_rows']:,} rows that people "
        "wrote and labelled; none of them was trained on or stood in a prompt. "
        f"Targets: {', '.join(sorted(report['by_target']))}. Students trained: {measured['students']} "
        f"(cells: {measured['cells']}, draws of starters: {measured['draws']}, "
        f"training seeds: {measured['student_seeds']}). "
        f"{columns}The baseline is the best by mean {COLUMNS[report['metric']]} of "
        f"{', '.join(measured['baselines'])}, chosen on the same test rows. An uplift is the mean difference over "
        "pairs of students with the same cell and seed. Its interval is Student's t over the pairs, taken as "
        "independent: students that share a draw or a test set are not quite, so the interval is somewhat too narrow."
    )
