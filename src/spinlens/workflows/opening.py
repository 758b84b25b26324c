"""What spinlens and others have written, opened; and objects written in the form that is opened again.

Machines, critical points and comparisons load their modules when they are met: a file of states needs none of them.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.border import checked
from spinlens.errors import ArtefactError, InputError, StudyError
from spinlens.files import formats
from spinlens.files.atomic import write_file
from spinlens.files.held import is_labelled
from spinlens.files.netcdf import dataset_bytes
from spinlens.files.packed_states import PackedStates
from spinlens.files.plain import plain
from spinlens.files.regular import read_regular
from spinlens.files.run_folder import run_of
from spinlens.files.states_file import open_states


@checked
def open(path: str | os.PathLike[str]) -> Any:
    """Whatever lies in a file or folder of spinlens, and states of other programs.

    Files are known by what they begin with, not by their names. Nothing of large files of states is read before it is
    used. What comes back can be given wherever states or machines are taken.

    Parameters
    ----------
    path : path
        A file or a folder.

    Returns
    -------
    Dataset, array, machine, CriticalPoint, InstrumentSet, Trajectory, FlowComparison or dict
        netCDF of ``spinlens sample``: the Dataset of `sample`, spins as ±1; other netCDF and HDF5: a Dataset of what is
        in it, or the machine in a file of rbms. ``.npy``: the array; ``.npz``: its arrays by name; packed states: as of
        `open_packed`. A machine, or the folder of ``spinlens train``: an `RBM`, a `StackedRBM` or an
        `AutoregressiveNetwork`. ``point.json`` of ``spinlens critical``: a `CriticalPoint`. What an `InstrumentSet`
        or a `Trajectory` saved: that.
        The table of `compare_flows`: a `FlowComparison`. A study, or the folder of ``spinlens flow``: what its
        results.json holds; any other JSON likewise. A file among the artefacts of a study: the machine, the stack, the
        instruments, the Dataset or the numbers that its task has made; other arrays by name.

    Raises
    ------
    InputError
        Nothing there, or nothing that can be opened; the message says what can.
    ArtefactError
        A damaged file: make or copy it again.
    StudyError
        A study or another run that has no results yet: the same command goes on with it.

    See Also
    --------
    save : the other way.

    Examples
    --------
    >>> import tempfile
    >>> from spinlens import IsingModel, NearestNeighbour, sample
    >>> data = sample(IsingModel((4, 4), NearestNeighbour()), 2.5, draws=10, keep_spins=True)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(data, f"{folder}/states.nc")
    ...     open(f"{folder}/states.nc").identical(data)
    True
    """
    place = Path(path)
    if place.is_dir():
        return _folder(place)
    head = formats.beginning(place)
    if head.startswith(formats.HDF5) and _of_rbms(place):
        return _machine(place)
    if head.startswith(formats.ZIP) and formats.TRAJECTORY.encode() in head:
        return _trajectory(place)
    if head.startswith((formats.HDF5, formats.NPY, formats.ZIP)) or formats.PACKED.encode() in head:
        return open_states(place)
    if head[8:9] == b"{" and formats.ARTEFACT.encode() in head:
        return _artefact(place)
    if head[8:9] == b"{":
        return _instruments(place) if formats.INSTRUMENTS.encode() in head else _machine(place)
    if head.lstrip()[:1] in (b"{", b"["):
        return _json(place)
    raise InputError(f"{place} is of no format that spinlens knows; it opens {formats.OPENED}")


def save(thing: Any, path: str | os.PathLike[str]) -> None:
    """Write a Dataset, states, a machine, a critical point or results in the form that `open` reads.

    A file appears complete or not at all; one that is there is replaced.

    Parameters
    ----------
    thing : Dataset, array, machine, CriticalPoint, FlowComparison, dict, …
        States of ±1 in a Dataset take a bit each. Anything with a method ``save`` is asked to save itself.
    path : path
        Datasets: netCDF whatever the suffix (.nc by custom). Arrays: .npy; .npz for several by name; .safetensors for
        states (n_samples, n_visible) of ±1, a bit each. Machines: a folder, or a file .safetensors. Numbers, lists and
        dicts of them: JSON.

    Raises
    ------
    InputError
        Something that has no such form.
    StudyError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(np.ones((5, 4, 4), dtype=np.int8), f"{folder}/up.npy")
    ...     open(f"{folder}/up.npy").shape
    (5, 4, 4)
    """
    target = Path(path)
    if is_labelled(thing):
        dataset: Any = thing if hasattr(thing, "data_vars") else thing.to_dataset(name=formats.STATES[0])
        write_file(target, dataset_bytes(dataset))
    elif callable(own := getattr(thing, "save", None)):
        own(target)
    elif target.suffix == ".safetensors":
        from spinlens.machines.files.packed import write_packed

        write_packed(target, [thing])
    elif target.suffix in _OF_ARRAYS:
        content = io.BytesIO()
        _OF_ARRAYS[target.suffix](content, thing)
        write_file(target, content.getvalue())
    elif isinstance(thing, np.ndarray | PackedStates):
        raise InputError(f"arrays are saved as .npy, .npz or .safetensors (states of ±1), got {target.name!r}")
    else:
        write_file(target, (json.dumps(plain(thing), indent=1, ensure_ascii=False) + "\n").encode())


def _npy(file: Any, thing: Any) -> None:
    np.save(file, np.asarray(thing), allow_pickle=False)


def _npz(file: Any, thing: Any) -> None:
    arrays: Any = thing if isinstance(thing, Mapping) else {formats.STATES[1]: thing}
    named: dict[str, Any] = {str(name): np.asarray(array) for name, array in arrays.items()}
    np.savez(file, **named)


_OF_ARRAYS: Mapping[str, Callable[[Any, Any], None]] = {".npy": _npy, ".npz": _npz}


def _folder(place: Path) -> Any:
    """What the folder of a machine, a command, a study or a table holds."""
    if (place / formats.CONFIG).is_file():
        return _machine(place)
    results = place / formats.RESULTS
    if (place / formats.STUDY).is_file() or run_of(place).get("command") == "flow":
        if not results.is_file():
            what = f", and spinlens study peek {place} says what there is" * (place / formats.STUDY).is_file()
            raise StudyError(f"{place} has no results yet: the command that made it goes on there{what}")
        return _json(results)
    if (place / formats.MACHINE).is_dir():
        return _machine(place / formats.MACHINE)
    if run_of(place):
        raise StudyError(f"{place} has no machine yet: the command that made it goes on there")
    if (place / formats.TABLE).is_file():
        return _json(place / formats.TABLE)
    if any((place / name).is_file() for name in (formats.CHECKPOINT, formats.PLAN)):
        raise InputError(f"{place} is the checkpoint of a run: the command that made it goes on there")
    raise InputError(f"{place} is no folder of spinlens; it opens {formats.OPENED}")


def _of_rbms(path: Path) -> bool:
    """Whether an HDF5 file holds the updates of a training by rbms; damaged ones hold nothing."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            return any(name.startswith("update_") for name in file)
    except OSError:
        return False


