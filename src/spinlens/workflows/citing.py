"""What to cite: of everything that a result rests on, the entries of the one bibliography, references.bib."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from typing import Any

from spinlens.errors import InputError

Keys = Sequence[str]

_ALWAYS = ("spinlens", "DeMelloKoch2020")
_FIT = ("Binder1981", "Ballesteros1996", "Lepage2002", "JayNeil2021")
_ANALYSIS = ("SwendsenWang1987", "FerrenbergSwendsen1989", *_FIT)
_POWER_LAWS = ("PowerLaw", "power-law")
_LIKELIHOOD = ("Neal2001", "SalakhutdinovMurray2008", "Bennett1976")
_EXCHANGE = "HukushimaNemoto1996"

_OF_ALGORITHM: Mapping[str, Keys] = {
    "NearestNeighbourSwendsenWang": ("SwendsenWang1987",),
    "LongRangeSwendsenWang": ("SwendsenWang1987", "FukuiTodo2009"),
    "NearestNeighbourWolff": ("Wolff1989",),
    "LongRangeWolff": ("Wolff1989", "LuijtenBlote1995"),
    "Metropolis": ("Metropolis1953",),
    "MultiSpin": ("Metropolis1953",),
    "HeatBath": ("Glauber1963",),
    "MultiSpinHeatBath": ("Glauber1963",),
    "Clock": ("Michel2019",),
    "Exact": (),
}
"""By the names in ``data.attrs["algorithm"]``."""

_OF_CHAINS: Mapping[bool | str, Keys] = {
    False: ("Hinton2002",),
    True: ("Tieleman2008",),
    "growing": ("Hinton2002", "Tieleman2008"),
}
"""By `persistent` of a machine."""

_OF_OPTIMIZER: Mapping[str, Keys] = {"sgd": (), "adam": ("Kingma2015",), "natural": ("Amari1998",)}

_OF_INSTRUMENT: Mapping[str, Keys] = {
    "energy": (),
    "magnetization": (),
    "correlation": (),
    "xi": ("Cooper1982",),
    "pseudo_likelihood": ("Besag1975", "Godambe1960"),
    "network": ("Guo2017", "Iso2018"),
}

_OF_FLOW: Mapping[str, Keys] = {
    "majority": ("Kadanoff1966",),
    "average": ("Kadanoff1966",),
    "decimation": ("Kadanoff1966",),
    "kadanoff": ("Kadanoff1966", "KadanoffHoughton1975"),
    "RBM": ("Iso2018",),
}
"""By the first word of a flow's name; flows of stacks are those of the paper that is always cited."""


def cite(result: object = None) -> str:
    """What to cite, as BibTeX: spinlens, the paper under study, and the methods that a result rests on.

    A result tells what is recorded in it: the algorithm and couplings of a Dataset, the training options of a machine.
    A machine does not know by whom it was judged.

    Parameters
    ----------
    result : Dataset, CriticalPoint, machine, MCRG, Trajectory, dict, path, …
        Also models, couplings, thermometers, an `InstrumentSet`, gaps and flow comparisons; a dict is the results of a
        study or of ``spinlens flow``, a path whatever `spinlens.open` reads. None: spinlens and the paper alone.

    Returns
    -------
    str
        Entries of BibTeX in UTF-8, each key once.

    Raises
    ------
    InputError
        Nothing is known of how the result was made, as of a bare array: cite what it was made with.

    Examples
    --------
    >>> from spinlens import IsingModel, PowerLaw, sample
    >>> text = cite(sample(IsingModel((4, 4), PowerLaw(1.2)), 7.0, draws=4))
    >>> [line.split("{")[1] for line in text.splitlines() if line.startswith("@")][:4]
    ['spinlens,', 'DeMelloKoch2020,', 'SwendsenWang1987,', 'FukuiTodo2009,']
    """
    entries = bibliography()
    return "\n\n".join(entries[key] for key in cited(result)) + "\n"


def cited(result: object = None) -> list[str]:
    """The keys of `cite`, each once."""
    return _once(_ALWAYS, () if result is None else _keys(result))


