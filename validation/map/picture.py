"""The map in one picture, from the numbers that are committed beside this file.

    python validation/map/picture.py validation/map/map.svg

One panel a question: range, beyond the training size, depth, information, states, another learner.
"""

from __future__ import annotations

import json
import math
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from laws import law_of
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from spinlens import plot
from spinlens.plot import style

HERE = Path(__file__).parent
COLORS = {"nearest-neighbour": style.INK, "power-law": "#b5502a"}
NAMES = {"nearest-neighbour": "nearest neighbours", "power-law": "σ = 1.2"}


def read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def mean(values: list[float]) -> tuple[float, float]:
    """Over machines, with its error."""
    spread = np.std(values, ddof=1) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return float(np.mean(values)), float(spread)


def bars(ax: Axes, rows: dict[str, dict[str, tuple[float, float]]], words: str) -> None:
    """What each lattice has in each row, one below the other."""
    for place, row in enumerate(rows.values()):
        for lattice, (value, error) in row.items():
            y = place + (0.12 if lattice == "power-law" else -0.12)
            ax.errorbar(value, y, xerr=error, fmt="o", ms=4, lw=1, color=COLORS[lattice])
    ax.set(yticks=range(len(rows)), yticklabels=list(rows), xlabel=words, ylim=(len(rows) - 0.5, -0.5))


def beyond(ax: Axes) -> None:
    """⟨m²⟩ on the torus of twice the side, over that of the lattice."""
    words = {
        "lattice": "the lattice", "exact": "exact machine", "machine": "learned machine",
        "carried": "couplings carried over", "cut": "couplings cut at L/2",
    }  # fmt: skip
    found: dict[str, dict[str, tuple[float, float]]] = {word: {} for word in words.values()}
    several: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    errors: dict[tuple[str, str], float] = {}
    for case, part in read("beyond.json").items():
        lattice = case.split(",")[0]
        whole = next(row["reading"]["m2"]["value"] for row in part["rows"] if row["kind"] == "lattice")
        for row in part["rows"]:
            several[row["kind"], lattice].append(row["reading"]["m2"]["value"] / whole)
            errors[row["kind"], lattice] = row["reading"]["m2"]["error"] / whole
    for (kind, lattice), values in several.items():
        value, error = mean(values)
        found[words[kind]][lattice] = (value, error or errors[kind, lattice])
    bars(ax, found, "⟨m²⟩ at 32² of what learned at 16²,\nover that of the lattice")


def depth(ax: Axes) -> None:
    """Energy that stacks and wide machines miss at T_c, in units of what the first layer misses."""
    words = ("1 layer", "2 layers", "3 layers", "one, 2 n units", "one, 3 n units")
    found: dict[str, dict[str, tuple[float, float]]] = {word: {} for word in words}
    several: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for case, rows in read("depth.json").items():
        lattice, recipe, unit, _ = case.split(", ")
        if recipe == "stack" and unit == "1":
            exact = next(row["energy"]["value"] for row in rows if row["kind"] == "lattice")
            kinds = dict(zip(words, ("16", "16 + 16", "16 + 16 + 16", "32", "48"), strict=True))
            for word, kind in kinds.items():
                several[word, lattice] += [row["energy"]["value"] - exact for row in rows if row["kind"] == kind]
    for (word, lattice), values in several.items():
        found[word][lattice] = mean(values)
    ax.axvline(0, color="0.7", lw=0.8)
    bars(ax, found, "energy a spin less the lattice's,\nat T_c of 8²")


def information(ax: Axes) -> None:
    """Part of what a 2 × 2 block knows of its environment that one unit keeps."""
    words = {
        "best": "best rule", "majority": "majority", "decimation": "one spin", "learned, decided": "learned, its sign",
        "learned, drawn": "learned, drawn",
    }  # fmt: skip
    data = read("information.json")
    bars(
        ax, {word: {lattice: tuple(data[lattice][name]) for lattice in data} for name, word in words.items()},
        "information about the environment,\nof all that a block has",
    )  # fmt: skip


def laws(ax: Axes) -> None:
    """Gap against number of states."""
    rows = read("laws.json")["rows"]
    for lattice, name in (("nearest-neighbour", "nearest-neighbour"), ("power-law", "sigma=1.2")):
        law = law_of(rows, name, "states")
        plot.learning_law(law, ax, color=COLORS[lattice])
    n = np.array(law.counts)
    ax.plot(n, 32.5 / n, ":", lw=1, color="0.5")
    ax.annotate("P / 2n", (n[1], 32.5 / n[1]), (-4, -12), textcoords="offset points", color="0.4", ha="right")


def learners(ax: Axes) -> None:
    """Gaps of learners of 8 × 8."""
    words = ("network", "logistic", "tied RBM", "dense RBM")
    several: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for row in read("learner.json")["rows"]:
        if row["side"] == 8 and row["states"] == 20_000 and row["kind"] in words:
            several[row["kind"], row["lattice"]].append(row["gap"]["value"])
    found: dict[str, dict[str, tuple[float, float]]] = {word: {} for word in words}
    for (kind, lattice), values in several.items():
        found[kind][lattice] = mean(values)
    bars(ax, found, "gap (nats a state)\nafter 20,000 states of 8²")
    ax.set_xscale("log")


def main() -> None:
    mpl.rcParams["svg.hashsalt"] = "map"
    with style.context():
        figure = Figure(figsize=(11.5, 6.6), layout="constrained", facecolor="white")
        panels = figure.subplots(2, 3)
        plot.along_sigma({"map": read("results_map_quick.json")["map"]}, panels[0, 0])
        for ax, draw in zip(panels.ravel()[1:], (beyond, depth, information, laws, learners), strict=True):
            draw(ax)
        titles = (
            "How the learned block map depends on σ", "Beyond the training size", "Depth or width?",
            "What a unit keeps", "How many states?", "Another learner",
        )  # fmt: skip
        for ax, title in zip(panels.ravel(), titles, strict=True):
            ax.set_title(title, fontsize=10, loc="left")
        handles = [panels[0, 1].plot([], [], "o", ms=4, color=COLORS[name], label=NAMES[name])[0] for name in COLORS]
        figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
        figure.savefig(sys.argv[1], metadata={"Date": None} if sys.argv[1].endswith(".svg") else None)


if __name__ == "__main__":
    main()
