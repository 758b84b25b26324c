"""How the figures look: one palette, markers, marks with errors, the settings. pyplot is never used."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap

# Each colour stands for a role; the page turns it into a CSS variable, so that light and dark have their own values.
INK, MUTED, RULE, BAND = "#17191e", "#6a7079", "#d9dce1", "#a9b0ba"
BLUE, ORANGE, GREEN, PURPLE, OCHRE, SKY = "#0b5fa5", "#c94f16", "#16836a", "#803470", "#a97800", "#408cc4"
SHADES = ("#548fc6", "#3f80bf", "#2567a6", "#114a82", "#072f5f")  # ordered: small to large
CSS_VARIABLES = {
    INK: "--ink", MUTED: "--muted", RULE: "--rule", BAND: "--band",
    BLUE: "--blue", ORANGE: "--orange", GREEN: "--green", PURPLE: "--purple", OCHRE: "--ochre", SKY: "--sky",
    **{shade: f"--shade{k}" for k, shade in enumerate(SHADES)},
}  # fmt: skip
SERIES = (INK, BLUE, ORANGE, GREEN, PURPLE, OCHRE, SKY)
MARKERS = ("o", "s", "D", "^", "v", "P", "X")
GLYPHS = {"o": "●○", "s": "■□", "D": "◆◇", "^": "▲△", "v": "▼▽", "P": "✚✚", "X": "✖✖", "*": "★☆", "p": "⬟⬠", "h": "⬢⬡",
          "<": "◀◁", ">": "▶▷"}  # fmt: skip
"""Signs like the markers for keys of text: full and hollow."""
STARTS = {"cold": BLUE, "critical": INK, "hot": ORANGE}
_START_MARKERS = {"cold": "v", "critical": "o", "hot": "^"}
INSTRUMENTS = {
    "energy": "energy", "magnetization": "|m|", "xi": "ξ/L", "correlation": "G(r)",
    "pseudo_likelihood": "pseudo-likelihood", "network": "network",
}  # fmt: skip
_INSTRUMENT_LOOKS = dict(
    zip(INSTRUMENTS, zip((INK, SKY, BLUE, GREEN, ORANGE, PURPLE), "oPsD^v", strict=True), strict=True)
)

DOWN, BETWEEN_MIDDLE, UP = "#e8dcc3", "#f7f6f2", "#23435f"
SPINS = ListedColormap([DOWN, UP], name="spins")
DIVERGING = "RdBu_r"
BETWEEN = LinearSegmentedColormap.from_list("between", [DOWN, BETWEEN_MIDDLE, UP])

_SETTINGS: dict[str, Any] = {
    "svg.fonttype": "none", "svg.hashsalt": "spinlens", "svg.image_inline": True,
    "font.family": ["DejaVu Sans"], "font.size": 10.0, "axes.titlesize": 10.0, "axes.labelsize": 10.0,
    "xtick.labelsize": 9.0, "ytick.labelsize": 9.0,
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": MUTED, "axes.titlecolor": INK,
    "xtick.color": MUTED, "ytick.color": MUTED, "xtick.labelcolor": INK, "ytick.labelcolor": INK,
    "axes.linewidth": 0.7, "xtick.major.width": 0.7, "ytick.major.width": 0.7,
    "xtick.minor.width": 0.5, "ytick.minor.width": 0.5, "xtick.major.size": 3.0, "ytick.major.size": 3.0,
    "xtick.direction": "in", "ytick.direction": "in", "xtick.top": False, "ytick.right": False,
    "axes.spines.top": False, "axes.spines.right": False, "axes.facecolor": "none", "figure.facecolor": "none",
    "savefig.facecolor": "none", "axes.grid": False, "axes.unicode_minus": True,
    "lines.linewidth": 1.3, "lines.markersize": 4.0, "errorbar.capsize": 0.0, "legend.frameon": False,
    "axes.formatter.useoffset": False, "axes.formatter.limits": (-4, 5), "mathtext.default": "regular",
    "axes.xmargin": 0.03, "axes.ymargin": 0.06,
}  # fmt: skip


_HOST_SETTINGS = ("backend", "backend_fallback", "interactive", "toolbar")  # reading them would import pyplot


def context() -> AbstractContextManager[None]:
    """The settings that every figure is drawn and saved under, restored on leaving."""
    defaults = {key: value for key, value in mpl.rcParamsDefault.items() if key not in _HOST_SETTINGS}
    settings: Any = defaults | _SETTINGS
    return mpl.rc_context(settings)


def series(index: int) -> tuple[str, str]:
    """Colour and marker of the curve number `index`."""
    return SERIES[index % len(SERIES)], MARKERS[index % len(MARKERS)]


def instrument(name: str) -> tuple[str, str, float]:
    """Colour, marker and place in a row (−½ to ½) of an instrument, the same in all figures."""
    if name not in _INSTRUMENT_LOOKS:
        return MUTED, "X", 0.5
    return *_INSTRUMENT_LOOKS[name], list(INSTRUMENTS).index(name) / (len(INSTRUMENTS) - 1) - 0.5


def shade(index: int, count: int) -> str:
    """The colour of member `index` of an ordered family of `count`, small to large."""
    return SHADES[len(SHADES) - 1 - round((count - 1 - index) * (len(SHADES) - 1) / max(count - 1, 1))]


def starts(names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Colour and marker of named curves: those of starting states where a name is one, else of a series."""
    taken = {STARTS[name] for name in names if name in STARTS}
    others = (look for k in itertools.count() if (look := series(k))[0] not in taken)
    return {name: (STARTS[name], _START_MARKERS[name]) if name in STARTS else next(others) for name in names}


