"""Charts drawn by matplotlib, as SVG whose text stays text. The same chart gives the same bytes.

matplotlib is loaded when something is drawn; it comes with the extra `report`.
"""

from __future__ import annotations

import io
import logging
import warnings
from typing import TYPE_CHECKING, Any

from crossover.core.errors import ConfigError
from crossover.report import colours, svg
from crossover.report.amounts import short
from crossover.report.axes import dress, tick
from crossover.report.charts import Bars, Chart, Lines, Series

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 350.0, 262.0
"""Points of 1/72 inch: narrow, so that letters keep their size on a phone."""
POINTS = 72.0
LONGEST = 24
"""Characters of a name in a plot."""
FORMS = ("o", "s", "D", "^", "v", "P")
DASHES: dict[str, Any] = {"solid": "-", "dashed": (0, (5, 3)), "dashdot": (0, (6, 2, 1.5, 2)), "dotted": (0, (1.2, 2.4))}
SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none", "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "font.size": 10.5,
    "text.color": colours.INK, "axes.labelcolor": colours.MUTED, "axes.edgecolor": colours.MUTED, "axes.linewidth": 0.8,
    "xtick.color": colours.MUTED, "ytick.color": colours.MUTED, "grid.color": colours.GRID, "grid.linewidth": 0.8,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "text.parse_math": False,
    "axes.unicode_minus": False, "path.simplify": False,
}  # fmt: skip


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    try:
        import matplotlib.figure  # noqa: F401
    except ImportError:
        return False
    return True


def draw(name: str, title: str, about: str, chart: Chart) -> str:
    """Return a chart as an SVG element for a page; `name` makes its identifiers its own.

    Raises ConfigError where matplotlib is missing.
    """
    try:
        import matplotlib
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ConfigError("plots need matplotlib", notes=["pip install 'crossover-ml[report]'"]) from error
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    height = HEIGHT if isinstance(chart, Lines) else 80.0 + 32.0 * len(chart.names) + 16.0 * ((len(chart.parts) + 2) // 3)
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update({**SETTINGS, "svg.hashsalt": name})
        figure = Figure(figsize=(WIDTH / POINTS, height / POINTS), dpi=POINTS, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        handles, names = _lines(axes, chart) if isinstance(chart, Lines) else _bars(axes, chart)
        columns = 2 if len(names) in (2, 4) or max(map(len, names), default=0) > 16 else 3
        if names:
            figure.legend(
                in_rows(handles, columns), in_rows(names, columns), loc="outside upper left", ncols=columns, frameon=False,
                handlelength=1.9, columnspacing=1.2, borderaxespad=0.0, handletextpad=0.5, labelspacing=0.3,
            )  # fmt: skip
        written = io.StringIO()
        figure.savefig(written, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None}, transparent=True)
    return svg.adapted(written.getvalue(), name, title, about)


def _lines(axes: Axes, chart: Lines) -> tuple[list[Any], list[str]]:
    from matplotlib.lines import Line2D

    handles = []
    for series in chart.series:
        style = _look(series)
        drawn = style if series.joined else {**style, "linestyle": "none"}
        axes.plot([x for x, _ in series.points], [y for _, y in series.points], **drawn)
        handles += [(Line2D([], [], **style), short(series.name, LONGEST))] if series.name else []
        for (x, _), (low, high) in zip(series.points, series.spans, strict=False):
            if high > low:
                axes.plot([x, x], [low, high], color=colours.SERIES[series.look], linewidth=1.2, zorder=2.5)
    for place, look in chart.crosses:
        axes.plot(
            [place], [0.97], transform=axes.get_xaxis_transform(), marker="X", markersize=9, color=colours.SERIES[look],
            markeredgecolor=colours.PAPER, linestyle="none", zorder=4,
        )  # fmt: skip
    dress(axes, chart)
    return [handle for handle, _ in handles], [name for _, name in handles]


def _look(series: Series) -> dict[str, Any]:
    colour = colours.SERIES[series.look]
    return {
        "color": colour, "linewidth": 1.2 if series.thin else 1.8, "linestyle": DASHES[series.line],
        "marker": FORMS[series.look] if series.marked else "", "markersize": 7.0, "markerfacecolor": colour,
        "markeredgecolor": colours.PAPER, "markeredgewidth": 1.0, "zorder": 3,
    }  # fmt: skip


def _bars(axes: Axes, chart: Bars) -> tuple[list[Any], list[str]]:
    places = list(range(len(chart.names)))
    begins = [0.0] * len(places)
    handles = []
    for number, (_, sizes) in enumerate(chart.parts):
        handles.append(
            axes.barh(places, sizes, left=begins, height=0.62, color=_part(number, chart), edgecolor=colours.PAPER, linewidth=1.0)
        )
        begins = [begin + size for begin, size in zip(begins, sizes, strict=True)]
    for place, whole in zip(places, begins, strict=True):
        axes.annotate(tick(whole, chart.axis.unit, 3), (whole, place), xytext=(4, 0), textcoords="offset points", va="center")
    axes.margins(x=0.14)
    axes.set_yticks(places, [short(name, LONGEST) for name in chart.names])
    axes.invert_yaxis()
    axes.tick_params(axis="y", length=0, labelcolor=colours.INK)
    dress(axes, chart)
    return handles, [short(name, LONGEST) for name, _ in chart.parts]


def _part(number: int, chart: Bars) -> str:
    if chart.rest and number == len(chart.parts) - 1:
        return colours.PARTS[-1]
    return colours.PARTS[number % (len(colours.PARTS) - 1)]


def in_rows(things: list[Any], columns: int) -> list[Any]:
    """Return what is to be read in rows in the order in which a legend fills its columns."""
    return [thing for column in range(columns) for thing in things[column::columns]]