def bibliography() -> dict[str, str]:
    """Every entry of references.bib by its key, a field a line."""
    text = (files("spinlens") / "references.bib").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("@")]
    return {line[line.index("{") + 1 : line.index(",")]: _spread(line) for line in lines}


def _spread(line: str) -> str:
    return re.sub(r", (?=\w+ = \{)", ",\n  ", line.removesuffix("}")) + "\n}"


def _once(*keys: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(key for group in keys for key in group))


def _keys(result: Any) -> Keys:
    if isinstance(result, str | os.PathLike):
        return _of_path(result)
    for kind in type(result).__mro__:
        if kind.__name__ in OF_TYPE:
            return OF_TYPE[kind.__name__](result)
    raise InputError(
        f"nothing says how this {type(result).__name__} was made; give what it was made with: a Dataset of sample, a "
        "model, CriticalPoint, machine, MCRG, Trajectory, instruments, results of a study, or the path of one"
    )


def _of_path(path: str | os.PathLike[str]) -> Keys:
    from pathlib import Path

    from spinlens.files.run_folder import run_of
    from spinlens.workflows.opening import open as opened

    found = _keys(opened(path))
    return _once(found, _LIKELIHOOD) if run_of(Path(path)).get("command") == "train" else found


def _of_dataset(data: Any) -> Keys:
    if "binder" in data:
        return "FerrenbergSwendsen1989", "Binder1981"
    if not {"algorithm", "model"} <= data.attrs.keys():
        raise InputError(
            "this Dataset does not say what it was drawn from and how; give one that sample or reweight made"
        )
    names, _, exchange = str(data.attrs["algorithm"]).partition(" with ")
    moves = _once(*(_OF_ALGORITHM.get(name, ()) for name in names.split(", ")), [_EXCHANGE] if exchange else [])
    errors = ("Sokal1997" if "draw" in data.dims else "FlyvbjergPetersen1989", "Gelman2013")
    wraps = ["Newman2001"] if "wraps_none" in data else []
    return _once(moves, wraps, _of_coupling(json.loads(data.attrs["model"])["coupling"]), errors)


def _of_coupling(document: Mapping[str, Any]) -> Keys:
    """Of a coupling as JSON data, that of a model or that of a study file."""
    if document.get("kind", document.get("coupling")) not in _POWER_LAWS:
        return ()
    periodic = ["Ewald1921"] if document.get("images", "periodic") == "periodic" else []
    return _once(periodic, ["LuijtenBlote1997"] if document.get("cell") == "integrated" else [])


def _of_critical_point(point: Any) -> Keys:
    """Of one from own data the fit alone; whoever drew them knows how."""
    theory = _of_theory(point.regime)
    if point.made_from != "runs":
        return _once(_FIT, ["FerrenbergSwendsen1989"] if point.made_from == "series" else [], theory)
    wraps = [] if point.critical_polynomial is None else ["Newman2001"]
    return _once(_ANALYSIS, _of_moves(point.coupling_document), wraps, _of_coupling(point.coupling_document), theory)


def _of_moves(coupling: Mapping[str, Any]) -> Keys:
    """The moves by which a search draws power laws."""
    return ("FukuiTodo2009",) if coupling.get("kind", coupling.get("coupling")) in _POWER_LAWS else ()


def _of_theory(regime: object) -> Keys:
    """What is known of classes other than that of short ranges."""
    return ("FisherMaNickel1972",) if regime in ("long-range", "mean-field", "boundary") else ()


def _of_machine(machine: Any) -> Keys:
    if getattr(machine, "history_", None) == []:  # its weights were given
        return ("Smolensky1986",)
    judged = _LIKELIHOOD if machine.track == "ais" else ()
    return _once(_of_training(machine.get_params()), judged)


