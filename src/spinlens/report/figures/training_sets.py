"""Where flows end when nothing but the training set changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from spinlens.plot import style
from spinlens.plot.forests import forest
from spinlens.report import layout
from spinlens.report.illustration import Illustration, Key, Panel, each_model
from spinlens.report.machine_points import READ, end_margin, end_temperatures, instrument_keys, is_control
from spinlens.report.tables import MISSING, Table, estimate, plain
from spinlens.statistics.estimate import Estimate, as_entry
from spinlens.study.claims.effects import over_machines
from spinlens.study.results_document import Results, entries, finite, label, models, section

TITLE = "Machines that differ in their training set alone"
CAPTION = (
    "T_end / T_c by training set, for recipes that agree in everything else; mean over machines by each instrument, "
    "with errors. Grey bar: mean temperature of the training set, infinite temperatures left out. Band: the margin of "
    "the rules about T_c."
)
SEE = (
    "A flow that finds the critical point stays in the band whatever it was trained on; one that follows the grey "
    "bars finds the mean of its training set."
)

Family = dict[str, list[dict[str, Estimate]]]


def illustration(results: Results, data: object = None) -> Illustration:
    means = mean_temperatures(results)

    def panels(name: str, model: Results) -> list[Panel]:
        where = label(model, name)
        return [
            Panel(f"{where}: {family}", describe(f"{where}, {family}", sets), draw(_sorted(sets, means), means))
            for family, sets in families(model).items()
        ]

    drawn, missing = each_model(results, panels)
    keys = (*(key for key in instrument_keys() if key.label in _shown()), Key("mean of the set", style.MUTED))
    band = Key("margin about T_c", style.BAND, "band")
    return Illustration("training-sets", TITLE, CAPTION, SEE, drawn, (*keys, band), missing, table(results))


def _shown() -> list[str]:
    return [style.INSTRUMENTS[name] for name in READ]


def families(model: Results) -> dict[str, Family]:
    """T_end / T_c by training set in each family with two or more of them."""
    found: dict[str, Family] = {}
    for machine in entries(model, "machines"):
        if not is_control(machine) and (read := end_temperatures(model, machine)):
            sets = found.setdefault(str(machine.get("family")), {})
            sets.setdefault(str(machine.get("training_set")), []).append(read)
    return {family: sets for family, sets in found.items() if len(sets) > 1}


def _sorted(sets: Family, means: Mapping[str, float]) -> Family:
    """From the coldest training set to the hottest."""
    return dict(sorted(sets.items(), key=lambda item: means.get(item[0], np.inf)))


def mean_temperatures(results: Results) -> dict[str, float]:
    """Mean T / T_c of the training sets of the study, by name."""
    ensembles = section(section(results, "study"), "ensembles")
    grids = {str(grid.get("name")): grid.get("temperatures") for grid in entries(ensembles, "grids")}
    sets = {"grid": ensembles.get("temperatures"), "critical": [1.0], **grids}
    known = {name: _finite(values) for name, values in sets.items()}
    return {name: float(np.mean(values)) for name, values in known.items() if values}


def _finite(values: Any) -> list[float]:
    return [T for T in map(finite, values) if T is not None] if isinstance(values, Sequence) else []


def describe(where: str, sets: Family) -> str:
    """What the drawing shows, in a sentence."""
    said = [f"{name} {_mean(found, 'energy') or MISSING}" for name, found in sets.items()]
    return f"Temperature at the end of flows over T_c by training set, {where}; by energy: {', '.join(said)}"


def _mean(found: Sequence[Mapping[str, Estimate]], instrument: str) -> Estimate | None:
    return over_machines(own[instrument] for own in found if instrument in own)


def draw(sets: Family, means: Mapping[str, float]) -> Figure:
    """T_end / T_c, a row a training set, instruments side by side within it."""
    figure, axes = layout.grid(height=0.5 * len(sets) + 0.6, left=0.8)
    rows = {
        name: {instrument: at for instrument in READ if (at := _mean(found, instrument)) is not None}
        for name, found in sets.items()
    }
    forest(rows, axes[0, 0], known=1.0, margin=end_margin(), marks=means, words="T_end / T_c", legend=False)
    return figure


def table(results: Results) -> Table:
    """What is drawn."""
    means = mean_temperatures(results)
    rows = []
    for name, model in models(results).items():
        for family, sets in families(model).items():
            for own, found in sets.items():
                read = [_mean(found, instrument) for instrument in READ]
                cells = [MISSING if T is None else estimate(as_entry(T)) for T in read]
                rows.append((family, label(model, name), own, str(len(found)), plain(means.get(own)), *cells))
    return Table(("recipes like", "lattice", "training set", "machines", "mean T / T_c", *_shown()), tuple(rows))
