"""A report in words: the headline, and `report.md`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hf_synth.markdown import inline, markdown_table, share_table, sort_counts
from hf_synth.metrics.bootstrap import RESAMPLES
from hf_synth.profiles.text import render_profile
from hf_synth.tables import (
    CEILING,
    COLUMNS,
    DETAILS,
    GUARD_OFF,
    SUBJECTS,
    arm_rows,
    caption,
    detail_rows,
    find_subject,
    order_arms,
    order_targets,
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
ALT = {
    "arms": "Scores of every arm, and its uplift over the baseline; the table above has the figures",
    "by_target": "Scores of every arm, target by target; the table below has the figures",
    "rejects": "Completions rejected, by reason; the table above has the figures",
    "points": "Real and made points in one plane",
    "confidence": "Confidence of a few training rows' labels, epoch by epoch",
}
MULTI_LABEL, EMBEDDING = "multi_label", "embedding"
DETAILED = {MULTI_LABEL: "What students were told", EMBEDDING: "What the points are like"}


def render_report(
    report: Mapping[str, Any], figures: Sequence[str] = (), profile: Mapping[str, Any] | None = None
) -> str:
    """Write a report as Markdown.

    Args:
        report: See `make_report`.
        figures: Paths of figures, relative to the report; each stands where its name says.
        profile: See `profile_rows`; None if there is none.

    Returns:
        The text of `report.md`.
    """
    paths = {path.rpartition("/")[2].partition(".")[0]: path for path in figures}
    images = {name: f"![{ALT.get(name, name)}]({path})" for name, path in paths.items()}
    parts = [f"# What {_name_subject(report)} are worth", "" if report.get("guard", True) else GUARD_OFF]
    parts += [_verdict_line(report), headline(report)]
    parts += ["## Arms", _table(arm_rows(report)), caption(report), images.get("arms", "")]
    if title_of_details := DETAILED.get(report["task"]):
        parts += [f"## {title_of_details}", _table(detail_rows(report)), "In percent.", _relate(report)]
        parts += [images.get("confidence", ""), images.get("points", "")]
    if report["transforms"]:
        parts += ["## Made rows by arm", _table(_transforms(report["transforms"]))]
    if report["generation"].get("completions") or not (report["transforms"] or report["task"] in DETAILED):
        parts += ["## Generation", *_generation(report["generation"]), images.get("rejects", "")]
    if report.get("reviews"):
        parts += ["## Spot check", "\n".join(_tell_review(*item) for item in sorted(report["reviews"].items()))]
    if profile:
        parts += render_profile(profile, figures)
    if len(report["by_target"]) > 1:
        parts += ["## By target", images.get("by_target", "")]
        recall = ("target_intent_recall",) if report["task"] in ("intent", "intent_slots") else ()
        for metric in dict.fromkeys((report["metric"], *recall)):
            parts += [f"{title(metric)}, in percent:", _table(target_rows(report, metric))]
    parts += ["## How this was measured", _method(report)]
    if report["versions"]:
        parts.append("Made with " + ", ".join(f"{name} {value}" for name, value in sorted(report["versions"].items())))
        parts[-1] += "."
    return "\n\n".join(part for part in parts if part) + "\n"


def _name_subject(report: Mapping[str, Any]) -> str:
    """What a report is about."""
    return "found and wrong labels" if report["task"] == MULTI_LABEL else "the generated rows"


def find_verdict(report: Mapping[str, Any]) -> str:
    """Say in a word whether the generated rows helped.

    Args:
        report: See `make_report`.

    Returns:
        `helped` or `hurt` if the interval of the uplift lies on one side of zero, `no difference shown` if it does not
        or is not known, `not compared` if no student of generated rows shares a cell with one of the baseline.
    """
    gain = report["uplift"].get(find_subject(report), {}).get(report["metric"])
    if gain is None:
        return "not compared"
    low, high = gain["ci95"] or (0, 0)
    return "helped" if low > 0 else "hurt" if high < 0 else "no difference shown"


def _verdict_line(report: Mapping[str, Any]) -> str:
    verdict, subject = find_verdict(report), find_subject(report)
    told = f"**{verdict.capitalize()}**"
    if subject is None or verdict == "not compared":
        return told
    gain = report["uplift"][subject][report["metric"]]
    interval = f"95% interval {' to '.join(map(points, gain['ci95']))}" if gain["ci95"] else "no interval"
    change = f"{points(gain['mean'])} points of {COLUMNS[report['metric']]} over {inline(report['baseline'])}"
    return f"{told}: {inline(subject)}, {change} ({interval})"


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
    sentences = [f"{start}: {side}{_certainty(gain, _name_subject(report))}"]
    closed = report["gap_closed"]
    if subject in SUBJECTS and closed is not None and closed > 0:
        sentences.append(f"That is {100 * closed:.0f}% of the distance from {baseline} to {CEILING}.")
    changes = [
        f"{name} by {points(report['uplift'][subject][metric]['mean'])}"
        for metric, name in (("other_intent_accuracy", "intent accuracy"), ("other_slot_f1", "slot F1"))
        if metric in report["uplift"][subject]
    ]
    if changes:
        sentences.append(f"On the other intents it changes {' and '.join(changes)} points.")
    return " ".join(sentences)


def _relate(report: Mapping[str, Any]) -> str:
    """How the diversity of made points moves with the gain."""
    found = report.get("diversity") or {}
    told = ", ".join(f"{DETAILS[EMBEDDING][name]} {value:+.2f}" for name, value in found.items())
    among = "among students of one kind with as many real rows"
    return f"Rank correlation with the gain, {among}: {told}." if told else ""


def _tell_review(dataset: str, review: Mapping[str, Any]) -> str:
    low, high = review["interval"]
    return (
        f"- {inline(dataset)}: people read {review['sampled']:,} made rows and found {review['wrong']:,} wrong (95% "
        f"interval {percent(low)}% to {percent(high)}%); the check was {'' if review['passed'] else 'not '}passed."
    )


def _certainty(gain: Mapping[str, Any], what: str) -> str:
    pairs = f"{gain['pairs']} pair{'s' if gain['pairs'] > 1 else ''} of students"
    if gain["ci95"] is None:
        return f". With {pairs} there is no interval: take it as a hint, not as evidence."
    low, high = gain["ci95"]
    interval = f"95% interval {points(low)} to {points(high)}, {pairs}"
    if low > 0:
        return f" ({interval})."
    if high < 0:
        return f" ({interval}). Here {what} are worth less than the baseline."
    return f" ({interval}). The interval covers zero: this run does not show that {what} help."


def _generation(counts: Mapping[str, Any]) -> list[str]:
    if not counts.get("completions"):
        return ["No rows were generated."]
    parts = [", ".join(f"{counts[key]:,} {name}" for key, name in GENERATION.items() if key in counts) + "."]
    rejected = counts.get("rejected", {})
    if not rejected:
        return [*parts, "Nothing was rejected."]
    header = ("rejected because", "completions", "share of completions")
    return [*parts, share_table(header, rejected, counts["completions"])]


def _table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose header and first column hold names of anyone's."""
    return markdown_table([list(map(inline, rows[0])), *([inline(name), *cells] for name, *cells in rows[1:])])


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
    drawn = "what is hidden" if report["task"] == MULTI_LABEL else "starters"
    if report["task"] == "semantic_parsing":
        columns = (
            "Exact match is the share of rows whose parse is right as a whole, without regard to the order of what "
            "stands side by side; bracket F1 counts labelled parts. "
        )
    elif report["task"] == MULTI_LABEL:
        columns = (
            "Micro-F1 is over all labels of all rows, above the threshold that is best on validation rows (all of "
            "whose labels are known) or above 0.5; calibration error is the mean distance of confidence and truth, "
            "the lower the better. Wrong labels are known to be wrong; where the data have none, they are the wrong "
            "answers of students that did not see the row. A second stage is trained on such students' shortlists. "
        )
    elif report["task"] == EMBEDDING:
        columns = (
            "Accuracy is the share of test rows that got their class. Distances are the mean distance of two made "
            "points, over that of two real ones; coverage is the share of real points with a made one nearer than "
            "their fifth real neighbour, recall the share that lies nearer to a made point than that one's fifth made "
            "neighbour. "
        )
    elif report["metric"] == "intent_accuracy":
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
        f"Targets: {', '.join(map(inline, order_targets(report['by_target'])))}. "
        f"Students trained: {measured['students']} (cells: {measured['cells']}, "
        f"draws of {drawn}: {measured['draws']}, training seeds: {measured['student_seeds']}). "
        f"{columns}The baseline is the best by mean {COLUMNS[report['metric']]} of "
        f"{', '.join(measured['baselines'])}, chosen on the same test rows. An uplift is the mean difference over "
        f"pairs of students with the same cell and seed. {_tell_intervals(report)}"
    )


def _tell_intervals(report: Mapping[str, Any]) -> str:
    """How the intervals were computed, and what they leave out."""
    kinds = {gain.get("interval", "t") for found in report["uplift"].values() for gain in found.values()}
    if "t" in kinds:
        return (
            "Its interval is Student's t over the pairs, taken as independent, since it was not kept what every "
            "student made of every test row: students that share a draw or a test set are not quite, so the interval "
            "is somewhat too narrow."
        )
    if "bootstrap" not in kinds:
        return "With a single pair there is no interval."
    many = report["measured"]["cells"] > 1
    unit = "cells, each with all its students" if many else "pairs of students"
    missing = "" if many else "what another draw of human rows would change (there is one cell), and "
    return (
        f"Its interval is that of a paired bootstrap: {RESAMPLES:,} times, test rows were drawn anew with replacement "
        f"within their intents, the same for both students of a pair, and so were {unit}; the interval holds the "
        "middle 95% of the uplifts found. What that second draw adds is widened for small numbers, as Student's t is "
        "wider than the normal distribution; the interval is rather too wide than too narrow. Not in it: "
        f"{missing}that the baseline was chosen on the same test rows."
    )
