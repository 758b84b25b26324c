"""The facts of what spinlens writes and opens: names, suffixes, and what belongs to which command."""

from __future__ import annotations

from pathlib import Path

from spinlens.errors import InputError
from spinlens.files.regular import open_regular

SITES = ("x", "y", "z")
"""Dimensions of a Dataset that are those of the lattice."""

BITS = "_bits"
"""At the end of the name of a variable that holds spins as bits, a byte the last dimension."""

STATES = ("spins", "states", "samples", "configurations", "X")
"""Names under which states are found among the arrays of an archive or of an HDF5 file, the first of them."""

HDF5, NPY, ZIP = b"\x89HDF", b"\x93NUMPY", b"PK\x03\x04"
"""What files of netCDF and HDF5, of one array and of an archive of arrays begin with."""

PACKED = "spinlens packed states"
"""Kind of a safetensors file of states as bits."""

INSTRUMENTS = "spinlens instruments"
"""Kind of a safetensors file of calibrated instruments."""

ARTEFACT = '{\\"about\\":{'
"""What the notes of a safetensors file begin with that a task of a study has kept."""

TRAJECTORY = "spinlens-trajectory"
"""Name of the first array of an archive that holds a trajectory: what the flow is called."""

STATE_FILES = ".nc and .h5 (of spinlens sample, netCDF or HDF5), .npy, .npz, and packed .safetensors"
OPENED = f"states ({STATE_FILES}), machines, folders of spinlens train, flow and reproduce, and JSON such as point.json"

MARKER = "run.json"
"""In the folder of a command: which command wrote it, and with what arguments."""

RESULTS = "results.json"
TABLE = "comparison.json"
"""What `FlowComparison.save` writes."""

CONFIG = "config.json"
"""The settings in the folder of a machine."""

CHECKPOINT, PLAN = "checkpoint.json", "plan.json"
"""In folders of runs under way: of `sample`, and of a search for T_c."""

STUDY = "study.json"
"""In the folder of a study."""

MACHINE = "machine"
"""The machine in the folder of a training or of a flow that trained one."""

OF_TRAIN = (
    RESULTS, "index.html", MACHINE, "training-state.safetensors", "training-states-of-layers",
    "learning-curve*.svg", "spectrum*.svg", "couplings.svg", "receptive-fields.svg",
    "learning-curve*.pdf", "spectrum*.pdf", "couplings.pdf", "receptive-fields.pdf",
)  # fmt: skip
"""What `spinlens train` writes into its folder."""

OF_FLOW = (
    RESULTS, TABLE, "readings.csv", "flows.csv", "index.html", MACHINE, "machines", "flows",
    "flow-*.svg", "field-*.svg", "end.svg", "ends.svg", "layers.svg", "maps.svg",
    "flow-*.pdf", "field-*.pdf", "end.pdf", "ends.pdf", "layers.pdf", "maps.pdf",
)  # fmt: skip
"""What `spinlens flow` writes into its folder."""

TAKEN_UP = ("training-state.safetensors", "training-states-of-layers", "machines", "flows")
"""What the same command goes on from; all else it makes anew."""


def beginning(path: Path) -> bytes:
    """The first bytes of a file, by which its format is known."""
    try:
        with open_regular(path) as file:
            return file.read(512)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
