"""Pages of public Python names: one a group of the package's docstring, with a page of its own for every name."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
import re
from collections.abc import Sequence
from functools import cached_property

import spinlens
from site_code.names import plain
from spinlens import errors

MODULES = {
    "exact": "Exact answers that tests and users hold Monte Carlo against.",
    "plot": "Figures of results, each `(data, ax=None) -> Axes` of matplotlib.",
}
RESULTS = (
    "lattice.trajectory.Trajectory", "lattice.couplings.Coupling",
    "machines.reading.weights.Spectrum", "machines.reading.learned_couplings.LearnedCouplings",
    "machines.reading.learned_modes.LearnedModes",
    "machines.reading.physics_check.PhysicsCheck", "machines.likelihood.gibbs_time.GibbsTime",
    "machines.likelihood.trajectory_tempering.TrajectorySample",
    "renormalization.mcrg.MCRG", "renormalization.matching.TwoLatticeMatching", "renormalization.operators.Operator",
    "thermometers.instruments.InstrumentSet", "thermometers.readings.Reading",
    "thermometers.equilibrium.EquilibriumTest",
    "flows.plateau.Plateau", "flows.flow_field.FlowField", "flows.dimensions.DimensionDifference",
    "flows.correlators.SpinCorrelation", "flows.correlators.CorrelationMap", "flows.placement.Placement",
    "flows.localization.Localization",
    "comparisons.controls.Case", "comparisons.compare_flows.FlowComparison",
    "comparisons.torus_rows.BeyondTrainingSize", "comparisons.torus_rows.TorusRow",
    "comparisons.torus_rows.TorusEffect", "comparisons.finite_size_reading.FiniteSizeReading",
    "comparisons.depth_rows.DepthAgainstWidth", "comparisons.depth_rows.DepthRow", "comparisons.depth_rows.DepthEffect",
    "comparisons.law_of_gaps.LearningLaw",
    "study.claims.verdict.Verdict",
    "progress.step.Step",
)  # fmt: skip
"""Classes that no user makes, but that calls return or take."""
NUMBERS = {
    "spinlens.exact.CRITICAL_TEMPERATURE": "T_c = 2 / ln(1 + √2) of the infinite square lattice with nearest "
    "neighbours, in units of J/k_B (Onsager 1944).",
}
"""What public numbers are."""


def pages() -> dict[str, str]:
    """Text by file name: an index, a page for every group, and one for every name."""
    made: dict[str, str] = {}
    tables: dict[str, str] = {}
    for title, names in groups().items():
        shown = [f"spinlens.{name}" for name in names if name not in MODULES]
        modules = "".join(f":doc:`spinlens.{name} <{name}>`: {MODULES[name]}\n\n" for name in names if name in MODULES)
        tables[title.lower().replace(" ", "_")] = _table(title, "", shown, modules)
        made |= {f"names/{name}.rst": _name_page(name) for name in shown}
    for module, about in MODULES.items():
        own = [f"spinlens.{module}.{name}" for name in sorted(getattr(spinlens, module).__all__)]
        tables[module] = _table(f"spinlens.{module}", about, own, before=f".. py:module:: spinlens.{module}\n\n")
        made |= {f"names/{name}.rst": _name_page(name) for name in own}
    results = [f"spinlens.{path}" for path in RESULTS]
    tables["results"] = _table("What calls return", "Classes that nobody makes, but that results are.", results)
    made |= {f"names/{name}.rst": _name_page(name) for name in results}
    index = _index(list(tables))
    return {
        **made,
        **{f"{name}.rst": text for name, text in tables.items()},
        "errors.rst": _errors(),
        "python.rst": index,
    }


def groups() -> dict[str, list[str]]:
    """Public names by the headings of the package's docstring."""
    found: dict[str, list[str]] = {}
    title = ""
    for line in (spinlens.__doc__ or "").splitlines()[5:]:
        if line.startswith("    "):
            found[title].append(line.split()[0])
        elif line:
            title = line
            found[title] = []
    return found


def _table(title: str, about: str, names: Sequence[str], after: str = "", before: str = "") -> str:
    """A page of a group: a line a name, and their pages below it in the tree."""
    rows = "".join(f"   * - :py:obj:`{_shown(name)} <{name}>`\n     - {_summary(name)}\n" for name in names)
    tree = "".join(f"   {name.rpartition('.')[2]} <names/{name}>\n" for name in names)
    heading = f"{title}\n{'=' * len(title)}\n\n{about}\n\n"
    return f"{before}{heading}.. list-table::\n   :widths: auto\n\n{rows}\n{after}.. toctree::\n   :hidden:\n\n{tree}"


def _shown(path: str) -> str:
    """How a name is called: what calls return by its class alone."""
    return path if len(path.split(".")) < 4 else path.rpartition(".")[2]


def _summary(path: str) -> str:
    """The first sentence of the docstring; of a number, what it is."""
    item = _item(path)
    if not callable(item):
        return NUMBERS[path]
    first = " ".join((inspect.getdoc(item) or "").partition("\n\n")[0].split())
    return plain(re.sub(r" \[\w+\]_(?:, \[\w+\]_)*", "", first))


def _name_page(path: str) -> str:
    """The page of one name; of a class with what it can do."""
    module, _, name = path.rpartition(".")
    item = _item(path)
    title = _shown(path).removeprefix("spinlens.")
    kind = "autoclass" if inspect.isclass(item) else "autofunction" if callable(item) else "py:data"
    members = own_members(item) if inspect.isclass(item) else {}
    name += "()" if getattr(item, "_is_protocol", False) else ""  # nobody makes one
    inner = "".join(f"\n   .. auto{what}:: {member}\n" for member, what in members.items())
    inner += "" if callable(item) else f"   :value: {item!r}\n\n   {NUMBERS[path]}\n"
    return f"{title}\n{'=' * len(title)}\n\n.. py:currentmodule:: {module}\n\n.. {kind}:: {name}\n{inner}"


def own_members(item: type) -> dict[str, str]:
    """Public methods and properties of a class that spinlens wrote, and which of the two they are."""
    fields = {field.name for field in dataclasses.fields(item)} if dataclasses.is_dataclass(item) else set()
    found: dict[str, str] = {}
    for base in (base for base in item.__mro__ if base.__module__.startswith("spinlens.")):
        for name, value in vars(base).items():
            kind = "property" if isinstance(value, property | cached_property) else "method"
            routine = inspect.isfunction(value) or isinstance(value, classmethod | staticmethod)
            if not name.startswith("_") and name not in fields and (routine or kind == "property"):
                found.setdefault(name, kind)
    return found


def _item(path: str) -> object:
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


def _errors() -> str:
    """All errors on one page: they are a sentence each."""
    names = [name for name, item in vars(errors).items() if inspect.isclass(item)]
    listed = "".join(f".. autoexception:: {name}\n   :show-inheritance:\n\n" for name in names)
    about = "All are `SpinlensError`, so that one ``except`` catches them."
    return f".. py:module:: spinlens.errors\n\nErrors\n======\n\n{about}\n\n{listed}"


def _index(names: Sequence[str]) -> str:
    listed = "".join(f"   {name}\n" for name in [*names, "errors"])
    about = (
        "By what they are for, as ``help(spinlens)`` lists them; every function and class has an example that is run "
        "as a test; what calls return is used in these."
    )
    return (
        f"Python names\n============\n\n{about}\n\n.. py:module:: spinlens\n\n.. toctree::\n   :maxdepth: 2\n\n{listed}"
    )
