"""How every figure looks, and how it becomes a file: with matplotlib; else one logged line says how to get it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hf_synth.errors import MissingExtraError, require_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

logger = logging.getLogger(__name__)

DPI = 100
INK, GRID = "#333333", "#dddddd"
STYLE = {
    "font.size": 10, "axes.edgecolor": GRID, "axes.labelcolor": INK, "text.color": INK, "xtick.color": INK,
    "ytick.color": INK, "axes.grid": True, "axes.grid.axis": "x", "grid.color": GRID, "axes.axisbelow": True,
    "axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False, "ytick.major.size": 0,
    "axes.titlesize": 11, "axes.titleweight": "bold", "axes.titlelocation": "left",
}  # fmt: skip


def save_figures(drawings: Mapping[str, Callable[[], Figure]], folder: str | Path) -> list[Path]:
    """Draw figures in the common style.

    Args:
        drawings: What draws each figure, by the name of its file without `.png`.
        folder: Where the files go; it is made if it is missing.

    Returns:
        The files, equal byte for byte for equal figures; none if matplotlib is not installed.
    """
    try:
        require_extra("plots", "matplotlib")
    except MissingExtraError as error:
        logger.warning("no figures: %s. %s", error.message, error.hint)
        return []
    from matplotlib import rc_context, style

    place, written = Path(folder), []
    place.mkdir(parents=True, exist_ok=True)
    with style.context("default"), rc_context(STYLE):  # type: ignore[arg-type]
        for name, draw in drawings.items():
            draw().savefig(place / f"{name}.png", dpi=DPI, facecolor="white", metadata={"Software": None})
            written.append(place / f"{name}.png")
    return written


def new_figure(height: float, columns: int = 1, rows: int = 1) -> tuple[Figure, Sequence[Axes]]:
    """A figure of a fixed width with panels row by row; made without pyplot, so that no global state is touched.

    Args:
        height: In inches.
        columns: Panels side by side.
        rows: Panels one below the other.

    Returns:
        The figure and its panels, whose vertical axes are one.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08)  # type: ignore[union-attr, call-arg]
    return figure, list(figure.subplots(rows, columns, sharey=True, squeeze=False).flat)
