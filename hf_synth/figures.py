"""A report as figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.canvas import GRID, INK, new_figure, save_figures
from hf_synth.confidence_figure import draw_confidence
from hf_synth.markdown import sort_counts
from hf_synth.points_figure import draw_points
from hf_synth.tables import find_subject, order_arms, order_targets, points, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ARM_STYLES = {
    "real_only": ("#777777", "o"), "upsampled": ("#e69f00", "s"), "slot_resampling": ("#d55e00", "^"),
    "given_labels": ("#777777", "o"), "linguist": ("#0072b2", "D"), "full_data": ("#009e73", "v"),
}  # fmt: skip
OTHER_STYLES = (
    ("#cc79a7", "p"), ("#56b4e9", "<"), ("#000000", ">"), ("#d55e00", "P"), ("#0072b2", "X"), ("#009e73", "h"),
    ("#cc79a7", "d"), ("#e69f00", "*"),
)  # fmt: skip


def draw_figures(report: Mapping[str, Any], folder: str | Path) -> list[Path]:
    """Draw `arms.png`, and if there is what they show `by_target.png`, `rejects.png`, `confidence.png`, `points.png`.

    Args:
        report: See `make_report`.
        folder: Where the files go; it is made if it is missing.

    Returns:
        The files, equal byte for byte for equal reports; none if matplotlib is not installed.
    """
    drawings: dict[str, Callable[[], Figure]] = {"arms": partial(_draw_arms, report)}
    if len(report["by_target"]) > 1:
        drawings["by_target"] = partial(_draw_targets, report)
    if report["generation"].get("rejected"):
        drawings["rejects"] = partial(_draw_rejects, report["generation"])
    if report.get("confidence"):
        drawings["confidence"] = partial(draw_confidence, report["confidence"])
    if report.get("points"):
        drawings["points"] = partial(draw_points, report["points"])
    return save_figures(drawings, folder)


def _label_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)


def _draw_arms(report: Mapping[str, Any]) -> Figure:
    """The metric that decides, every student a dot; beside it, how far each arm is from the baseline."""
    arms = order_arms(report["arms"])
    figure, (scores, gains) = new_figure(1.3 + 0.55 * len(arms), 2)
    for place, arm in enumerate(arms):
        style = _arm_styles(arms)[arm]
        _draw_scores(scores, place, style, report["arms"][arm]["metrics"][report["metric"]])
        if gain := report["uplift"].get(arm, {}).get(report["metric"]):
            _draw_gain(gains, place, style, gain)
    base = arms.index(report["baseline"])
    gains.annotate("baseline", (0, base), (4, 0), textcoords="offset points", va="center", style="italic")
    for axes, zero in (
        (scores, 100 * report["arms"][report["baseline"]]["metrics"][report["metric"]]["mean"]),
        (gains, 0),
    ):
        axes.axvline(zero, color=INK, linewidth=1, linestyle="--", zorder=1)
        _label_rows(axes, arms)
    scores.set_title(title(report["metric"]))
    scores.set_xlabel("percent; mean ± standard deviation")
    gains.set_title(f"Uplift over {report['baseline']}")
    gains.set_xlabel("points, 95% interval; hollow: it covers zero")
    gains.margins(x=0.12)
    for tick, arm in zip(scores.get_yticklabels(), arms, strict=True):
        tick.set_fontweight("bold" if arm == find_subject(report) else "normal")
    return figure


def _draw_scores(axes: Axes, place: int, style: tuple[str, str], summary: Mapping[str, Any]) -> None:
    """Mean and deviation of one arm, and below them a dot for each student."""
    mean, std, (colour, marker) = 100 * summary["mean"], 100 * summary["std"], style
    values = [100 * value for value in summary["values"]]
    axes.plot(values, _spread_out(place, len(values)), "o", color=colour, alpha=0.45, markersize=4.5, mew=0)
    axes.errorbar(
        mean, place, xerr=std or None, fmt=marker, color=colour, markersize=9, capsize=4, mec="white", mew=0.5,
        zorder=3,
    )  # fmt: skip
    _write_above(axes, place, mean, f"{mean:.1f}")


def _draw_gain(axes: Axes, place: int, style: tuple[str, str], gain: Mapping[str, Any]) -> None:
    """The uplift of one arm and its interval; hollow where that covers zero or is not known."""
    (colour, marker), mean, ends = style, 100 * gain["mean"], gain["ci95"]
    sure = ends is not None and not ends[0] <= 0 <= ends[1]
    if ends:
        axes.plot([100 * end for end in ends], [place, place], "|-", color=colour, linewidth=1.5, markersize=11)
    axes.plot(mean, place, marker, color=colour, mfc=colour if sure else "white", markersize=7, mew=1, zorder=3)
    _write_above(axes, place, mean, points(gain["mean"]))


def _write_above(axes: Axes, place: int, value: float, text: str) -> None:
    from matplotlib.patheffects import withStroke

    axes.annotate(
        text, (value, place), (0, 8), textcoords="offset points", ha="center", weight="bold", zorder=4,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )  # fmt: skip


def _arm_styles(arms: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each arm: the same in every figure."""
    others = [arm for arm in arms if arm not in ARM_STYLES]
    return ARM_STYLES | {arm: OTHER_STYLES[number % len(OTHER_STYLES)] for number, arm in enumerate(others)}


