"""The last stage: all numbers of a study in one document, and the claims judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr

from spinlens.files.plain import plain
from spinlens.flows.along import five_figures
from spinlens.study.claims import judge_all
from spinlens.study.claims.map_curves import map_document
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.definition.names import TaskName
from spinlens.study.definition.tasks import FORMAT, package_version
from spinlens.study.stages.coarse import coarse_entries, fixed_point_entries
from spinlens.study.stages.instruments import worth
from spinlens.study.stages.lattice import Artefacts, Inputs
from spinlens.study.stages.published import published_entries


def _results_cost(inputs: Inputs, read: Read) -> Cost:
    spins = sum(map(costs.spins_of, costs.ensembles(read)))
    return Cost(
        {costs.STANDARD: 0.4 + 0.015 * len(read) + 1e-9 * spins}, 4 * spins + 20 * costs.MIB, 4000.0 * len(read)
    )


@costing(_results_cost)
def results(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """The document that `results.json` holds: numbers with errors for every model, and the verdicts."""
    study = inputs["study"]
    models = {
        model["name"]: model_entry(study, model, inputs["machines"][model["name"]], artefacts)
        for model in study["models"]
    }
    return document(study, models, getattr(artefacts, "made_with", ()))  # plain mappings do not know


def document(
    study: Mapping[str, Any], models: Mapping[str, Any], made_with: Sequence[Mapping[str, str]] = ()
) -> dict[str, Any]:
    """What results.json holds, of models with their numbers: these, the verdicts, and the map where there is one.

    `made_with` are the different libraries and processors that they were made with, one unless it is a mixture.
    """
    settings = {**study["study"], **{key: value for key, value in study.items() if key != "study"}}
    about = {"format": FORMAT, "spinlens": package_version(), "made_with": list(made_with)}
    found: dict[str, Any] = plain({**about, "study": settings, "models": dict(models)})
    found["claims"] = plain(list(judge_all(found)))
    if (along := map_document(found)) is not None:
        found["map"] = along
    return found


def model_entry(
    study: Mapping[str, Any], model: Mapping[str, Any], machines: Sequence[Mapping[str, Any]], artefacts: Artefacts
) -> dict[str, Any]:
    """All numbers of a model, with those of its `machines`."""
    name, size = model["name"], study["ensembles"]["size"]
    critical, reference = artefacts[f"critical/{name}"], artefacts[f"reference/{name}"]
    return {
        **critical_entry(critical),
        "size": size,
        "equilibrium": {key: value for key, value in reference.items() if key not in ("correlation", "log_z")},
        "thermometers": worth(artefacts[f"thermometers/{name}/L{size}"]),
        "thermometers_by_size": {L: worth(found) for L, found in _by_side(artefacts, "thermometers", name).items()},
        "machines": [
            {**machine, **artefacts[str(TaskName("end", name, machine["recipe"], machine["number"]))]}
            for machine in machines
        ],
        "flows": _flows(name, artefacts),
        **_blocks_and_stacks(study, name, artefacts),
        "units": _units(name, artefacts),
        "coarse": coarse_entries(name, artefacts),
        "fixed_points": fixed_point_entries(name, artefacts),
        "published": published_entries(name, artefacts),
    }


def critical_entry(critical: Mapping[str, Any]) -> dict[str, Any]:
    """What is known of a model as soon as its critical point is."""
    return {
        "label": critical["label"],
        "short_range": critical["regime"] == "short-range",
        "regime": critical["regime"],
        "dimension": 2,
        "reference": critical["reference"],
        "critical": critical["critical"],
    }


def machines_of(artefacts: Artefacts, model: str, stage: str = "machine") -> list[TaskName]:
    """The machines of a model for which a stage has a result, those of one recipe together."""
    found = [name.split("/") for name in artefacts if name.startswith(f"{stage}/{model}/")]
    recipes = list(dict.fromkeys(recipe for _, _, recipe, _ in found))
    return [
        TaskName("machine", model, recipe, int(number))
        for wanted in recipes
        for _, _, recipe, number in found
        if recipe == wanted
    ]


def _by_side(artefacts: Artefacts, stage: str, model: str) -> dict[str, Any]:
    """Results of a stage by the side of their lattice, the largest first."""
    found = {name.rsplit("/L", 1)[1]: name for name in artefacts if name.startswith(f"{stage}/{model}/L")}
    return {L: artefacts[found[L]] for L in sorted(found, key=int, reverse=True)}


def by_number(artefacts: Artefacts, stage: str, model: str) -> dict[int, Any]:
    """Results of a stage by the number of their stack."""
    return {int(name.rsplit("/", 1)[1]): artefacts[name] for name in artefacts if name.startswith(f"{stage}/{model}/")}


def _flows(model: str, artefacts: Artefacts) -> list[dict[str, Any]]:
    return [
        {"recipe": machine.recipe, "seed": machine.number, "start": start, **found}
        for machine in machines_of(artefacts, model, "flow")
        for start, found in artefacts[str(machine.at("flow"))].attrs["flows"].items()
    ]


def _units(model: str, artefacts: Artefacts) -> dict[str, list[dict[str, float]]]:
    """Norm, participation and radius of single units of the first machine of each recipe and of the first stack."""
    found: dict[str, list[dict[str, float]]] = {}
    for machine in machines_of(artefacts, model, "flow"):
        found.setdefault(str(machine.recipe), artefacts[str(machine.at("flow"))].attrs.get("units", []))
    for layers in list(by_number(artefacts, "layers", model).values())[:1]:
        found["stack"] = layers.attrs.get("units", [])
    return {name: units for name, units in found.items() if units}


def _blocks_and_stacks(study: Mapping[str, Any], model: str, artefacts: Artefacts) -> dict[str, Any]:
    """Flows of block spins and of stacks, layer by layer; empty where the study has none."""
    layers, stacks = (by_number(artefacts, stage, model) for stage in ("layers", "stack"))
    starts = study["flows"]["starts"]
    blocks: Any = artefacts.get(f"blocks/{model}")
    rules = [] if blocks is None else study["flows"]["rules"]
    return {
        "rg": [
            {"rule": rule, "start": start, "layers": _layers(blocks.sel(rule=rule, start=start))}
            for rule in rules
            for start in starts
        ],
        "stack": [
            {
                "seed": number,
                "start": start,
                "layers": _layers(data.sel(start=start)),
                "placement": [entry["quality"] for entry in data.attrs["placement"]],
            }
            for number, data in layers.items()
            for start in starts
        ],
        "stacks": [
            {"recipe": "stack", "seed": number, "training_set": stored.attrs["training_set"]}
            for number, stored in stacks.items()
        ],
        "localization": {
            "rg": [] if blocks is None else blocks.attrs["localization"],
            "stack": [data.attrs["localization"] for data in layers.values()],
        },
    }


def _layers(data: xr.Dataset) -> list[dict[str, Any]]:
    return [_layer(data.sel(layer=size), int(size)) for size in data["layer"].values]


def _layer(layer: xr.Dataset, size: int) -> dict[str, Any]:
    names = [str(name) for name in layer["instrument"].values]

    def estimates(quantity: str) -> dict[str, Any]:
        pairs = zip(layer[quantity].values.tolist(), layer[f"{quantity}_error"].values.tolist(), strict=True)
        return {name: {"value": value, "error": error} for name, (value, error) in zip(names, pairs, strict=True)}

    G = layer["correlation"].values[0] if "correlation" in layer else np.array([])
    return {
        "size": size,
        "temperature": estimates("temperature"),
        "change": estimates("change"),
        "magnetization": estimates("statistic")["magnetization"],
        "correlation": five_figures(G[np.isfinite(G)]),
        "in_range": dict(zip(names, layer["in_range"].values.astype(bool).tolist(), strict=True)),
        "off_lattice": bool(layer["off_lattice"].any()),
    }
