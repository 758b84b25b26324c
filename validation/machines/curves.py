"""The figure of this folder, from its JSON files.

    python validation/machines/curves.py

Writes curves.svg: the loss against states, units and updates (error_falls.json), |J_eff − J/T| against r
(couplings.json), and the loss with plain and centred gradients (centred.json).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes

from spinlens.plot import style
from spinlens.report import layout

HERE = Path(__file__).parent
LABELS = {"states": "training states", "units": "hidden units", "updates": "updates"}
MARKS = {"nearest": [(1.0, 5.66, 0.02)], "sigma": [(1.0, 1.9, 0.01), (1.9, 5.66, 0.0015)]}
COUPLINGS = {
    "nearest-neighbour, T = 3": "NN, T = 3",
    "nearest-neighbour, T_c": "NN, critical",
    "sigma = 1.2, T = 6.8, no averaging": "σ = 1.2",
    "sigma = 1.2, T = 6.8": "σ = 1.2, averaged",
}


def losses(axes: Axes, name: str, entries: list[dict[str, Any]]) -> None:
    """Mean gap of three seeds with its error, both lattices."""
    for k, entry in enumerate(entries):
        x = [point[0] for point in entry[name]]
        gaps = np.array([point[1] for point in entry[name]])
        error = gaps.std(axis=1, ddof=1) / np.sqrt(gaps.shape[1])
        colour, marker = style.series(k + 1)
        label = "NN, critical" if entry["case"].startswith("nearest") else "σ = 1.2, T = 6.8"
        style.points(axes, x, gaps.mean(axis=1), error, colour, marker, lw=1.0, label=label)
        if name == "updates":
            constant = [float(np.mean(point[1])) for point in entry["constant rate"]]
            axes.plot(x, constant, color=colour, lw=0.9, dashes=(4, 2))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xticks(x, [f"{value:,}" for value in x])
    axes.set_xticks([], minor=True)
    if name == "states":
        axes.plot(x, [256 / (2 * n) for n in x], color=style.MUTED, lw=0.9, dashes=(1, 1), label="P / 2n")
    axes.set_xlabel(LABELS[name])
    axes.set_ylabel("loss (nats a state)")


def couplings(axes: Axes, entries: list[dict[str, Any]], cases: list[str]) -> None:
    """Largest difference over machines at every distance, and the marks."""
    for k, case in enumerate(cases):
        machines = [entry for entry in entries if entry["case"] == case]
        r = [float(np.hypot(*components)) for components in machines[0]["components"]]
        off = np.abs(np.array([entry["coupling"] for entry in machines]) - np.array(machines[0]["true"])).max(axis=0)
        colour, marker = style.series(k + 1)
        style.points(axes, r, off, 0 * off, colour, marker, lw=1.0, label=COUPLINGS[case])
    for left, right, value in MARKS["nearest" if cases[0].startswith("nearest") else "sigma"]:
        axes.plot([left, right], [value, value], color=style.MUTED, lw=0.8, dashes=(4, 2))
    axes.set_yscale("log")
    axes.set_ylim(5e-5, 4e-2)
    axes.set_xlabel("r")
    axes.set_ylabel("worst |J_eff − J/T|".replace("J_eff", "$J_{eff}$"))


def centring(axes: Axes, cases: list[dict[str, Any]]) -> None:
    """Mean gaps with plain and centred gradients in two fields, at the rate that is best in the end."""
    for k, case in enumerate(case for case in cases if case["case"].endswith(("field 0.5", "field 2"))):
        for arm, dashes in (("plain", (1, 0)), ("centred", (4, 2))):
            curves = [curve["gaps"] for curve in case["curves"] if curve["arm"] == arm]
            best = min(curves, key=lambda gaps: float(np.mean(gaps["2000"])))
            label = f"{arm}, m = {case['magnetization']:.2f}"
            gaps = [float(np.mean(values)) for values in best.values()]
            axes.plot([int(at) for at in best], gaps, color=style.series(k + 1)[0], dashes=dashes, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("updates, exact gradients, 3 × 3")
    axes.set_ylabel("loss (nats a state)")


def main() -> None:
    """Draw and write the figure."""
    falls = json.loads((HERE / "error_falls.json").read_text())
    learned = json.loads((HERE / "couplings.json").read_text())
    with style.context():
        figure, axes = layout.grid(3, 2, height=6.6, gap=(0.52, 0.72), left=0.62, top=0.12)
        figure.set_size_inches(7.6, 7.6)
        figure.set_facecolor("white")
        for place, name in zip(axes.flat, LABELS, strict=False):
            losses(place, name, falls)
        names = list(COUPLINGS)
        couplings(axes[1, 1], learned, names[:2])
        couplings(axes[2, 0], learned, names[2:])
        centring(axes[2, 1], json.loads((HERE / "centred.json").read_text())["cases"])
        for place in (axes[0, 0], axes[1, 1], *axes[2]):
            place.legend(fontsize=8, loc="best")
        figure.savefig(HERE / "curves.svg", metadata={"Date": None}, facecolor="white")


if __name__ == "__main__":
    main()