def _spread_out(place: int, count: int) -> list[float]:
    """Heights of dots around a row, low and high in turn, so that equal values stay visible."""
    return [place + (0.14 + 0.05 * (index % 3)) for index in range(count)]


def _draw_targets(report: Mapping[str, Any]) -> Figure:
    """The metric that decides of every arm, target by target."""
    targets, arms = order_targets(report["by_target"]), order_arms(report["arms"])
    figure, (axes,) = new_figure(1.6 + max(0.5, 0.14 * len(arms)) * len(targets))
    for number, arm in enumerate(arms):
        colour, marker = _arm_styles(arms)[arm]
        shift = (number - (len(arms) - 1) / 2) * 0.7 / len(arms)
        found = [(place, report["by_target"][target].get(arm)) for place, target in enumerate(targets)]
        marks = [(place + shift, summary[report["metric"]]) for place, summary in found if summary]
        axes.errorbar(
            [100 * summary["mean"] for _, summary in marks], [place for place, _ in marks],
            xerr=[100 * summary["std"] for _, summary in marks],
            fmt=marker, color=colour, markersize=7.5, elinewidth=1, mec="white", mew=0.5, label=arm,
        )  # fmt: skip
    for place in range(1, len(targets)):
        axes.axhline(place - 0.5, color=GRID, linewidth=0.8)
    _label_rows(axes, targets)
    axes.set_title(f"{title(report['metric'])} by target")
    axes.set_xlabel("percent; mean ± standard deviation over students")
    figure.legend(loc="outside lower center", ncols=len(arms) if len(arms) < 6 else 4, frameon=False)
    return figure


def _draw_rejects(generation: Mapping[str, Any]) -> Figure:
    """How many completions were rejected, by reason."""
    counted, completions = sort_counts(generation["rejected"]), generation["completions"]
    figure, (axes,) = new_figure(1.1 + 0.36 * len(counted))
    colour, _ = ARM_STYLES["linguist"]
    bars = axes.barh(range(len(counted)), [count for _, count in counted], color=colour, height=0.65)
    axes.bar_label(bars, [f"{count:,} ({count / completions:.1%})" for _, count in counted], padding=4)
    axes.margins(x=0.16)
    _label_rows(axes, [reason for reason, _ in counted])
    total = sum(count for _, count in counted)
    axes.set_title(f"{total:,} of {completions:,} completions rejected ({total / completions:.1%})")
    axes.set_xlabel("completions")
    return figure
