"""Critical points beside known ones, others' raw data, and whether error bars are true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from spinlens import Estimate, PowerLaw, finite_size_scaling
from tables.markdown import count, estimate, load, signed, table

_QUANTITIES = {"temperature": "T_c", "delta_spin": "Δ_s", "delta_energy": "Δ_ε", "binder": "U4*"}
_LATTICES = "validation/critical_points/results.json"


def lattices(key: str) -> str:
    """One quantity of every lattice, with the known value and the deviation in combined errors."""
    rows = [[lattice(case), *_beside(run, key), count(run["updates"])] for case, run in sorted(load(_LATTICES).items())]
    return table(["case", _QUANTITIES[key], "known", "z", "spin updates"], rows)


def lattice(case: str) -> str:
    """A lattice as pages call it: 2D, σ = 1.2."""
    return case.replace(" sigma=", ", σ = ").replace(" NN", ", nearest neighbours")


def how_many() -> int:
    """The number of these lattices."""
    return len(load(_LATTICES))


def two_cores() -> str:
    """Deviations of runs of two and five minutes on two cores."""
    runs = sorted(load("validation/critical_points/two_cores.json").items())
    rows = [
        [lattice(case), *(_beside(run, key)[-1] for key in _QUANTITIES), count(run["updates"])] for case, run in runs
    ]
    return table(["case", *(f"z of {symbol}" for symbol in _QUANTITIES.values()), "spin updates"], rows)


def summary() -> str:
    """How the deviations are spread."""
    z = np.array([x for run in load(_LATTICES).values() for x in run["z"].values() if x is not None])
    within, beyond = int((abs(z) < 1).sum()), int((abs(z) > 2).sum())
    return (
        f"Of {len(z)} comparisons {within} lie within one error and {beyond} beyond two; the largest deviation is "
        f"{abs(z).max():.1f} errors, the mean square {np.mean(z**2):.2f}."
    )


def _beside(run: Mapping[str, Any], key: str) -> tuple[str, str, str]:
    known, z = run["known"].get(key), run["z"].get(key)
    return estimate(run["measured"][key]), estimate(known), "" if z is None else signed(z, 1)


def sources() -> str:
    """Where known values come from, as the data say it."""
    found = {
        (_QUANTITIES[key], printed(entry["source"])): case
        for case, run in load(_LATTICES).items()
        for key, entry in run["known"].items()
    }
    return table(["quantity", "source", "for example"], [[*key, lattice(case)] for key, case in sorted(found.items())])


def printed(source: str) -> str:
    """A source as pages print it, and what is to be known of its digits."""
    for plain, sign in (("from memory", "digits not yet compared with the print"), ("Bloete", "Blöte")):
        source = source.replace(plain, sign)
    return source.replace("<=", "≤").replace("sum_r", "Σ_r")


def others() -> str:
    """Others' raw averages of long-range lattices through our fit, beside what their source found."""
    data = load("tests/data/long_range_means.json")
    known = {1.5: (Estimate(0.312728, 3e-6), 0.25), 2.5: (Estimate(0.369446, 1e-6), 0.125)}  # of data["critical"]
    rows = []
    for sigma, (beta, delta) in known.items():
        own = [row for row in data["rows"] if row["sigma"] == sigma]
        columns = {key: np.array([row[key] for row in own]) for key in own[0] if key != "sigma"}
        columns["binder"] = 1 - 1 / (3 * columns["Qm"])
        columns["binder_error"] = columns["Qm_error"] / (3 * columns["Qm"] ** 2)
        point = finite_size_scaling(columns, PowerLaw(sigma, images="minimum"))
        largest = int(columns["L"].max())
        rows.append([sigma, largest, point.temperature, 1 / beta, point.delta_spin, delta, point.binder])
    return table(["σ", "L up to", "T_c here", "T_c of the source", "Δ_s here", "theory", "U4* here"], rows)


def coverage() -> str:
    """How often the truth lies within one and two errors of sets of synthetic data, in percent."""
    rows = []
    for family, found in load("validation/coverage/synthetic.json").items():
        for analysis, label in (("global_fit", "global fit"), ("crossings", "crossings")):
            shares = [found[analysis][key] for key in _QUANTITIES]
            cells = [f"{100 * share['within_1']:.0f} / {100 * share['within_2']:.0f}" for share in shares]
            rows.append([family, label, found["sets"], *cells])
    return table(["data", "analysis", "sets", *_QUANTITIES.values()], rows)


def square() -> str:
    """Pulls of repeated short runs of the exactly solved square: mean and mean square."""
    found = load("validation/coverage/square.json")
    rows = [
        [_QUANTITIES[key], signed(pull["mean"], 2), f"{pull['variance']:.2f}"] for key, pull in found["pulls"].items()
    ]
    return table(["quantity", f"mean pull of {len(found['runs'])} runs", "mean square"], rows)


def planner() -> str:
    """What the planner of a budget buys over a plain scan of temperatures."""
    found = load("validation/planner/lever.json")
    rows = [
        [count(one["updates"]), f"{one['scan']:.5f}", f"{one['planner']:.5f}", f"{one['ratio']:.1f}"]
        for one in found["budgets"]
    ]
    headings = ["spin updates", "error of T_c, plain scan", "planner", "the scan has to run longer by"]
    return table(headings, rows)
