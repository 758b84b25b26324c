"""The last stage: all numbers of a study in one document, the claims judged, and the data of the report's figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from spinlens.arrays import Array
from spinlens.study.claims import judge_all
from spinlens.study.definition import costs
from spinlens.study.definition.costs import Cost, Read, costing
from spinlens.study.definition.names import TaskName
from spinlens.study.definition.tasks import FORMAT, package_version
from spinlens.study.stages.instruments import worth
from spinlens.study.stages.lattice import Artefacts, Inputs
from spinlens.study.storage.codec import Arrays, plain


def _results_cost(inputs: Inputs, read: Read) -> Cost:
    spins = sum(map(costs.spins_of, costs.ensembles(read)))
    return Cost(
        {costs.STANDARD: 0.4 + 0.015 * len(read) + 1e-9 * spins}, 4 * spins + 20 * costs.MIB, 4000.0 * len(read)
    )


@costing(_results_cost)
def results(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """The document that `results.json` holds: numbers with errors for every model, and the verdicts."""
    study = inputs["study"]
    settings = {**study["study"], **{key: value for key, value in study.items() if key != "study"}}
    document: dict[str, Any] = {
        "format": FORMAT,
        "spinlens": package_version(),
        "study": settings,
        "models": {model["name"]: _model(study, model, artefacts) for model in study["models"]},
    }
    document = plain(document)
    document["claims"] = plain(list(judge_all(document)))
    return document


def _model(study: Mapping[str, Any], model: Mapping[str, Any], artefacts: Artefacts) -> dict[str, Any]:
    name, size = model["name"], study["ensembles"]["size"]
    critical, reference = artefacts[f"critical/{name}"], artefacts[f"reference/{name}"]
    stacks = {number: artefacts[f"layers/{name}/{number}"] for number in range(study["stack"]["seeds"])}
    blocks = artefacts[f"blocks/{name}"]
    point = critical["critical"]
    return {
        "label": critical["label"],
        "short_range": critical["regime"] == "short-range",
        "regime": critical["regime"],
        "dimension": 2,
        "reference": critical["reference"],
        "critical": point,
        "size": size,
        "equilibrium": {key: value for key, value in reference.items() if key != "correlation"},
        "thermometers": worth(artefacts[f"thermometers/{name}/L{size}"]),
        "thermometers_by_size": {str(L): worth(artefacts[f"thermometers/{name}/L{L}"]) for L in blocks["layer"].values},
        "machines": [_machine(str(machine.recipe), artefacts[str(machine)]) for machine in _machines(study, name)],
        "flows": [
            {"recipe": machine.recipe, "seed": machine.number, "start": start, **found}
            for machine in _machines(study, name)
            for start, found in artefacts[str(machine.at("flow"))].attrs["flows"].items()
        ],
        "rg": [
            {"rule": rule, "start": start, "layers": _layers(blocks.sel(rule=rule, start=start))}
            for rule in study["flows"]["rules"]
            for start in study["flows"]["starts"]
        ],
        "stack": [
            {
                "seed": number,
                "start": start,
                "converged": data.attrs["converged"],
                "layers": _layers(data.sel(start=start)),
                "placement": [entry["quality"] for entry in data.attrs["placement"]],
            }
            for number, data in stacks.items()
            for start in study["flows"]["starts"]
        ],
        "stacks": [_machine("stack", artefacts[f"stack/{name}/{number}"]) for number in stacks],
        "localization": {
            "rg": blocks.attrs["localization"],
            "stack": [{**data.attrs["localization"], "converged": data.attrs["converged"]} for data in stacks.values()],
        },
    }


def _machines(study: Mapping[str, Any], model: str) -> list[TaskName]:
    return [
        TaskName("machine", model, recipe["name"], number)
        for recipe in study["machines"]["recipes"]
        for number in range(study["machines"]["seeds"])
    ]


def _machine(recipe: str, stored: Arrays) -> dict[str, Any]:
    notes = stored.attrs
    tau = notes.get("gibbs_tau")
    return {
        "recipe": recipe,
        **{key: notes.get(key) for key in ("training_set", "seed", "log_likelihood", "late_gain", "converged")},
        "gibbs_tau": None if tau is None else tau["value"],
    }


def _layers(data: xr.Dataset) -> list[dict[str, Any]]:
    return [_layer(data.sel(layer=size), int(size)) for size in data["layer"].values]


def _layer(layer: xr.Dataset, size: int) -> dict[str, Any]:
    names = [str(name) for name in layer["instrument"].values]

    def estimates(quantity: str) -> dict[str, Any]:
        pairs = zip(layer[quantity].values.tolist(), layer[f"{quantity}_error"].values.tolist(), strict=True)
        return {name: {"value": value, "error": error} for name, (value, error) in zip(names, pairs, strict=True)}

    return {
        "size": size,
        "temperature": estimates("temperature"),
        "change": estimates("change"),
        "in_range": dict(zip(names, layer["in_range"].values.astype(bool).tolist(), strict=True)),
        "off_lattice": bool(layer["off_lattice"].any()),
    }


def figure_data(study: Mapping[str, Any], artefacts: Artefacts) -> dict[str, xr.Dataset]:
    """Datasets of the report's figures, named "kind/model"; `study` is the entry of that name in the results."""
    data: dict[str, xr.Dataset] = {}
    for model in study["models"]:
        name = model["name"]
        for kind, dataset in _figures(study, name, artefacts).items():
            data[f"{kind}/{name}"] = dataset
    return data


