"""The one JSON form of a model: model → document → model, for files, checkpoints and tasks alike.

    {"shape": [8, 8], "coupling": {"kind": "PowerLaw", "sigma": 1.2, …}, "field": 0.0}

Couplings with parameters are written out under the name of their class. Any other is kept as its table J(r), which lies
beside the document; the document holds its label and checksum, so that the table of another coupling is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling, CouplingTable, NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel

if TYPE_CHECKING:
    import xarray as xr

Document = dict[str, Any]

TABLE = "coupling_table"
"""Name of the variable that holds J(r) in a Dataset whose document does not give it."""

_KINDS: dict[str, type[NearestNeighbour | PowerLaw]] = {"NearestNeighbour": NearestNeighbour, "PowerLaw": PowerLaw}
_TABLE_KIND = "CouplingTable"


def coupling_document(coupling: Coupling, table: npt.ArrayLike | None = None) -> Document:
    """The coupling as JSON data; a coupling without parameters of its own needs its `table` J(r).

    >>> coupling_document(PowerLaw(1.2))
    {'kind': 'PowerLaw', 'sigma': 1.2, 'images': 'periodic', 'cell': 'point', 'strength': 1.0}
    """
    if type(coupling) in _KINDS.values():
        return {"kind": type(coupling).__name__, **vars(coupling)}
    if table is None:
        raise InputError(f"{coupling!r} is known by its table alone: give that too")
    return {"kind": _TABLE_KIND, "label": coupling.label, "sha256": _checksum(table)}


def named_document(coupling: Coupling | None) -> Document:
    """The same of a coupling with parameters of its own; empty where there is none and where only a table knows it.

    >>> named_document(None), named_document(NearestNeighbour())
    ({}, {'kind': 'NearestNeighbour', 'strength': 1.0})
    """
    return coupling_document(coupling) if coupling is not None and type(coupling) in _KINDS.values() else {}


def coupling_of(document: Mapping[str, Any], table: npt.ArrayLike | None = None) -> Coupling:
    """The coupling of a document; parameters that it leaves out have their defaults.

    `table` is J(r), for documents that give only its checksum. Raises `InputError` for a document that names no
    coupling, and for a table that is missing or another one.

    >>> coupling_of({"kind": "PowerLaw", "sigma": 1.2})
    PowerLaw(sigma=1.2, images='periodic', cell='point', strength=1.0)
    """
    fields = dict(document)
    kind = str(fields.pop("kind", None))
    if kind in _KINDS:
        return _with_parameters(kind, fields)
    if not {"label", "sha256"} <= fields.keys():
        raise InputError(f"{dict(document)} names no coupling; known kinds: {', '.join(_KINDS)}, {_TABLE_KIND}")
    if table is None:
        raise InputError(f"the coupling {fields['label']!r} is known by its table alone: give {TABLE!r} too")
    coupling = CouplingTable(table, label=fields["label"])
    if _checksum(coupling.values) != fields["sha256"]:
        raise InputError(f"this {TABLE} is not that of {fields['label']!r}: its checksum is another")
    return coupling


def _with_parameters(kind: str, fields: Mapping[str, Any]) -> Coupling:
    try:
        return _KINDS[kind](**fields)
    except TypeError:
        raise InputError(f"{dict(fields)} are not the parameters of a coupling {kind}") from None


def model_document(model: IsingModel) -> Document:
    """The model as JSON data.

    >>> model_document(IsingModel((4, 4), NearestNeighbour()))
    {'shape': [4, 4], 'coupling': {'kind': 'NearestNeighbour', 'strength': 1.0}, 'field': 0.0}
    """
    coupling = coupling_document(model.coupling, model.coupling_table if needs_table(model) else None)
    return {"shape": list(model.shape), "coupling": coupling, "field": float(model.field)}


def model_from(document: Mapping[str, Any], table: npt.ArrayLike | None = None) -> IsingModel:
    """The model of a document; `table` and errors as in `coupling_of`."""
    coupling = coupling_of(document["coupling"], table)
    return IsingModel(tuple(document["shape"]), coupling, float(document["field"]))


def needs_table(model: IsingModel) -> bool:
    """Whether the document of a model alone does not make the model again."""
    return type(model.coupling) not in _KINDS.values()


@checked
def model_of(data: xr.Dataset) -> IsingModel:
    """The model that a Dataset of `sample` was drawn from.

    Parameters
    ----------
    data : xarray.Dataset
        A result of `sample`, or such a one read from a file: its attribute ``model`` is the document of the model,
        and where the coupling is a table the variable ``coupling_table`` holds it.

    Returns
    -------
    IsingModel
        The model, with the same couplings to the last bit.

    Raises
    ------
    InputError
        The Dataset names no model, or lacks the table of its couplings, or holds another: give one that `sample`
        made, with all its variables.

    Examples
    --------
    >>> from spinlens import sample
    >>> data = sample(IsingModel((4, 4), PowerLaw(1.2)), 5.0, draws=4)
    >>> model_of(data)
    IsingModel(shape=(4, 4), coupling=PowerLaw(sigma=1.2, images='periodic', cell='point', strength=1.0), field=0.0)
    """
    table: Array | None = data[TABLE].values if TABLE in data else None
    try:
        return model_from(json.loads(data.attrs["model"]), table)
    except InputError as error:
        raise InputError(f"the Dataset does not make its model again: {error}") from None
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"the Dataset names no model ({error!r}); give one that `sample` made") from None


def _checksum(table: npt.ArrayLike) -> str:
    return hashlib.sha256(np.ascontiguousarray(table, dtype=np.float64).tobytes()).hexdigest()
