"""Data of the report's figures, from the artefacts of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from spinlens.arrays import Array
from spinlens.study.stages.collect import by_number, machines_of
from spinlens.study.stages.lattice import Artefacts
from spinlens.study.storage.codec import Arrays
from spinlens.study.storage.labelled import as_dataset


def figure_data(study: Mapping[str, Any], artefacts: Artefacts) -> dict[str, xr.Dataset]:
    """Datasets of the report's figures, named "kind/model"; `study` is the entry of that name in the results."""
    data: dict[str, xr.Dataset] = {}
    for model in study["models"]:
        name = model["name"]
        for kind, dataset in _figures(study, name, artefacts).items():
            data[f"{kind}/{name}"] = dataset
    return data


def _figures(study: Mapping[str, Any], name: str, artefacts: Artefacts) -> dict[str, xr.Dataset]:
    """Those for which the study has results."""
    size, flows = study["ensembles"]["size"], _flows(artefacts, name)
    return {
        "critical": artefacts[f"curves/{name}"],
        "snapshots": artefacts[f"snapshots/{name}"],
        "thermometers": _calibration(artefacts[f"thermometers/{name}/L{size}"]),
        **({"flow": _joined(flows)} if flows else {}),
        "correlation": _correlations(artefacts[f"reference/{name}"], flows),
        **_blocks_and_stacks(name, artefacts, size),
    }


def _flows(artefacts: Artefacts, model: str) -> dict[str, dict[int, xr.Dataset]]:
    """Flows of machines by recipe and number."""
    found: dict[str, dict[int, xr.Dataset]] = {}
    for machine in machines_of(artefacts, model, "flow"):
        found.setdefault(str(machine.recipe), {})[int(machine.number or 0)] = as_dataset(
            artefacts[str(machine.at("flow"))]
        )
    return found


def _blocks_and_stacks(model: str, artefacts: Artefacts, size: int) -> dict[str, xr.Dataset]:
    blocks, layers = artefacts.get(f"blocks/{model}"), list(by_number(artefacts, "layers", model).values())
    data = {} if blocks is None else {"rg": _readings(blocks)}
    if layers:
        stacks = xr.concat([_readings(layer) for layer in layers], dim="seed")
        data["stack"] = stacks.assign_coords(seed=range(len(layers)))
    if layers and blocks is not None:
        data["maps"] = _maps(blocks, layers[0], size)
    return data


def _readings(data: xr.Dataset) -> xr.Dataset:
    """What figures show of readings: out of range the nearest end of the calibration, where it is known."""
    found = data[["temperature", "temperature_error", "in_range"]]
    drawn = data["nearest" if "nearest" in data else "temperature"]
    return found.assign(temperature=drawn, in_range=found["in_range"].astype(bool)).assign_attrs(data.attrs)


def _calibration(stored: Arrays) -> xr.Dataset:
    """Curves of the thermometers at their own temperatures, and the held-out ensembles read back."""
    temperature, rows = _curves(stored)
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


def _joined(flows: Mapping[str, Mapping[int, xr.Dataset]]) -> xr.Dataset:
    """The flows of all recipes side by side, with states of the first machine of each."""
    by_recipe = [
        xr.concat([_readings(flow) for flow in own.values()], dim="seed").assign_coords(seed=list(own))
        for own in flows.values()
    ]
    joined = xr.concat(by_recipe, dim="recipe").assign_coords(recipe=list(flows))
    first = [next(iter(own.values())) for own in flows.values()]
    joined["flow_spins"] = (
        ("recipe", "start", "snapshot_step", "x", "y"), np.stack([flow["spins"].values for flow in first]),
    )  # fmt: skip
    return joined.assign_coords(snapshot_step=first[0]["snapshot_step"].values)


def _correlations(reference: Mapping[str, Any], flows: Mapping[str, Mapping[int, xr.Dataset]]) -> xr.Dataset:
    table = reference["correlation"]
    names, values, errors = ["Monte Carlo, T_c"], [table["G"]], [table["G_error"]]
    for recipe, own in flows.items():
        data = next(iter(own.values()))
        for start in data["start"].values:
            G, error = data["correlation"].sel(start=start).values
            names.append(f"RBM {recipe}, {start} start")
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
