"""Scales, ticks and reference lines of a plot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from crossover.report import colours
from crossover.report.amounts import short
from crossover.report.charts import Axis, Bars, Chart, Lines, Unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis as Drawn

LONGEST = 36
"""Characters of a title or of the words at a line."""
FULL_DECADES = 2.5
"""Over more than so many powers of ten, only the powers are ticks; over fewer, 2 and 5 are too."""


def dress(axes: Axes, chart: Chart) -> None:
    """Give an Axes its scales, ticks, titles and reference lines; its data is there."""
    if isinstance(chart, Bars):
        axes.grid(visible=True, axis="x")
        axes.spines["left"].set_visible(False)
        _dress(axes.xaxis, chart.axis, axes.get_xlim())
        return
    axes.grid(visible=True)
    for reference in chart.references:
        if reference.ends is not None:
            axes.axvspan(*reference.ends, color=colours.MUTED, alpha=0.14, linewidth=0, zorder=1)
        (axes.axvline if reference.upright else axes.axhline)(reference.value, color=colours.INK, linewidth=1.1, linestyle=(0, (4, 3)), zorder=2)
    if chart.x.log:
        axes.set_xscale("log")
    if chart.y.log:
        axes.set_yscale("log")
    _bound(axes, chart)
    _dress(axes.xaxis, chart.x, axes.get_xlim())
    _dress(axes.yaxis, chart.y, axes.get_ylim())
    for reference in chart.references:
        _words(axes, reference.words, reference.value, upright=reference.upright)


def _bound(axes: Axes, chart: Lines) -> None:
    """Leave room around points, and begin at 0 where that is meant."""
    axes.margins(x=0.06, y=0.12)
    axes.autoscale_view()
    for axis, ends, bound in ((chart.x, axes.get_xlim(), axes.set_xlim), (chart.y, axes.get_ylim(), axes.set_ylim)):
        if axis.log and ends[1] / ends[0] < 4:
            middle = math.sqrt(ends[0] * ends[1])
            bound(middle / 2.2, middle * 2.2)
        elif axis.whole and axis.unit == "share":
            bound(-0.02, 1.02)
        elif axis.whole:
            bound(0.0, ends[1] if ends[1] > 0 else 1.0)


def _dress(drawn: Drawn, axis: Axis, ends: tuple[float, float]) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, MultipleLocator, NullFormatter, NullLocator

    drawn.set_label_text(short(axis.title, LONGEST))
    drawn.set_tick_params(which="both", length=3, labelsize=10.5)
    if axis.log:
        decades = math.log10(ends[1] / ends[0])
        subs = (1.0,) if decades > FULL_DECADES else (1.0, 2.0, 5.0) if decades > 0.8 else (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
        drawn.set_major_locator(LogLocator(base=2.0, numticks=7) if axis.unit == "bytes" else LogLocator(subs=subs, numticks=12))
        drawn.set_minor_locator(NullLocator())
        drawn.set_minor_formatter(NullFormatter())
    elif axis.unit == "bytes":
        drawn.set_major_locator(MultipleLocator(byte_step(ends[1])))
    else:
        drawn.set_major_locator(MaxNLocator(nbins=6, integer=axis.unit in ("cores", "rows"), steps=[1, 2, 2.5, 5, 10]))
    drawn.set_major_formatter(FuncFormatter(lambda value, _: tick(value, axis.unit)))


def byte_step(most: float) -> float:
    """Return a power of two that has at most six ticks up to the largest number of bytes."""
    return float(2 ** math.ceil(math.log2(max(most, 6.0) / 6)))


def tick(value: float, unit: Unit, digits: int = 4) -> str:
    """Return the words of a tick: `200k`, `0.5 s`, `512 MiB`, `40%`."""
    if unit == "share":
        return f"{value:.0%}"
    if unit == "s":
        return _seconds(value, digits)
    if unit == "bytes":
        place = min(max(int(math.log(value, 1024)), 0), 4) if value >= 1 else 0
        return f"{value / 1024**place:.3g} {('B', 'KiB', 'MiB', 'GiB', 'TiB')[place]}"
    if unit == "rows":
        place = min(int(math.log10(value) / 3 + 1e-9), 3) if value >= 1 else 0
        return f"{value / 1000**place:.4g}{('', 'k', 'M', 'G')[place]}"
    return f"{value:.3g}{'x' if unit == 'times' else ''}"


def _seconds(value: float, digits: int) -> str:
    if value >= 3600:
        return f"{value / 3600:.3g} h"
    return f"{value:.{digits}g} s" if value == 0 or value >= 0.1 else f"{value * 1000:.{digits}g} ms"


def _words(axes: Axes, words: str, value: float, *, upright: bool) -> None:
    """Write beside a reference line, on the side where there is room."""
    low, high = axes.get_xlim()
    share = (math.log(value / low) / math.log(high / low)) if axes.get_xscale() == "log" and value > 0 else (value - low) / (high - low)
    if upright:
        right = share > 0.5
        axes.annotate(
            short(words, LONGEST), (value, 0.02), xycoords=("data", "axes fraction"), xytext=(-4 if right else 4, 0),
            textcoords="offset points", ha="right" if right else "left", va="bottom", fontsize=10, color=colours.INK,
        )  # fmt: skip
    else:
        axes.annotate(
            short(words, LONGEST), (0.01, value), xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points",
            ha="left", va="bottom", fontsize=10, color=colours.INK,
        )  # fmt: skip