def _of_training(options: Mapping[str, Any]) -> Keys:
    """Of the training options of `RBM` or of a recipe in a study file."""
    chains = _OF_CHAINS.get(options.get("persistent", False), ())
    return _once(
        ["Smolensky1986"],
        [] if options.get("exact_gradient") else chains,
        _OF_OPTIMIZER.get(options.get("optimizer", "sgd"), ()),
        ["Polyak1992"] if options.get("averaging") else [],
        ["Desjardins2010", _EXCHANGE] if options.get("replicas", 1) > 1 else [],
        *(_of_training({**options, "phases": (), **phase}) for phase in options.get("phases", ())),
    )


def _of_flow(name: str) -> Keys:
    return _OF_FLOW.get(name.partition(" ")[0], ())


def _of_instruments(names: Iterable[str]) -> Keys:
    return _once(*(_OF_INSTRUMENT[name] for name in names if name in _OF_INSTRUMENT))


def _of_gap(gap: Any) -> Keys:
    return {"overlap": ("Bennett1976",), "ln Z": _LIKELIHOOD}.get(gap.method, ())


def _of_results(results: Mapping[str, Any]) -> Keys:
    from spinlens.study.results_document import entries, section

    if {"study", "models"} <= results.keys():
        return _of_study(results)
    if {"unit", "flows", "readings"} <= results.keys():
        names = (str(row.get("instrument")) for row in entries(results, "readings"))
        blocks = (_of_flow(str(source)) for source in section(results, "layers"))
        return _once(["Iso2018"], _of_instruments(names), ["Mardia1970"], *blocks)
    raise InputError(f"no results of a study or a flow: they hold {', '.join(map(str, results)) or 'nothing'}")


def _of_study(results: Mapping[str, Any]) -> Keys:
    from spinlens.study.results_document import entries, models, section

    study = section(results, "study")
    recipes = [*entries(section(study, "machines"), "recipes"), section(study, "stack")]
    found = models(results).values()
    return _once(
        _ANALYSIS,
        *((*_of_moves(model), *_of_coupling(model)) for model in entries(study, "models")),
        *(_of_theory(model.get("regime")) for model in found),
        *(_of_training(recipe) for recipe in recipes if recipe),
        ["Fisher1959"] if "exact" in section(study, "controls").get("kinds", ()) else [],
        *(_of_flow(rule) for rule in section(study, "flows").get("rules", ())),
        ["Swendsen1979"] if any(model.get("coarse") for model in found) else [],
        ["Iso2018"],
        _of_instruments(_OF_INSTRUMENT),
        ["Mardia1970"],
    )


def _always(*keys: str) -> Callable[[Any], Keys]:
    return lambda _: keys


OF_TYPE: Mapping[str, Callable[[Any], Keys]] = {
    "Dataset": _of_dataset,
    "IsingModel": lambda model: _keys(model.coupling),
    "NearestNeighbour": _always(),
    "CouplingTable": _always(),
    "PowerLaw": lambda law: _of_coupling({"kind": "PowerLaw", **vars(law)}),
    "CriticalPoint": _of_critical_point,
    "RBM": _of_machine,
    "AutoregressiveNetwork": lambda network: _once(
        ("Larochelle2011", "Kingma2015") if network.n_hidden else ("Frey1996", "Kingma2015"),
        ["Polyak1992"] if network.averaging else [],
    ),
    "StackedRBM": lambda stack: _once(*(_of_machine(layer) for layer in stack.layers_)),
    "MCRG": _always("Swendsen1979", "Pawley1984"),
    "TwoLatticeMatching": _always("Pawley1984"),
    "Trajectory": lambda path: _of_flow(path.name),
    "Thermometer": lambda thermometer: _of_instruments([thermometer.name]),
    "InstrumentSet": lambda instruments: _once(_of_instruments(instruments), ["Mardia1970"]),
    "Readings": _of_instruments,
    "EquilibriumReference": _always("Mardia1970"),
    "EquilibriumTest": _always("Mardia1970"),
    "FlowComparison": lambda found: _of_results({"unit": None, **vars(found)}),
    "Gap": _of_gap,
    "dict": _of_results,
}
"""By the name of a class, so that nothing is loaded to look it up: what a result of that class rests on."""
