"""A search on disk: notes, the chains of windows, and the histograms of every size, replaced in one step.

plan.json        the arguments of the search, compared before anything is read, and notes
L00064.spl       all histograms of one size of a budget so far, with the rounds they contain
run-001-L00064/  chains of a window
"""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.rounds import RoundPlan, SearchState, SizeState
from spinlens.errors import CheckpointError
from spinlens.files.atomic import replace_file
from spinlens.files.bound_folder import BoundFolder
from spinlens.files.formats import PLAN
from spinlens.files.regular import read_regular
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.chains.checkpoint import Snapshot, decode, encode, run_name
from spinlens.statistics.reweighting import Histograms
from spinlens.versions import Make

_TABLES = ("theta", "draws", "totals", "counts", "sums")


class SearchFolder:
    """The folder of one search; making the object creates it, or checks that it belongs to the same search."""

    def __init__(self, path: str | os.PathLike[str], arguments: Mapping[str, Any]) -> None:
        self._bound = BoundFolder(path, PLAN, arguments, "draws, budget and workers")
        self.path = self._bound.path
        self._run = run_name(arguments)

    @property
    def made_with(self) -> list[Make]:
        """The makes that have worked on it, the last one last."""
        return self._bound.made_with

    @property
    def notes(self) -> dict[str, Any]:
        """What was kept with the arguments."""
        return self._bound.notes

    def note(self, **notes: Any) -> None:
        """Keep more notes."""
        self._bound.note(**notes)

    def begin(self, state: SearchState, **notes: Any) -> None:
        """Keep a state for the first time; from now on `state` finds it, and the chains of windows are not needed."""
        for size in state.sizes:
            self.keep(size)
        self.note(centre=state.centre, **notes)
        self._forget_windows()

    def keep(self, size: SizeState) -> None:
        """Replace the file of one size."""
        table = size.curves.histograms
        arrays = {name: np.asarray(getattr(table, name)) for name in _TABLES}
        arrays["temperatures"] = np.array(size.curves.temperatures)
        own = {"draws": size.draws, "warmup": size.warmup, "rounds": size.rounds, "grid": list(size.grid)}
        content = encode(
            Snapshot(arrays, {**own, "first": table.first, "names": list(size.curves.names)}),
            self._owner(size.curves.model),
        )
        path = self._file(size.curves.model)
        try:
            replace_file(path, content)
        except OSError as error:
            raise CheckpointError(f"cannot write {path}: {error.strerror or error}") from None

    def state(self, models: Sequence[IsingModel]) -> SearchState | None:
        """What was kept last, None where the windows were not finished."""
        notes = self.notes
        if "centre" not in notes:
            return None
        self._forget_windows()
        plan = notes.get("plan")
        return SearchState(
            tuple(self._size(model) for model in models),
            float(notes["centre"]),
            None if plan is None else RoundPlan(plan["number"], plan["temperature"], tuple(plan["draws"])),
        )

    def _size(self, model: IsingModel) -> SizeState:
        path = self._file(model)
        try:
            found = decode(read_regular(path, math.inf), str(path), self._owner(model))
        except FileNotFoundError:
            raise CheckpointError(
                f"{self.path} lacks the histograms of L = {model.shape[0]}; remove the folder"
            ) from None
        except OSError as error:
            raise CheckpointError(f"cannot read {path}: {error.strerror or error}") from None
        try:
            return _size_of(model, found)
        except (KeyError, TypeError, ValueError) as error:
            raise CheckpointError(f"{path} holds no histograms ({error}); remove {self.path} to start over") from None

    def _owner(self, model: IsingModel) -> dict[str, Any]:
        return {"run": self._run, "L": model.shape[0]}

    def _forget_windows(self) -> None:
        for path in self.path.glob("run-*"):
            shutil.rmtree(path, ignore_errors=True)

    def _file(self, model: IsingModel) -> Path:
        return self.path / f"L{model.shape[0]:05d}.spl"


def _size_of(model: IsingModel, saved: Snapshot) -> SizeState:
    arrays, notes = saved.arrays, saved.notes
    theta, draws, totals, counts, sums = (np.asarray(arrays[name], dtype=np.float64) for name in _TABLES)
    table = Histograms(theta, int(notes["first"]), draws, totals, counts, sums)
    names = tuple(str(name) for name in notes["names"])
    if len(names) != len(table.sums):
        raise ValueError(f"{len(names)} names of {len(table.sums)} sums")
    curves = SizeCurves(model, tuple(arrays["temperatures"].tolist()), table, names)
    return SizeState(curves, int(notes["draws"]), int(notes["warmup"]), int(notes["rounds"]), tuple(notes["grid"]))
