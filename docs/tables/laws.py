"""How many sweeps, updates, states and steps a number takes, by laws that were measured: each function is a table.

They scale what was measured, with its own error, to an error that is asked for; on the page a reader may ask for
another (`_static/calculator.js`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from spinlens import exact
from spinlens.study.definition.costs import lattice_tables
from tables.critical_points import lattice
from tables.markdown import count, estimate, instrument, load, over_seeds, scientific, table

_PLAIN = ("swendsen-wang", "wolff", "metropolis", "heat-bath", "clock")


def asked(what: str, error: float) -> str:
    """A field for another error; the numbers of the next table that depend on it follow."""
    field = f'<input type="number" class="asked" min="0" step="any" value="{error:g}" data-error="{error:g}">'
    return f'<p class="calculator"><label>{what} {field}</label></p>'


def _scaled(number: float, power: float = 2.0) -> str:
    """A number that goes as the error to the power −`power`."""
    return f'<span class="scaled" data-number="{number:.9g}" data-power="{power:.9g}">{count(max(1, number))}</span>'


def autocorrelation() -> str:
    """τ_int of the energy of the square at T_c against L, and the power that it grows with."""
    found = _energy_times()
    sizes = sorted({L for times in found.values() for L in times})
    rows = [
        [name, *(f"{times[L]:.1f}" if L in times else "–" for L in sizes), f"{growth(times):.2f}"]
        for name, times in found.items()
    ]
    return table(["moves", *(f"L = {L}" for L in sizes), "power of L that it grows with"], rows)


def sweeps(error: float = 1e-4) -> str:
    """Sweeps for an error of the energy of a spin of the square at T_c: n = 2 τ c T² / (N ε²), c exact."""
    found, T = _energy_times(), exact.CRITICAL_TEMPERATURE
    sizes = sorted(found["swendsen-wang"])
    variance = {L: exact.kaufman(L, T).specific_heat * T**2 / L**2 for L in sizes}
    rows = [
        [name, *(_scaled(2 * times[L] * variance[L] / error**2) if L in times else "–" for L in sizes)]
        for name, times in found.items()
    ]
    return table(["moves", *(f"L = {L}" for L in sizes)], rows)


def growth(times: dict[int, float]) -> float:
    """The power of L by least squares of ln τ against ln L."""
    logs = np.log([[L, tau] for L, tau in times.items()])
    return float(np.polyfit(logs[:, 0], logs[:, 1], 1)[0])


def _energy_times() -> dict[str, dict[int, float]]:
    found: dict[str, dict[int, float]] = {name: {} for name in _PLAIN}
    for row in load("validation/sampling/kaufman.json")["rows"]:
        if row["algorithm"] in found and row["quantity"] == "energy" and row["T"] == exact.CRITICAL_TEMPERATURE:
            found[row["algorithm"]][row["L"]] = row["tau"]
    return found


def critical_temperature(wanted: float = 1e-4) -> str:
    """Spin updates for a relative error of T_c, from runs of five minutes and the power that the planner has."""
    power = load("validation/planner/lever.json")["exponent"]
    rows = []
    for case, run in sorted(load("validation/critical_points/results.json").items()):
        T_c, systematic = run["measured"]["temperature"], run["measured"]["systematic"]["temperature"]
        relative = T_c["error"] / T_c["value"]
        needed = run["updates"] * (relative / wanted) ** (1 / power)
        share = (systematic / T_c["error"]) ** 2
        rows.append(
            [
                lattice(case),
                estimate(T_c),
                scientific(relative),
                count(run["updates"]),
                f"{share:.0%}",
                _scaled(needed, 1 / power),
            ]
        )
    headings = ["case", "T_c", "relative error", "spin updates", "of its variance systematic"]
    return table([*headings, "updates for the error wanted"], rows)


def planner_power() -> str:
    """The power of the budget with which the error of T_c falls."""
    return f"{load('validation/planner/lever.json')['exponent']:.2f}"


def memory(sizes: Sequence[int]) -> str:
    """What one lattice of two dimensions takes while it is sampled, as the planner of studies counts it."""
    return table(["L, two dimensions", "memory"], [[L, f"{lattice_tables(L) / 2**20:,.0f} MiB"] for L in sizes])


def training(what: str) -> str:
    """Loss of 4 × 4 machines in nats a state, against `what` ("states", "units" or "updates")."""
    cases = load("validation/machines/error_falls.json")
    grid = [number for number, _ in cases[0][what]]
    rows = []
    for k, number in enumerate(grid):
        losses = [over_seeds(case[what][k][1]) for case in cases]
        rows.append([f"{number:,}", *losses, *([f"{_P / (2 * number):.4f}"] if what == "states" else [])])
    headings = [what, *(case["case"] for case in cases), *(["P / 2n"] if what == "states" else [])]
    return table(headings, rows)


_P = 16 * 16  # weights of those machines: 16 sites, 16 units


def temperature(wanted: float = 0.01) -> str:
    """Independent states for a relative error of a temperature at T_c, from the spread of single states."""
    rows: dict[str, list[str]] = defaultdict(list)
    names = []
    for label, found in load("validation/thermometers/instruments.json").items():
        names.append(label)
        T_c = found["about"]["T_c"]
        at = found["temperatures"].index(min(found["temperatures"], key=lambda T: abs(T - T_c)))
        for name, one in found["thermometers"].items():
            spread = one["spread"][at]
            rows[name] += [f"{spread / T_c:.3f}", _scaled((spread / T_c / wanted) ** 2)]
    headings = [cell for name in names for cell in (f"{name}: spread of a state / T_c", "states")]
    return table(["instrument", *headings], [[instrument(name), *cells] for name, cells in rows.items()])


def exponents(wanted: float = 0.01) -> str:
    """States for an error of y_t and y_h by MCRG, last step, all operators."""
    rows = []
    for run in load("validation/mcrg/results.json"):
        if "case" in run:
            last = max(entry["step"] for entry in run["table"])
            found = {e["sector"]: e["exponents"][-1] for e in run["table"] if e["step"] == last}
            states = [_scaled(run["samples"] * (found[sector][1] / wanted) ** 2) for sector in ("even", "odd")]
            rows.append([run["case"], last, f"{run['samples']:,}", *map(estimate, found.values()), *states])
    headings = ["case", "step", "states", "y_t", "y_h"]
    return table([*headings, "states for y_t", "states for y_h"], rows)


def flow_steps() -> str:
    """τ_int of |m| of the machines of the committed study, median over seeds, and steps until a flow has ended."""
    models = load("validation/study/results.json")["models"].values()
    times: dict[str, list[list[float]]] = {}
    for k, model in enumerate(models):
        for machine in model["machines"]:
            tau = machine["gibbs_tau"]["value"]
            if tau is not None and not machine["control"]:
                times.setdefault(machine["recipe"], [[] for _ in models])[k].append(tau)
    rows = []
    for recipe, found in times.items():
        medians = [float(np.median(values)) if values else math.nan for values in found]
        rows.append([recipe, *(cell for tau in medians for cell in (f"{tau:.0f}", count(10 * tau)))])
    headings = [cell for model in models for cell in (f"{model['label']}: τ", "10 τ")]
    return table(["recipe", *headings], rows)