def glyph(marker: str, hollow: bool = False) -> str:
    """A sign that looks like the marker."""
    return GLYPHS.get(marker, "●○")[hollow]


def points(axes: Axes, x: Any, y: Any, error: Any, color: str, marker: str = "o", **options: Any) -> None:
    """Points with error bars, those without a finite value left out."""
    x, y, error = (np.asarray(values, dtype=np.float64).ravel() for values in (x, y, error))
    keep = np.isfinite(x) & np.isfinite(y)
    if not keep.any():
        return
    error = np.where(np.isfinite(error), error, 0.0)
    settings = {"ms": 3.6, "lw": 0.0, "elinewidth": 1.0, "mec": "none", **options}
    axes.errorbar(x[keep], y[keep], yerr=error[keep], color=color, marker=marker, **settings)


def points_along(axes: Axes, x: Any, y: Any, error: Any, color: str, marker: str, **options: Any) -> None:
    """Points with error bars along x."""
    settings = {"ms": 3.6, "lw": 0.0, "elinewidth": 1.0, "mec": "none", **options}
    axes.errorbar(x, y, xerr=np.nan_to_num(np.asarray(error, dtype=np.float64)), color=color, marker=marker, **settings)


def tile(axes: Axes, image: Any, title: str = "", **options: Any) -> Any:
    """A lattice shown as an image without axes, x to the right and y up."""
    shown = axes.imshow(np.asarray(image).T, origin="lower", interpolation="none", **options)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title(title, pad=3, fontsize=9)
    return shown


def level(axes: Axes, value: float, error: float = 0.0) -> None:
    """A horizontal reference line with its error as a band."""
    if error > 0:
        axes.axhspan(value - error, value + error, color=BAND, alpha=0.45, lw=0)
    axes.axhline(value, color=MUTED, lw=0.7, dashes=(4, 2))


def note(axes: Axes, text: str, where: Sequence[float] = (0.97, 0.95)) -> None:
    """A short remark inside the axes, top right unless `where` says otherwise."""
    axes.text(where[0], where[1], text, transform=axes.transAxes, ha="right", va="top", fontsize=9, color=MUTED)
