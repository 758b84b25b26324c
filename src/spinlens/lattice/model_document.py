"""What a run was: its model as text that makes it again, versions, and the arguments that determine its draws."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import platform
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np
import xarray as xr

from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling, CouplingTable, NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel

TABLE = "coupling_table"
_KINDS: dict[str, type[NearestNeighbour | PowerLaw]] = {"NearestNeighbour": NearestNeighbour, "PowerLaw": PowerLaw}
_PACKAGES = ("spinlens", "numpy", "scipy", "numba", "xarray")


def model_document(model: IsingModel) -> dict[str, Any]:
    """The model as JSON data; a table of couplings is named by its checksum.

    >>> model_document(IsingModel((4, 4), NearestNeighbour()))
    {'shape': [4, 4], 'coupling': {'kind': 'NearestNeighbour', 'strength': 1.0}, 'field': 0.0}
    """
    coupling: Any = model.coupling
    kind = type(coupling).__name__
    if kind in _KINDS:
        fields = {field.name: getattr(coupling, field.name) for field in dataclasses.fields(coupling)}
    else:
        digest = hashlib.sha256(np.ascontiguousarray(model.coupling_table).tobytes()).hexdigest()
        fields = {"label": coupling.label, "sha256": digest}
    return {"shape": list(model.shape), "coupling": {"kind": kind, **fields}, "field": float(model.field)}


def model_of(data: xr.Dataset) -> IsingModel:
    """The model that a Dataset of `sample` was drawn from, from its attribute ``model``.

    >>> from spinlens import sample
    >>> data = sample(IsingModel((4, 4), PowerLaw(1.2)), 5.0, draws=4)
    >>> model_of(data)
    IsingModel(shape=(4, 4), coupling=PowerLaw(sigma=1.2, images='periodic', cell='point', strength=1.0), field=0.0)
    """
    try:
        document = json.loads(data.attrs["model"])
        fields = dict(document["coupling"])
        kind = _KINDS.get(fields.pop("kind"))
        shape, field = tuple(document["shape"]), float(document["field"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"the Dataset names no model ({error}); give one that `sample` made") from None
    coupling: Coupling
    if kind is not None:
        coupling = kind(**fields)
    elif TABLE in data:
        coupling = CouplingTable(data[TABLE].values, label=fields["label"])
    else:
        raise InputError(f"the Dataset lacks its variable {TABLE!r}: keep it to make the model again")
    return IsingModel(shape, coupling, field)


def needs_table(model: IsingModel) -> bool:
    """Whether `model_document` alone does not make the model again."""
    return type(model.coupling).__name__ not in _KINDS


def arguments(model: IsingModel, grid: Sequence[float], options: Mapping[str, Any]) -> dict[str, Any]:
    """Everything that determines the draws of a run, as JSON data."""
    return {
        "spinlens": versions()["spinlens"],
        "model": model_document(model),
        "temperatures": [repr(float(temperature)) for temperature in grid],
        **options,
    }


def attributes(model: IsingModel, seed: int, thin: int, algorithms: Sequence[str]) -> dict[str, str | int]:
    """Attributes of a Dataset, text and integers only, as netCDF holds them."""
    return {
        "model": json.dumps(model_document(model), ensure_ascii=False),
        "label": model.coupling.label,
        "seed": seed,
        "thin": thin,
        "algorithm": ", ".join(dict.fromkeys(algorithms)),
        "versions": json.dumps(versions()),
    }


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that the draws depend on."""
    return {"python": platform.python_version()} | {package: _version(package) for package in _PACKAGES}


@cache
def _version(package: str) -> str:
    """Its version; kept, since the packages' metadata are read from disk."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
