"""Data of the report's figures, from the artefacts of a study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr

from spinlens.arrays import Array, Spins
from spinlens.lattice.film import Film
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
    read, reference = artefacts.get(f"thermometers/{name}/L{size}"), artefacts.get(f"reference/{name}")
    whole = {"critical": artefacts.get(f"curves/{name}"), "snapshots": artefacts.get(f"snapshots/{name}")}
    return {
        **{kind: found for kind, found in whole.items() if found is not None},
        **({} if read is None else {"thermometers": _calibration(read)}),
        **({"flow": _joined(flows)} if flows else {}),
        **({} if reference is None else {"correlation": _correlations(reference, flows)}),
        **_blocks_and_stacks(name, artefacts, size),
        **_films(name, artefacts, flows),
        **_units(name, artefacts, flows),
    }


def _flows(artefacts: Artefacts, model: str) -> dict[str, dict[int, xr.Dataset]]:
    """Flows of machines by recipe and number."""
    found: dict[str, dict[int, xr.Dataset]] = {}
    for machine in machines_of(artefacts, model, "flow"):
        found.setdefault(str(machine.recipe), {})[int(machine.number or 0)] = as_dataset(
            artefacts[str(machine.at("flow"))]
        )
    return found


def _films(model: str, artefacts: Artefacts, flows: Mapping[str, Mapping[int, xr.Dataset]]) -> dict[str, xr.Dataset]:
    """Spins along the flows of the first machine of each recipe, of the first stack and of blocks, where kept."""
    found: dict[str, xr.Dataset] = {}
    for recipe, own in flows.items():
        number, flow = next(iter(own.items()))
        if "film" in flow:
            found[f"film/machine/{recipe}"] = _film(flow, "film", flow.attrs["film"], number)
    for number, layers in list(by_number(artefacts, "layers", model).items())[:1]:
        if "film" in layers:
            found["film/stack/stack"] = _film(layers, "film", layers.attrs["film"], number)
    blocks: Any = artefacts.get(f"blocks/{model}")
    for rule, about in ({} if blocks is None else blocks.attrs.get("film", {})).items():
        found[f"film/blocks/{rule}"] = _film(blocks, f"film_{rule}", about, 0)
    return found


def _units(model: str, artefacts: Artefacts, flows: Mapping[str, Mapping[int, xr.Dataset]]) -> dict[str, xr.Dataset]:
    """Receptive fields and ⟨vh⟩ of units of the same machines, where kept: `units` (seen, shown, x, y)."""
    sources = {f"machine/{recipe}": next(iter(own.values())) for recipe, own in flows.items()}
    for layers in list(by_number(artefacts, "layers", model).values())[:1]:
        sources["stack/stack"] = layers
    return {f"units/{name}": found[["units"]] for name, found in sources.items() if "units" in found}


def _film(flow: xr.Dataset, name: str, about: Mapping[str, Any], number: int) -> xr.Dataset:
    """`frames` (start, sample, byte) of a `Film` from every start, the rest of it among the attributes."""
    frames = (("start", "sample", "byte"), flow[name].values)
    return xr.Dataset({"frames": frames}, {"start": flow["start"].values}, {"number": number, "film": dict(about)})


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
    joined = xr.concat(by_recipe, dim="recipe", join="outer").assign_coords(recipe=list(flows))  # unequal seeds
    shown = [_tiles(next(iter(own.values()))) for own in flows.values()]
    joined["flow_spins"] = (("recipe", "start", "snapshot_step", "x", "y"), np.stack([spins for _, spins in shown]))
    return joined.assign_coords(snapshot_step=shown[0][0])


def _tiles(flow: xr.Dataset) -> tuple[list[int], Spins]:
    """Some steps of a flow and one state of every start there, (start, step, x, y)."""
    if "film" not in flow:  # of a study that kept no more
        return flow["snapshot_step"].values.tolist(), flow["spins"].values
    films = [Film.made(flow.attrs["film"], frames) for frames in flow["film"].values]
    records = _spread(len(films[0].steps))
    spins = np.array([[film.record(k)[0] for k in records] for film in films], dtype=np.int8)
    return [films[0].steps[k] for k in records], spins


def _spread(count: int) -> list[int]:
    """At most five of `count` records: the first, the last and some between."""
    return sorted({round(k) for k in np.geomspace(1, count, min(5, count)) - 1})


def _correlations(reference: Mapping[str, Any], flows: Mapping[str, Mapping[int, xr.Dataset]]) -> xr.Dataset:
    table = reference["correlation"]
    names, values, errors = ["Monte Carlo, T_c"], [table["G"]], [table["G_error"]]
    for recipe, own in flows.items():
        data = next(iter(own.values()))
        for start in data["start"].values:
            found = data["correlation"].sel(start=start)
            G, error = (found.isel(step=-1) if "step" in found.dims else found).values
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
