"""Bad values for every argument of every public function, in turn: a typed error, or a value that is documented."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import spinlens as sl
from spinlens import RBM, AutoregressiveNetwork, StackedRBM, exact
from spinlens.errors import SpinlensError

L, GRID = 4, [1.8, 2.2, 2.6, 3.0, 3.4]


class Thing:
    """An object of no kind that anything takes."""

    def __repr__(self) -> str:
        return "Thing()"


def _broken() -> RBM:
    machine = RBM.from_weights(np.zeros((16, 4)))
    machine.weights_[0, 0] = np.nan
    return machine


NAN, THING, RAGGED = float("nan"), Thing(), [[1, -1], [1]]
WRONG: dict[str, list[Any]] = {
    "int": ["x", 1.5, NAN, True, [1], THING, 1j, np.float64(2.0)],
    "float": ["x", NAN, [1.0], 1j, True, THING, 10**400],
    "bool": ["x", 2, THING, NAN],
    "str": [3, THING, ["a"], b"a"],
    "array": [THING, RAGGED, np.full((3, 16), 1j), np.full((3, 16), "up"), np.full((3, 16), None), 1j],
    "sequence": [3, THING, NAN],
    "mapping": [3, THING, ["a"], "x"],
    "machine": [3, "x", THING, RBM, RBM(2), _broken()],
    "path": ["", "a\0b", 3, THING, "\udcff" * 5000],
    "object": [3, "x", THING, [1], sl.IsingModel],
}
"""What is of a wrong kind, and must be refused."""

ODD: dict[str, list[Any]] = {
    "int": [-1, 0, 10**30, np.int8(2)],
    "float": [-1.0, 0.0, np.inf, -np.inf, 1e300, 1e-300],
    "bool": [np.True_],
    "str": ["nonsense", ""],
    "array": [
        np.full((3, 16), np.nan), np.full((3, 16), np.inf), np.zeros((0, 16)), np.float64(1.0),
        np.full((3, 16), 255, np.uint8),
        np.full((3, 16), 2**40), np.full((3, 16), 1e300), np.ones((3, 7)), np.zeros((3, 16)), [], "absent.npy", {},
    ],
    "sequence": [(), "x", [None], [NAN], [-1], [0], [10**30], ["x"]],
    "mapping": [{}, {"x": None}, {1: 2}, {"x": THING}, {NAN: np.ones(3)}],
    "machine": [],
    "path": ["/proc/nowhere/a"],
    "object": [],
}  # fmt: skip
"""What is of the kind, but may mean nothing: refused, or its value is right."""


def kind_of(annotation: str) -> str:
    """The kind of bad values that an argument is given, by its annotation."""
    if annotation.startswith(("Mapping", "Callable")):
        return "mapping" if annotation.startswith("Mapping") else "object"
    for words, kind in _KINDS.items():
        if any(word in annotation for word in words):
            return kind
    return "object"


_KINDS = {
    ("Path",): "path",
    ("npt.ArrayLike", "Held", "Array", "Fields", "Spins"): "array",
    ("Sequence", "tuple"): "sequence",
    ("Layer", "Stack", "RBM"): "machine",
    ("int",): "int",
    ("float",): "float",
    ("bool",): "bool",
    ("str", "Kind", "Rule", "Regime", "Parity", "Method"): "str",
}
_FREE = ("Any", "object", "Progress", "Axes")  # whatever is given


@dataclass(frozen=True)
class Attack:
    """One call with one bad value, and what came of it: "refused", "accepted" or "foreign"."""

    target: str
    argument: str
    value: str
    wrong: bool
    outcome: str
    said: str

    def __str__(self) -> str:
        return f"{self.target}({self.argument}={self.value}): {self.outcome} {self.said}"


def attacks(aims: list[Target], odd: bool = True) -> Iterator[Attack]:
    """Every argument of every target in turn with every bad value of its kind."""
    for aim in aims:
        for argument, annotation in aim.annotations.items():
            drawn = aim.name.startswith("plot.") and argument == next(iter(aim.annotations))
            if argument not in aim.arguments or (annotation.startswith(_FREE) and not drawn):
                continue
            kind = kind_of(annotation)
            for wrong, values in ((True, WRONG[kind]), (False, ODD[kind] if odd else [])):
                for value in values:
                    if not (wrong and _fits_another(annotation, value)):
                        yield attack(aim, argument, value, wrong)
            if "None" not in annotation and kind != "array":
                yield attack(aim, argument, None, True)


def _fits_another(annotation: str, value: Any) -> bool:
    """Whether a value that is wrong for the kind is right for another alternative of the annotation."""
    others = annotation.split(" | ")
    return (isinstance(value, str) and "str" in others) or (
        isinstance(value, int) and not isinstance(value, bool) and {"int", "float"} & set(others) != set()
    )


def attack(aim: Target, argument: str, value: Any, wrong: bool) -> Attack:
    """Call with one bad value."""
    about = aim.name, argument, repr(value)[:60].replace("\n", " "), wrong
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = aim.call(**{**aim.arguments, argument: value})
            if inspect.isgenerator(found):
                list(found)
    except SpinlensError as error:
        return Attack(*about, "refused", str(error)[:200])
    except Exception as error:
        return Attack(*about, "foreign", f"{type(error).__name__}: {str(error)[:200]}")
    return Attack(*about, "accepted", repr(found)[:80].replace("\n", " "))


@dataclass(frozen=True)
class Target:
    """A public callable and arguments by name that it takes."""

    name: str
    call: Callable[..., Any]
    arguments: dict[str, Any]

    @property
    def annotations(self) -> dict[str, str]:
        """The kind of each argument, as the signature says it."""
        parameters = inspect.signature(self.call).parameters
        return {name: str(item.annotation) for name, item in parameters.items()}


def targets() -> list[Target]:
    """All of them, on lattices of 16 sites and machines of a few units."""
    rng = np.random.default_rng(0)
    model, machine = sl.IsingModel((L, L), sl.NearestNeighbour()), RBM.from_weights(rng.normal(0, 0.2, (16, 4)))
    data = sl.sample(model, GRID, 40, warmup=50, keep_spins=True, workers=1)
    grid = data["spins"].values[:, 0]
    states, flat = grid[2], grid[2].reshape(-1, 16)
    stack = StackedRBM((4, 2), epochs=1).fit(flat)
    instruments = sl.calibrate_instruments(model, GRID, grid, names=("energy", "magnetization"))
    equilibrium = sl.EquilibriumReference.calibrate(model, GRID, grid)
    flow = sl.rbm_flow(machine, states, steps=4)
    maps = sl.visible_hidden_correlation(states, states[:, ::2, ::2])
    common: dict[str, Any] = {
        "model": model, "temperature": 2.4, "temperatures": GRID, "machine": machine, "stack": stack, "seed": 0,
        "workers": 1, "steps": 2, "states": states, "generator": rng, "instruments": instruments, "shape": (L, L),
        "coupling": model.coupling, "machines": [machine], "X": flat, "visible": flat, "spins": states, "y": None,
        "progress": False, "trajectory": flow, "start": flat, "chains": 2, "data": data, "scale": 2, "bins": 8,
    }  # fmt: skip
    special: dict[str, dict[str, Any]] = {
        "sample": {"temperatures": [2.3], "draws": 6, "warmup": 0, "checkpoint": None},
        "to_inference": {"temperature": 2.2},
        "integrated_time": {"series": data["m2"].values[0]},
        "find_critical_point": {"sizes": (4, 6, 8), "draws": 60, "chains": 2, "points": 2, "checkpoint": None},
        "reweight": {"temperatures": [2.2], "model": None, "n_sites": None},
        "strided_stack": {"shape": (8, 8), "layers": 1},
        "kadanoff_machine": {"shape": (8, 8), "p": 1.0},
        "group_couplings": {"groups": [(0, 1), (0, 1, 4, 5)]},
        "on_torus": {"machine": RBM.for_lattice((L, L), epochs=1).fit(flat), "shape": (5, 6)},
        "beyond_training_size": {
            "machines": [RBM.for_lattice((L, L), epochs=1).fit(flat)], "shape": (5, 6), "chains": 8, "most_steps": 40,
            "draws": 1600, "kinds": ["machine"],
        },
        "depth_against_width": {
            "stacks": {2.4: [sl.StackedRBM((2, 2), epochs=1).fit(flat)]}, "wide": None, "chains": 8, "most_steps": 40,
            "draws": 400, "controls": ["mirror"],
        },
        "learning_law": {
            "machine": RBM.for_lattice((L, L), batch_size=5), "states": (5, 10, 20, 40), "updates": 4, "seeds": 1,
        },
        "learned_couplings": {},
        "learned_modes": {},
        "receptive_fields": {"count": 2},
        "compare_physics": {"data": flat, "observables": {"m": lambda x: x.mean(axis=1)}},
        "gibbs_autocorrelation": {"steps": 50, "most_steps": 50, "burn_in": 1},
        "tempered_sample": {"n": 3, "steps": 2, "replicas": 2},
        "trajectory_sample": {"snapshots": [machine], "n": 20},
        "gap": {"chains": 10, "annealing": (4, 10), "own": None, "log_z": None},
        "log_partition_function": {"nodes": 4, "draws": 40},
        "read_flow": {},
        "find_plateau": {"steps": list(range(12)), "statistics": {"a": np.ones((12, 3))}, "length": 4},
        "flow_field": {"before": [sl.Estimate(T, 0.1) for T in (2, 3, 4)], "after": [sl.Estimate(2.5, 0.1)] * 3},
        "measure_flow_field": {"flow": lambda x, seed: x, "ensembles": {2.2: grid[1], 2.6: grid[2]}},
        "compare_dimensions": {"flowed": {4: states, 8: np.tile(states, (1, 2, 2))},
                               "reference": {4: states, 8: np.tile(states, (1, 2, 2))}},
        "visible_hidden_correlation": {"visible": states, "hidden": states[:, ::2, ::2], "bins": 4},
        "place_units": {"weights": machine.weights_, "visible_shape": (L, L), "hidden_shape": (2, 2)},
        "localization": {"correlation": maps},
        "flow_controls": {"n_sites": 16, "recipes": ("CD-1",)},
        "compare_flows": {"training": flat, "starts": {"a": states}, "cases": (), "machines": {"m": machine}},
        "calibrate_instruments": {"states": grid, "names": ("energy",), "samples": 10, "network": None},
        "instrument_table": {"states": grid, "made_up": None},
        "equilibrium_test": {"reference": equilibrium},
        "block_spins": {"rule": "majority"},
        "block_spin_flow": {"steps": 1},
        "mcrg": {"levels": [states, states[:, ::2, ::2]], "chains": 1},
        "compare_blockings": {"maps": {"a": "majority"}, "steps": 1, "chains": 1},
        "two_lattice_matching": {"large": np.tile(grid, (1, 1, 2, 2)), "small": grid, "steps": 1, "chains": 1},
        "default_operators": {"dimension": 2, "parity": "even", "side": 4},
        "finite_size_scaling": {"data": dict.fromkeys((4, 6, 8), data)},
    }  # fmt: skip
    found = [_target(name, getattr(sl, name), common | own) for name, own in special.items()]
    found += [
        _target(f"exact.{name}", getattr(exact, name), common | _EXACT.get(name, {}))
        for name in ("block_information", "chain", "enumerate", "kaufman")
    ]
    own = {
        "n": 2,
        "deep": True,
        "epochs": 1,
        "method": "ais",
        "runs": 2,
        "betas": 2,
        "hidden": flat[:, :4],
        "top": flat[:, :2],
    }
    for kind, thing in (("RBM", machine), ("StackedRBM", stack)):
        methods = ["hidden_mean", "visible_mean", "sample_hidden", "sample_visible", "gibbs", "sample", "transform"]
        methods += ["free_energy", "log_z", "log_likelihood", "score", "records", "gibbs_tau", "up", "down"]
        for name in methods:
            if hasattr(thing, name):
                found.append(
                    _target(f"{kind}.{name}", getattr(thing, name), common | own | {"record": [0, 1], "layers": 2})
                )
    found.append(_target("IsingModel.energy", model.energy, common))
    found.append(_target("RBM.fit", RBM(2, epochs=1).fit, {"X": flat, "progress": False}))
    network = AutoregressiveNetwork(2, epochs=1).fit(flat)
    for name in ("fit", "log_probability", "free_energy", "score", "sample"):
        found.append(_target(f"AutoregressiveNetwork.{name}", getattr(network, name), {**common, "X": flat, "n": 3}))
    found.append(_target("StackedRBM.fit", StackedRBM((2, 1), epochs=1).fit, {"X": flat, "progress": False}))
    for name, thermometer in instruments.items():
        found += _thermometer_targets(name, thermometer, common | {"states": grid})
    found += _thermometer_targets("equilibrium", equilibrium, common | {"states": grid})
    found += _plot_targets(data, machine, instruments["energy"], flow, grid, maps)
    return found


def _thermometer_targets(name: str, thing: Any, common: dict[str, Any]) -> list[Target]:
    """Every public method of an instrument."""
    states = common["states"][2]
    reading = thing.read(states) if hasattr(thing, "read") else None
    own = {"arrays": thing.to_arrays(), "reading": reading, "values": np.linspace(0.2, 0.8, 40), "off_lattice": False}
    methods = [item for item in dir(thing) if not item.startswith("_") and inspect.ismethod(getattr(thing, item))]
    one = {item: common | own | {"states": states} for item in ("read", "test", "statistic")}
    return [_target(f"{name}.{item}", getattr(thing, item), one.get(item, common | own)) for item in methods]


def _plot_targets(data: Any, machine: RBM, energy: Any, flow: Any, grid: Any, maps: Any) -> list[Target]:
    """Every figure, drawn into one frame."""
    from matplotlib.figure import Figure

    history = [{"epoch": 1, "weight_rms": 0.1}, {"epoch": 2, "weight_rms": 0.2}]
    row = {"value": sl.Estimate(1.0, 0.1)}
    table = sl.reweight(data, [2.0, 2.2], model=None)
    own: dict[str, dict[str, Any]] = {
        "series": {"data": data, "observable": "m2", "temperature": 2.2},
        "autocorrelation": {"data": data, "observable": "m2", "temperature": 2.2},
        "reweighted": {"table": table, "quantity": "m2"},
        "calibration": {"thermometer": energy, "unit": 2.27, "statistic": "e"},
        "validation": {"found": energy.validate(GRID[1:4], grid[1:4]), "unit": 2.27},
        "weights": {"machine": machine, "label": "a"},
        "spectrum": {"found": sl.spectrum(machine), "label": "a"},
        "learning_curve": {"history": history, "quantity": "weight_rms"},
        "receptive_fields": {"fields": np.ones((2, 4, 4)), "columns": 2, "each": True},
        "states": {"data": flow, "sample": 0, "columns": 2, "titles": None},
        "correlation_map": {"found": maps, "title": "a", "bar": True},
        "forest": {"rows": {"a": row}, "margin": 0.1, "words": "a"},
        "movie": {"trajectory": flow, "path": "/proc/nowhere/a.gif", "samples": 1, "frames_per_second": 2},
    }
    same = {"ax": Figure().add_subplot(), "color": "black", "legend": True}
    own["gap"] = {"machines": {"a": [(sl.Estimate(0.1, 0.01), sl.Estimate(1.0, 0.1))]}, "margin": 0.5, "words": "a"}
    own["layers"] = {"readings": data, "unit": 2.27}
    others = [name for name in sl.plot.__all__ if name not in own]
    return [
        _target(f"plot.{name}", getattr(sl.plot, name), same | own.get(name, {next(iter(_parameters(name))): data}))
        for name in [*own, *others]
    ]


def _parameters(name: str) -> Any:
    return inspect.signature(getattr(sl.plot, name)).parameters


_EXACT: dict[str, dict[str, Any]] = {"kaufman": {"L": 4}, "chain": {"n_sites": 8, "strength": 1.0, "field": 0.0}}


def _target(name: str, call: Callable[..., Any], given: dict[str, Any]) -> Target:
    """With those of the arguments given that the callable takes."""
    known = inspect.signature(call).parameters
    return Target(name, call, {key: value for key, value in given.items() if key in known})
