"""A profile as figures: lengths, nearest human rows, all rows in one plane."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hf_synth.canvas import INK, new_figure, save_figures
from hf_synth.markdown import one_line
from hf_synth.schema import ORIGINS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Edge, marker and face of each origin, in colours of Okabe and Ito; in grey, marker and face tell them apart.
# The last is drawn above the others, which it does not hide.
STYLES = {
    "synthetic": ("#d55e00", "^", "#d55e00"),
    "augmented": ("#e69f00", "s", "#e69f00"),
    "human": ("#0072b2", "o", "white"),
}
SIDES, DASHES = {"human": "#0072b2", "made": "#d55e00"}, {"human": "-", "made": "--"}
OTHERS = "#dddddd"
PANELS, COLUMNS, CROWD, TITLE = 12, 4, 100, 25


def draw_profile(profile: Mapping[str, Any], folder: str | Path) -> list[Path]:
    """Draw `lengths.png`, and where the profile has them, `neighbours.png` and `plane.png`.

    Args:
        profile: See `profile_rows`.
        folder: Where the files go; it is made if it is missing.

    Returns:
        The files, equal byte for byte for equal profiles; none if matplotlib is not installed or no row was made.
    """
    if not profile["rows"]["made"]:
        return []
    drawings: dict[str, Callable[[], Figure]] = {"lengths": partial(_draw_lengths, profile["lengths"])}
    if profile["neighbours"]:
        drawings["neighbours"] = partial(_draw_neighbours, profile["neighbours"])
    if profile["plane"]:
        drawings["plane"] = partial(_draw_plane, profile["plane"])
    return save_figures(drawings, folder)


def _draw_lengths(lengths: Mapping[str, Any]) -> Figure:
    """Shares of rows by number of words."""
    from matplotlib.ticker import MaxNLocator

    starts = lengths["histogram"]["starts"]
    width = starts[1] - starts[0] if len(starts) > 1 else 1
    edges = [start - 0.5 for start in (*starts, starts[-1] + width)]
    figure, (axes,) = new_figure(3.4)
    _draw_shares(axes, edges, lengths["histogram"])
    for side in ("human", "made"):
        if lengths[side]:
            axes.axvline(lengths[side]["mean"], color=SIDES[side], linewidth=1.5, linestyle=DASHES[side], zorder=3)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title("Length of rows")
    axes.set_xlabel("words; vertical lines: means; the last bar holds all that are longer")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def _draw_neighbours(near: Mapping[str, Any]) -> Figure:
    """Shares of rows by the cosine to the nearest human row, and the two bounds."""
    figure, (axes,) = new_figure(3.6)
    histogram = near["histogram"]
    _draw_shares(axes, histogram["edges"], histogram)
    axes.set_ylim(0, 1.2 * axes.get_ylim()[1])
    _mark_bound(axes, near["memorised_above"], f"nearly the same: {near['memorised']:.1%} of made rows", 1)
    if near["far_below"] is not None:
        _mark_bound(axes, near["far_below"], f"far off: {near['far']:.1%} of made rows", 2)
    axes.set_title("The nearest human row")
    axes.set_xlabel("cosine; for a human row, to the nearest other one; the first bar holds all that are lower")
    figure.legend(loc="outside lower center", ncols=2, frameon=False)
    return figure


def _mark_bound(axes: Axes, bound: float, told: str, line: int) -> None:
    """A vertical line, and words on that side of it which has more room, in a line of text from the top."""
    right = bound < sum(axes.get_xlim()) / 2
    axes.axvline(bound, color=INK, linewidth=1, linestyle="--", zorder=3)
    axes.annotate(
        told, (bound, 1), (5 if right else -5, 10 - 14 * line), xycoords=("data", "axes fraction"),
        textcoords="offset points", ha="left" if right else "right", va="top", zorder=4,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1},
    )  # fmt: skip


def _draw_shares(axes: Axes, edges: Sequence[float], counts: Mapping[str, Sequence[int]]) -> None:
    """Two distributions, one filled and one hatched."""
    looks: dict[str, dict[str, Any]] = {
        "human": {"fill": True, "alpha": 0.35},
        "made": {"hatch": "///", "linewidth": 1.8},
    }
    for side, look in looks.items():
        total = sum(counts[side])
        if total:
            values = [100 * count / total for count in counts[side]]
            axes.stairs(values, edges, color=SIDES[side], label=f"{side} rows ({total:,})", **look)
    axes.set_ylabel("percent of rows")
    axes.grid(visible=True, axis="y")
    axes.grid(visible=False, axis="x")
    axes.set_xlim(edges[0], edges[-1])


def _draw_plane(points: Sequence[Mapping[str, Any]]) -> Figure:
    """A panel for each class, those with made rows and the largest first: its rows over all others, which are grey."""
    counts = Counter(point["class"] for point in points)
    made = {point["class"] for point in points if point["origin"] != "human"}
    labels = sorted(counts, key=lambda label: (label not in made, -counts[label], label))[:PANELS]
    columns = min(COLUMNS, len(labels))
    lines = -(-len(labels) // columns)
    figure, panels = new_figure(0.9 + lines * (2.3 if columns > 2 else 4.2), columns, lines)
    for axes in panels:
        axes.set_axis_off()
    for axes, label in zip(panels, labels, strict=False):
        _draw_class(axes, points, label)
    origins = [origin for origin in ORIGINS if any(point["origin"] == origin for point in points)]
    handles = [panels[0].plot([], [], **_look(origin), label=origin)[0] for origin in origins]
    if len(counts) > 1:
        handles += panels[0].plot([], [], "o", color=OTHERS, markersize=4, mew=0, label="rows of other classes")
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    most = f" ({PANELS} of {len(counts):,} classes)" if len(counts) > PANELS else ""
    figure.suptitle(f"t-SNE: rows that say the same lie together{most}", x=0.01, ha="left", fontsize=11, weight="bold")
    return figure


def _draw_class(axes: Axes, points: Sequence[Mapping[str, Any]], label: str) -> None:
    others = [point for point in points if point["class"] != label]
    axes.plot([p["x"] for p in others], [p["y"] for p in others], "o", color=OTHERS, markersize=2, mew=0)
    size = 4.5 if len(points) - len(others) <= CROWD else 3.2
    for origin in STYLES:
        mine = [point for point in points if (point["class"], point["origin"]) == (label, origin)]
        axes.plot([p["x"] for p in mine], [p["y"] for p in mine], **_look(origin, size))
    axes.set_title(textwrap.fill(one_line(label, 2 * TITLE), TITLE), parse_math=False, fontsize=9)


def _look(origin: str, size: float = 4.5) -> dict[str, Any]:
    colour, marker, face = STYLES[origin]
    return {"linestyle": "", "marker": marker, "markersize": size, "mec": colour, "mfc": face, "mew": 0.9}