def _machine(path: Path) -> Any:
    from spinlens.machines.kinds import read_learner

    return read_learner(path)


def _artefact(path: Path) -> Any:
    """A machine, a stack or the instruments that a study has made, or the arrays or numbers of another task by name."""
    from spinlens.study.stages.learning import load_machine, load_stack
    from spinlens.study.storage.codec import Arrays, opened

    about, stored = opened(path.suffix, read_regular(path), str(path))
    if not isinstance(stored, Arrays):
        return stored
    if "config" in stored.attrs:
        load = load_stack if any(name.startswith("layer") for name in stored.arrays) else load_machine
        return load(stored)
    if "T_c" in stored.attrs and "model" in about.get("inputs", {}):
        return _instruments_of(about["inputs"]["model"], stored)
    return dict(stored.arrays) or dict(stored.attrs)


def _instruments_of(coupling: Mapping[str, Any], stored: Any) -> Any:
    from spinlens.lattice.ising import IsingModel
    from spinlens.lattice.model_document import coupling_of
    from spinlens.study.stages.instruments import instruments_at

    sides = tuple(map(int, stored.arrays["magnetization.shape"]))
    return instruments_at(stored, IsingModel(sides, coupling_of(coupling)))


def _instruments(path: Path) -> Any:
    from spinlens.thermometers.instruments import InstrumentSet

    return InstrumentSet.load(path)


def _trajectory(path: Path) -> Any:
    from spinlens.lattice.trajectory import Trajectory

    return Trajectory.load(path)


def _json(path: Path) -> Any:
    try:
        document = json.loads(read_regular(path))
    except (OSError, ValueError, RecursionError) as error:
        raise ArtefactError(f"{path} cannot be read: {error}") from None
    names = set(document) if isinstance(document, dict) else set()
    if {"temperature", "delta_spin", "crossings"} <= names:
        from spinlens.criticality.analysis.critical_point import CriticalPoint

        return CriticalPoint.load(path)
    if names == {"spinlens", "payload"}:  # what a task of a study has kept
        return document["payload"]
    if names == {"readings", "flows"}:
        from spinlens.comparisons.compare_flows import FlowComparison

        return FlowComparison(**document)
    return document
