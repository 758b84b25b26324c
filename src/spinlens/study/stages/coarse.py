"""Stages of coarse-graining: exponents of learned maps beside block rules, and where a layer changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import xarray as xr

from spinlens import seeding
from spinlens.arrays import Spins
from spinlens.comparisons.blockings import Blocking, compare_blockings
from spinlens.errors import ConvergenceError
from spinlens.files.plain import plain
from spinlens.flows.fixed_points import layer_fixed_points
from spinlens.flows.placement import Placement
from spinlens.flows.reading import read_layers
from spinlens.flows.stacked_flow import place_stack, stacked_flow
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.controls import kadanoff_machine
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.machines.units.translations import Translations
from spinlens.renormalization.mcrg import MCRG
from spinlens.seeding import purpose_seed
from spinlens.study.definition import costs
from spinlens.study.definition.coarse import SCALE
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.stages.flowing import joined, largest_ensemble, readers
from spinlens.study.stages.instruments import states_at
from spinlens.study.stages.lattice import Artefacts, Inputs, critical_temperature, kept_spins, only
from spinlens.study.stages.learning import load_stack

_RULES: tuple[Blocking, ...] = ("majority", "decimation")
_STRENGTH = 1.0  # p of the Kadanoff machine; at 2 × 2 blocks nearly the majority


def _held_out_cost(inputs: Inputs, read: Read) -> Cost:
    work, spins = costs.drawn_states(inputs, inputs["size"], {1: inputs["states"]})
    return Cost(
        costs.with_standard(work, 0.05), 3 * spins + 20 * costs.MIB, costs.states_on_disk(spins, inputs["thin"])
    )


@costing(_held_out_cost)
def held_out(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """States at T_c that no machine has seen, which all coarse-grainings are compared on."""
    T_c = critical_temperature(artefacts)
    spins = kept_spins(inputs, inputs["size"], [T_c], inputs["states"], "coarse-graining")
    return xr.Dataset({"spins": spins.isel(temperature=0, drop=True)})


def _held_out_spins(read: Read) -> float:
    (item,) = (item for item in read.values() if "thin" in item and "states" in item)
    return float(item["states"] * item["size"] ** 2)


def _blockings_cost(inputs: Inputs, read: Read) -> Cost:
    spins = _held_out_spins(read)
    return Cost({costs.STANDARD: 0.3 + 3e-7 * spins}, 8 * spins + 20 * costs.MIB, 4000)


@costing(_blockings_cost)
def blockings(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """Exponents of block rules, and of one step of machines that are a block rule and that learned nothing."""
    states = only(artefacts, "held-out")["spins"].values
    shape = states.shape[1:]
    rules: dict[str, Blocking] = {str(rule): rule for rule in _RULES}
    machines: dict[str, Blocking] = {
        "kadanoff-machine": kadanoff_machine(shape, _STRENGTH, SCALE),
        "untrained": _untrained(shape, inputs),
    }
    found = [
        *exponents(states, rules, inputs["layers"], inputs["seed"]),
        *exponents(states, machines, 1, inputs["seed"]),
    ]
    result: dict[str, Any] = plain({"coarse": found})
    return result


def _untrained(shape: tuple[int, ...], inputs: Inputs) -> RBM:
    """A strided machine as training begins with it."""
    tied = Translations(shape, int(np.prod([side // SCALE for side in shape])), SCALE)
    generator = seeding.generator(inputs["seed"], "coarse-graining", "untrained")
    return RBM.from_weights(inputs["initial_scale"] * tied.random(tied.n_sites, generator))


def exponents(
    states: Spins, maps: dict[str, Blocking], steps: int, seed: int, number: int | None = None
) -> list[dict[str, Any]]:
    """y_t and y_h of every map and step as results hold them."""
    stream = purpose_seed(seed, "coarse-graining", number or 0)
    return [entry for name in maps for entry in _measured(states, name, maps[name], steps, stream, number)]


def _measured(
    states: Spins, name: str, blocking: Blocking, steps: int, stream: int, number: int | None
) -> Iterable[dict[str, Any]]:
    """What is found of one map; nothing of one that makes states too alike, as filters that have learned nothing do."""
    try:
        found = compare_blockings(states, {name: blocking}, steps, SCALE, seed=stream)
    except ConvergenceError:
        return _nothing(name, number, states.shape[1], steps)
    return _entries(name, number, found[name])


def _nothing(name: str, number: int | None, side: int, steps: int) -> Iterator[dict[str, Any]]:
    """Entries of a map whose operators do not determine an exponent."""
    for step in range(steps):
        sides = [side // SCALE**step, side // SCALE ** (step + 1)]
        empty: dict[str, Any] = {"y_t": None, "y_h": None, "systematic": {"y_t": None, "y_h": None}, "operators": []}
        yield {"map": name, "number": number, **empty, "sides": sides}


def _entries(name: str, number: int | None, steps: Sequence[MCRG]) -> Iterator[dict[str, Any]]:
    for found in steps:
        (step,) = found.steps
        yield {
            "map": name,
            "number": number,
            "y_t": found.exponent("even"),
            "y_h": found.exponent("odd"),
            "systematic": {"y_t": found.truncation("even"), "y_h": found.truncation("odd")},
            "operators": [len(step.even), len(step.odd)],
            "sides": [step.before[0], step.after[0]],
        }


def _learned_cost(inputs: Inputs, read: Read) -> Cost:
    sizes = costs.ensembles(read)
    held_out, flowing = _held_out_spins(read), len(inputs["starts"]) * sizes[0]["test"] * sizes[0]["size"] ** 2
    seconds = 0.2 + 1e-7 * held_out + 1e-7 * flowing
    return Cost({costs.STANDARD: seconds}, 2 * sum(map(costs.spins_of, sizes)) + 8 * (held_out + flowing), 30_000)


@costing(_learned_cost)
def learned(inputs: Inputs, artefacts: Artefacts) -> xr.Dataset:
    """One learned coarse-graining: the exponents of its steps at T_c, and its layers read from every start."""
    stack, states = load_stack(only(artefacts, "coarse")), only(artefacts, "held-out")["spins"].values
    number, steps = inputs["number"], len(stack.layers_)
    placements = place_stack(stack, states.shape[1:])
    result = _layers(inputs, artefacts, stack, placements) if inputs["starts"] else xr.Dataset()
    result.attrs["coarse"] = plain(exponents(states, {"learned": stack}, steps, inputs["seed"], number))
    result.attrs["placement"] = [{"quality": p.quality, "coherence": p.coherence} for p in placements]
    return result


def _layers(inputs: Inputs, artefacts: Artefacts, stack: StackedRBM, placements: tuple[Placement, ...]) -> xr.Dataset:
    """The layers of a stack whose units have their places, from every start."""
    data, instruments = largest_ensemble(artefacts), readers(inputs, artefacts)

    def path(start: float) -> Trajectory:
        seed = purpose_seed(inputs["seed"], "learned", inputs["number"], repr(start))
        return stacked_flow(stack, states_at(data, start), seed=seed, placements=placements)

    table = read_layers({start: path(start) for start in inputs["starts"]}, instruments)
    return joined({inputs["number"]: table}, "seed").isel(seed=0, drop=True)


# what the results hold of these


def coarse_entries(model: str, artefacts: Artefacts) -> list[dict[str, Any]]:
    """Exponents of all coarse-grainings of a model."""
    rules = artefacts.get(f"blockings/{model}")
    found = [] if rules is None else list(rules["coarse"])
    return [
        *found,
        *(entry for data in _numbered(artefacts, "learned", model).values() for entry in data.attrs["coarse"]),
    ]


def fixed_point_entries(model: str, artefacts: Artefacts) -> list[dict[str, Any]]:
    """T*/T_c of the first layer of blocks, dense stacks and learned coarse-grainings, by instrument."""
    T_c = artefacts[f"critical/{model}"]["critical"]["temperature"]["value"]
    flows: list[tuple[str, int | None, xr.Dataset]] = []
    if (blocks := artefacts.get(f"blocks/{model}")) is not None:
        rules = [str(rule) for rule in blocks["rule"].values if rule in ("majority", "average")]
        flows += [(rule, None, blocks.sel(rule=rule)) for rule in rules]
    flows += [("stack", number, data) for number, data in _numbered(artefacts, "layers", model).items()]
    flows += [
        ("learned", number, data)
        for number, data in _numbered(artefacts, "learned", model).items()
        if "start" in data.dims
    ]
    return [
        {"flow": flow, "number": number, "layer": 1, "instrument": name, **found.to_dict()}
        for flow, number, data in flows
        for name, found in layer_fixed_points(data, T_c).items()
    ]


def _numbered(artefacts: Artefacts, stage: str, model: str) -> dict[int, xr.Dataset]:
    return {int(name.rsplit("/", 1)[1]): artefacts[name] for name in artefacts if name.startswith(f"{stage}/{model}/")}
