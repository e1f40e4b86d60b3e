"""Real and made points of an embedding space in one plane, as a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from hf_synth.canvas import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REAL, MADE = "#0072b2", "#e69f00"
MARKERS = "o^sDvP"


def draw_points(panels: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw one panel for each arm; all share one plane.

    Args:
        panels: Arms with `arm`, `real` and `made` (points as x, y and class name), and `told`, a line below the title.

    Returns:
        The figure: real points are blue and made ones orange, classes differ in their marks.
    """
    figure, axes = new_figure(4.6, len(panels))
    names = sorted({point[2] for panel in panels for kind in ("real", "made") for point in panel[kind]})
    for place, panel in zip(axes, panels, strict=True):
        for kind, colour in (("real", REAL), ("made", MADE)):
            for number, name in enumerate(names):
                across, up = ([point[axis] for point in panel[kind] if point[2] == name] for axis in (0, 1))
                mark = MARKERS[number % len(MARKERS)]
                place.scatter(across, up, s=14, c=colour, marker=mark, alpha=0.65, label=f"{kind}, {name}")
        place.set_title(f"{panel['arm']}\n{panel['told']}", fontsize=9)
        place.set_xticks([])
        place.set_yticks([])
        place.grid(False)
    handles, labels = axes[-1].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), frameon=False, fontsize=9)
    return figure
