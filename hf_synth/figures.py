"""A report as figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.canvas import GRID, INK, new_figure, save_figures
from hf_synth.markdown import sort_counts
from hf_synth.tables import find_subject, order_arms, title

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ARM_STYLES = {
    "real_only": ("#777777", "o"), "upsampled": ("#e69f00", "s"), "slot_resampling": ("#d55e00", "^"),
    "linguist": ("#0072b2", "D"), "full_data": ("#009e73", "v"),
}  # fmt: skip
OTHER_STYLES = (("#cc79a7", "p"), ("#56b4e9", "<"), ("#000000", ">"))


def draw_figures(report: Mapping[str, Any], folder: str | Path) -> list[Path]:
    """Draw `arms.png`, with several targets `by_target.png`, and with rejects `rejects.png`.

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
    return save_figures(drawings, folder)


def _label_rows(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)


def _draw_arms(report: Mapping[str, Any]) -> Figure:
    """The metric that decides, and target recall: every student a dot, mean and deviation above them."""
    from matplotlib.patheffects import withStroke

    arms = order_arms(report["arms"])
    figure, panels = new_figure(1.3 + 0.55 * len(arms), 2)
    styles, halo = _arm_styles(arms), [withStroke(linewidth=3, foreground="white")]
    for axes, metric in zip(panels, (report["metric"], "target_intent_recall"), strict=True):
        for place, arm in enumerate(arms):
            summary = report["arms"][arm]["metrics"][metric]
            mean, std = 100 * summary["mean"], 100 * summary["std"]
            colour, marker = styles[arm]
            values = [100 * value for value in summary["values"]]
            axes.plot(values, _spread_out(place, len(values)), "o", color=colour, alpha=0.45, markersize=4.5, mew=0)
            axes.errorbar(
                mean, place, xerr=std or None, fmt=marker, color=colour, markersize=8, capsize=4, mec="white", zorder=3
            )
            axes.annotate(
                f"{mean:.1f}", (mean, place), (0, 8), textcoords="offset points", ha="center",
                weight="bold", zorder=4, path_effects=halo,
            )  # fmt: skip
        base = 100 * report["arms"][report["baseline"]]["metrics"][metric]["mean"]
        axes.axvline(base, color=INK, linewidth=1, linestyle="--", zorder=1)
        _label_rows(axes, arms)
        axes.set_title(title(metric))
        axes.set_xlabel(f"percent; dashed: {report['baseline']} (baseline)")
    for tick, arm in zip(panels[0].get_yticklabels(), arms, strict=True):
        tick.set_fontweight("bold" if arm == find_subject(report) else "normal")
    return figure


def _arm_styles(arms: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of each arm: the same in every figure."""
    others = [arm for arm in arms if arm not in ARM_STYLES]
    return ARM_STYLES | {arm: OTHER_STYLES[number % len(OTHER_STYLES)] for number, arm in enumerate(others)}


def _spread_out(place: int, count: int) -> list[float]:
    """Heights of dots around a row, low and high in turn, so that equal values stay visible."""
    return [place + (0.14 + 0.05 * (index % 3)) for index in range(count)]


def _draw_targets(report: Mapping[str, Any]) -> Figure:
    """The metric that decides of every arm, target by target."""
    targets, arms = sorted(report["by_target"]), order_arms(report["arms"])
    figure, (axes,) = new_figure(1.6 + max(0.5, 0.14 * len(arms)) * len(targets))
    for number, arm in enumerate(arms):
        colour, marker = _arm_styles(arms)[arm]
        shift = (number - (len(arms) - 1) / 2) * 0.7 / len(arms)
        found = [(place, report["by_target"][target].get(arm)) for place, target in enumerate(targets)]
        points = [(place + shift, summary[report["metric"]]) for place, summary in found if summary]
        axes.errorbar(
            [100 * summary["mean"] for _, summary in points], [place for place, _ in points],
            xerr=[100 * summary["std"] for _, summary in points],
            fmt=marker, color=colour, markersize=6, elinewidth=1, mec="white", mew=0.5, label=arm,
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
