"""What a result says of itself: names and units of its variables, coordinates, the model and how it was drawn."""

from __future__ import annotations

import json
from collections.abc import Sequence

import xarray as xr

from spinlens.files.formats import SITES
from spinlens.lattice.model_document import TABLE, model_document, needs_table
from spinlens.sampling.algorithms.algorithm import Algorithm
from spinlens.sampling.algorithms.multispin import MultiSpin
from spinlens.sampling.algorithms.quantities import QUANTITIES
from spinlens.sampling.chains.recorders import PRODUCTS, product_name
from spinlens.sampling.chains.request import RunRequest
from spinlens.versions import made_with, versions


def describe(name: str) -> dict[str, str]:
    """long_name and units of an observable or product."""
    if name == "energy":
        return {"long_name": "energy per spin", "units": "J"}
    if name == "abs_magnetization":
        return {"long_name": "absolute magnetization per spin", "units": "1"}
    for first, second in PRODUCTS:
        if name == product_name(first, second):
            units = {0: "1", 1: "J", 2: "J²"}[(first, second).count("energy")]
            return {"long_name": f"{first} times {second}", "units": units}
    return {"long_name": QUANTITIES[name].long_name, "units": QUANTITIES[name].units}


def add_description(data: xr.Dataset, request: RunRequest, algorithms: Sequence[Algorithm | MultiSpin]) -> xr.Dataset:
    """The Dataset with its coordinates, the table of couplings where the model needs it, and where it came from."""
    model = request.model
    fugacities = [algorithm.fugacity for algorithm in algorithms]
    data = data.assign_coords(
        temperature=("temperature", list(request.temperatures), {"long_name": "temperature", "units": "J/k_B"}),
        fugacity=("temperature", fugacities, {"long_name": "fugacity", "units": "1"}),
    )
    data["chain"].attrs = {"long_name": "independent chain", "units": "1"}
    if "draw" in data.dims:
        data["draw"].attrs = {"long_name": "draw", "units": f"{request.thin} sweeps"}
    if needs_table(model):
        dims = [f"r_{axis}" for axis in SITES[: model.dimension]]
        data[TABLE] = (dims, model.coupling_table, {"long_name": "coupling J(r)", "units": "J"})
    names = ", ".join(dict.fromkeys(type(algorithm).__name__ for algorithm in algorithms))
    data.attrs = {
        "model": json.dumps(model_document(model), ensure_ascii=False),
        "label": model.coupling.label,
        "seed": request.seed if request.seed < 2**63 else str(request.seed),  # netCDF has no longer integers
        "thin": request.thin,
        "algorithm": f"{names} with replica exchange" if request.exchange else names,
        "versions": json.dumps({**versions(), **made_with()}),
    }
    return data
