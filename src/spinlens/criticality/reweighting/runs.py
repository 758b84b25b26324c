"""What may be reweighted: output of `sample` with a graph of frozen bonds in every draw, checked at the border."""

from __future__ import annotations

import json

import numpy as np
import xarray as xr

from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document, model_of

_DIMS = ("temperature", "chain", "draw")
_NEEDED = ("m2", "m4")
_ONE = 1 + 1e-9
_MOST_BONDS = 2**53


def checked_runs(data: object, model: IsingModel | None) -> tuple[xr.Dataset, IsingModel]:
    """`data` with its dimensions in order, and its model; InputError where its draws cannot be reweighted in bonds."""
    if not isinstance(data, xr.Dataset):
        raise InputError(f"data must be a Dataset of `sample`, got {type(data).__name__}")
    if "bin" in data.dims:
        raise InputError("averages cannot be reweighted, bins mix numbers of bonds: sample with series=True")
    if "bonds" not in data or "fugacity" not in data.coords:
        raise InputError("the data have no frozen bonds: sample with algorithm='swendsen-wang'")
    if missing := [name for name in _NEEDED if name not in data]:
        raise InputError(f"the data lack {', '.join(missing)}: give all that `sample` returned")
    if missing := [name for name in _DIMS if name not in data["bonds"].dims]:
        raise InputError(f"the data lack the dimension {missing[0]}: select with lists, as data.isel({missing[0]}=[0])")
    data = data.transpose(*_DIMS, ...)
    _check_temperatures(data)
    _check_draws(data)
    model = _checked_model(data, model)
    if "spins" in data and data["spins"].shape != (*data["bonds"].shape, *model.shape):
        raise InputError(
            f"spins of shape {data['spins'].shape} are not states of {model.shape} for every draw of bonds"
        )
    return data, model


def _check_temperatures(data: xr.Dataset) -> None:
    T = data["temperature"].values
    if not (np.isfinite(T) & (T > 0)).all():
        raise InputError(f"the data hold T = {T.tolist()}: T = 0 and ∞ know no clusters, leave them out with data.sel")
    if not np.isfinite(data["bonds"].values).all():
        raise InputError("some draws have no number of bonds: leave those temperatures out with data.sel")


def _check_draws(data: xr.Dataset) -> None:
    """Numbers of bonds are counts, moments lie between 0 and 1, spins are ±1; anything else was not drawn."""
    bonds = data["bonds"].values
    if not ((bonds >= 0) & (bonds <= _MOST_BONDS) & (bonds == np.floor(bonds))).all():
        raise InputError("bonds must be counts: these data were changed since they were drawn")
    for name in _NEEDED:
        if not ((data[name].values >= 0) & (data[name].values <= _ONE)).all():
            raise InputError(f"{name} must lie between 0 and 1: these data were changed since they were drawn")
    if "spins" in data and not (np.abs(data["spins"].values) == 1).all():
        raise InputError("spins must be +1 and -1: these data were changed since they were drawn")


def _checked_model(data: xr.Dataset, given: IsingModel | None) -> IsingModel:
    if given is not None and "model" in data.attrs and model_document(given) != json.loads(data.attrs["model"]):
        raise InputError(f"the data were drawn from {data.attrs['model']}, not from {given}: leave `model` out")
    model = model_of(data) if given is None else given
    if model.field:
        raise InputError("bonds to the ghost spin of a field weigh otherwise: runs in a field cannot be reweighted")
    expected = [model.coupling.fugacity.value(float(T)) for T in data["temperature"].values]
    if not np.allclose(data["fugacity"].values, expected, rtol=1e-9, atol=0):
        raise InputError(f"the fugacities of the data are not those of {model} at their temperatures")
    return model