def _figures(study: Mapping[str, Any], name: str, artefacts: Artefacts) -> dict[str, xr.Dataset]:
    size = study["ensembles"]["size"]
    blocks = artefacts[f"blocks/{name}"]
    layers = [artefacts[f"layers/{name}/{number}"] for number in range(study["stack"]["seeds"])]
    flows = {f"{m.recipe}/{m.number}": artefacts[str(m.at("flow"))] for m in _machines(study, name)}
    return {
        "critical": artefacts[f"curves/{name}"],
        "snapshots": artefacts[f"snapshots/{name}"],
        "thermometers": _calibration(artefacts[f"thermometers/{name}/L{size}"]),
        "flow": _flow(study, flows),
        "correlation": _correlations(artefacts[f"reference/{name}"], study, flows),
        "rg": _readings(blocks),
        "stack": xr.concat([_readings(data) for data in layers], dim="seed").assign_coords(seed=range(len(layers))),
        "maps": _maps(blocks, layers[0], size),
    }


def _readings(data: xr.Dataset) -> xr.Dataset:
    found = data[["temperature", "temperature_error", "in_range"]]
    return found.assign(in_range=found["in_range"].astype(bool)).assign_attrs(data.attrs)


def _calibration(stored: Arrays) -> xr.Dataset:
    """Curves of the thermometers at their own temperatures, and the held-out ensembles read back."""
    temperature, rows = _curves(stored) if "curves" in stored.attrs else _curves_of_format_1(stored.arrays)
    own = {"mean": "mean", "error": "curve_error", "spread": "curve_spread", "read_error": "error"}
    columns = {key: np.array([row[of] for row in rows.values()], dtype=np.float64) for key, of in own.items()}
    columns["read"] = temperature + np.array([row["bias"] for row in rows.values()], dtype=np.float64)
    inside = np.array([row["in_range"] for row in rows.values()], dtype=bool)
    return xr.Dataset(
        {key: (("instrument", "temperature"), values) for key, values in {**columns, "in_range": inside}.items()},
        coords={"instrument": list(rows), "temperature": temperature},
        attrs={"T_c": stored.attrs["T_c"]},
    )


def _curves(stored: Arrays) -> tuple[Array, dict[str, dict[str, Any]]]:
    """Temperatures, and by instrument what is known at each."""
    read, curves = stored.attrs["read"], stored.attrs["curves"]
    rows = {name: {**curves[name], **row} for name, row in read["thermometers"].items()}
    return np.array(read["temperatures"]), rows


def _curves_of_format_1(arrays: Mapping[str, Any]) -> tuple[Array, dict[str, dict[str, Any]]]:
    own = {"mean": "curve_mean", "curve_error": "curve_error", "curve_spread": "deviation", "error": "read.error",
           "bias": "read.bias", "in_range": "read.in_range"}  # fmt: skip
    names = [name for name in ("energy", "magnetization", "network") if f"{name}.deviation" in arrays]
    rows = {name: {key: arrays[f"{name}.{place}"] for key, place in own.items()} for name in names}
    return arrays["temperature"], rows


def _flow(study: Mapping[str, Any], flows: Mapping[str, xr.Dataset]) -> xr.Dataset:
    recipes = [recipe["name"] for recipe in study["machines"]["recipes"]]
    seeds = range(study["machines"]["seeds"])
    by_recipe = [
        xr.concat([_readings(flows[f"{recipe}/{seed}"]) for seed in seeds], dim="seed").assign_coords(seed=list(seeds))
        for recipe in recipes
    ]
    joined = xr.concat(by_recipe, dim="recipe").assign_coords(recipe=recipes)
    spins = np.stack([flows[f"{recipe}/0"]["spins"].values for recipe in recipes])
    joined["flow_spins"] = (("recipe", "start", "snapshot_step", "x", "y"), spins)
    return joined.assign_coords(snapshot_step=flows[f"{recipes[0]}/0"]["snapshot_step"].values)


def _correlations(
    reference: Mapping[str, Any], study: Mapping[str, Any], flows: Mapping[str, xr.Dataset]
) -> xr.Dataset:
    table = reference["correlation"]
    names, values, errors = ["Monte Carlo, T_c"], [table["G"]], [table["G_error"]]
    for recipe in study["machines"]["recipes"]:
        data = flows[f"{recipe['name']}/0"]
        for start in data["start"].values:
            G, error = data["correlation"].sel(start=start).values
            names.append(f"RBM {recipe['name']}, {start} start")
            values.append(G.tolist())
            errors.append(error.tolist())
    return xr.Dataset(
        {"G": (("curve", "r"), np.array(values)), "G_error": (("curve", "r"), np.array(errors))},
        coords={"curve": names, "r": table["r"]},
    )


def _maps(blocks: xr.Dataset, layer: xr.Dataset, size: int) -> xr.Dataset:
    names = {"majority": "majority blocks", "average": "block average"}
    sources = ["stacked RBM", *(names.get(str(rule), str(rule)) for rule in blocks["rule"].values)]
    stacked = np.concatenate([layer["maps"].values[None], blocks["maps"].values])
    kinds = [str(kind) for kind in layer["kind"].values]
    maps = {kind: (("source", "x", "y"), stacked[:, k]) for k, kind in enumerate(kinds)}
    fields = (("unit", "x", "y"), layer["fields"].values)
    return xr.Dataset({**maps, "fields": fields}, coords={"source": sources}, attrs={"size": size})
