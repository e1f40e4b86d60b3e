"""What a student made of a few training rows, as a figure: confidence of their labels against epochs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hf_synth.canvas import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STYLES = {"given": ("#0072b2", 2.4), "found": ("#d55e00", 2.4), "other": ("#999999", 1.1)}
WIDTH = 46


def draw_confidence(rows: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw one panel for each row.

    Args:
        rows: Rows with `text` and `labels`; each of these has `name`, `kind`, `right` and `confidences`.

    Returns:
        The figure: labels that people gave the row are solid, others dashed; found ones stand out.
    """
    figure, panels = new_figure(0.6 + 2.6 * -(-len(rows) // 2), 2, -(-len(rows) // 2))
    for axes, row in zip(panels, rows, strict=False):
        _draw_row(axes, row)
    for axes in panels[len(rows) :]:
        axes.set_visible(False)
    return figure


def _draw_row(axes: Axes, row: Mapping[str, Any]) -> None:
    for number, label in enumerate(row["labels"]):
        colour, width = STYLES[label["kind"]]
        epochs = range(1, len(label["confidences"]) + 1)
        axes.plot(
            epochs,
            label["confidences"],
            "-" if label["right"] else "--",
            marker="osv^Dp"[number % 6],
            markersize=4,
            color=colour,
            linewidth=width,
            label=f"{label['name']} ({label['kind']}, {'right' if label['right'] else 'wrong'})",
        )
    text = row["text"]
    axes.set_title(text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…", fontsize=9)
    axes.set_ylim(-0.03, 1.03)
    axes.set_xticks(range(1, len(row["labels"][0]["confidences"]) + 1))
    axes.set_xlabel("epoch")
    axes.set_ylabel("confidence")
    axes.legend(fontsize=7, frameon=False)
