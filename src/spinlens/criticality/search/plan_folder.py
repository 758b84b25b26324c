"""A planned run on disk: the histograms of every size, replaced in one step after each round.

plan.json        the arguments of the run, compared before anything is read
L00064.spl       all histograms of one size so far, with the rounds they contain
run-001-L00064/  chains of a pilot under way, or of a run with fixed draws
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.errors import CheckpointError
from spinlens.files.atomic import replace_file
from spinlens.files.bound_folder import BoundFolder
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.chains.checkpoint import Snapshot, decode, encode
from spinlens.statistics.reweighting import Histograms

_PLAN = "plan.json"
_TABLES = ("theta", "draws", "totals", "counts", "sums")


class PlanFolder:
    """The folder of one planned run; making the object creates it, or checks that it belongs to the same run."""

    def __init__(self, path: str | os.PathLike[str], arguments: Mapping[str, Any]) -> None:
        self._bound = BoundFolder(path, _PLAN, arguments, "budget and workers")
        self.path = self._bound.path

    @property
    def notes(self) -> dict[str, Any]:
        """What was kept with the arguments, such as the budget in spin updates."""
        return self._bound.notes

    def note(self, **notes: Any) -> None:
        """Keep more notes."""
        self._bound.note(**notes)

    def save(self, size: SizeCurves, notes: Mapping[str, Any]) -> None:
        """Replace the file of one size."""
        table = size.histograms
        arrays = {name: np.asarray(getattr(table, name)) for name in _TABLES}
        arrays["temperatures"] = np.array(size.temperatures)
        content = encode(Snapshot(arrays, {**notes, "first": table.first, "names": list(size.names)}))
        try:
            replace_file(self._file(size.L), content)
        except OSError as error:
            raise CheckpointError(f"cannot write {self._file(size.L)}: {error.strerror or error}") from None

    def load(self, model: IsingModel) -> tuple[SizeCurves, dict[str, Any]] | None:
        """What `save` kept of one size, None where there is nothing."""
        path = self._file(model.shape[0])
        try:
            found = decode(path.read_bytes(), str(path))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from None
        arrays, notes = found.arrays, dict(found.notes)
        if any(name not in arrays for name in (*_TABLES, "temperatures")) or "first" not in notes:
            raise CheckpointError(f"{path} holds no histograms; remove it to start that size over")
        if "names" not in notes:
            raise CheckpointError(f"{path} was written by an earlier version; remove it to start that size over")
        theta, draws, totals, counts, sums = (np.asarray(arrays[name], dtype=np.float64) for name in _TABLES)
        table = Histograms(theta, int(notes.pop("first")), draws, totals, counts, sums)
        names = tuple(str(name) for name in notes.pop("names"))
        if len(names) != len(table.sums):
            raise CheckpointError(f"{path} is damaged; remove it to start that size over")
        return SizeCurves(model, tuple(arrays["temperatures"].tolist()), table, names), notes

    def part(self, attempt: int, L: int) -> Path:
        """The folder in which `sample` keeps the chains of one of several attempts at a window."""
        return self.path / f"run-{attempt:03d}-L{L:05d}"

    def forget_parts(self) -> None:
        """Remove the chains; their histograms are kept."""
        for path in self.path.glob("run-*"):
            shutil.rmtree(path, ignore_errors=True)

    def _file(self, L: int) -> Path:
        return self.path / f"L{L:05d}.spl"
