"""The whole of ``spinlens read`` from Python: instruments of a lattice, and what they say about ensembles of states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinlens.errors import InputError
from spinlens.files.held import place_in
from spinlens.files.plain import plain
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document
from spinlens.progress import Progress
from spinlens.showing import Card, sides
from spinlens.thermometers.instruments import InstrumentSet, calibrate_instruments
from spinlens.thermometers.readings import EquilibriumTest, Readings
from spinlens.workflows.flow import GRID


@dataclass(frozen=True)
class ReadingSettings:
    """How instruments are calibrated: on `samples` states at each of `grid`, which is about T_c where it is None."""

    model: IsingModel
    names: tuple[str, ...]
    grid: tuple[float, ...] | None = None
    samples: int = 1000
    seed: int = 0
    workers: int = 1


@dataclass(frozen=True)
class StatesRead:
    """What instruments say about ensembles, each under what it is called: "T = 2.5", or "states"."""

    instruments: InstrumentSet
    readings: Mapping[str, Readings]
    tests: Mapping[str, EquilibriumTest]

    def card(self) -> Card:
        """A row an ensemble, a column an instrument; the joint test last."""
        names = list(self.instruments)
        rows = [
            (called, *(read[name] for name in names), *_tested(self.tests[called]))
            for called, read in self.readings.items()
        ]
        curve = next(iter(self.instruments.values())).curve.temperatures
        model = self.instruments.model
        line = f"T by instruments of {model.coupling.label}, {sides(model.shape)}"
        where = f"at {len(curve)} temperatures from {min(curve):.4g} to {max(curve):.4g}"
        return Card(line, {"calibrated": where}, [("", *names, "equilibrium", "distance"), *rows])

    def rows(self) -> list[dict[str, Any]]:
        """A row for each ensemble and instrument, in numbers."""
        return [
            {"states": called, **row}
            for called, read in self.readings.items()
            for row in read.to_dataframe().reset_index().to_dict("records")
        ]

    def document(self) -> dict[str, Any]:
        """Readings and tests as JSON data."""
        model = self.instruments.model
        tests = {called: {**plain(test)} for called, test in self.tests.items()}
        return {"lattice": model.coupling.label, "shape": list(model.shape), "readings": self.rows(), "tests": tests}


def instruments_for(
    settings: ReadingSettings, unit: float | None, kept: Path | None = None, progress: Progress = None
) -> InstrumentSet:
    """Calibrated instruments; those in the file `kept`, which is written where it does not exist.

    Parameters
    ----------
    settings : ReadingSettings
        The lattice, and how to calibrate.
    unit : float or None
        T_c, in which the grid is laid where none is given.
    kept : path, optional
        A file of instruments; those of another lattice are refused.
    progress : bool or callable, optional
        As of `calibrate_instruments`.

    Returns
    -------
    InstrumentSet
        Of the names asked for, or all that the file holds.
    """
    s = settings
    if kept is not None and kept.exists():
        return _loaded(kept, s.model)
    grid = s.grid if s.grid is not None else tuple(relative * (unit or 1.0) for relative in GRID)
    made = calibrate_instruments(
        s.model, grid, names=s.names, samples=s.samples, seed=s.seed, workers=s.workers, progress=progress
    )  # fmt: skip
    if kept is not None:
        made.save(kept)
    return made


def read_states(instruments: InstrumentSet, ensembles: Mapping[str, Any]) -> StatesRead:
    """What instruments say about ensembles by name: arrays (n, *shape), or Datasets of one temperature."""
    readings = {called: instruments.read(states) for called, states in ensembles.items()}
    tests = {called: instruments.test(states) for called, states in ensembles.items()}
    return StatesRead(instruments, readings, tests)


def ensembles_of(held: Any, temperatures: Sequence[float], wanted: Sequence[float] = ()) -> dict[str, Any]:
    """The ensembles of a file by name: one a temperature, those `wanted` or all; its states where it says none."""
    if not temperatures or not hasattr(held, "data_vars"):
        if wanted:
            raise InputError("--temperature chooses from a file of several temperatures; this one says none")
        return {"states": held}
    chosen = [_nearest(temperatures, value) for value in wanted] or list(temperatures)
    if "temperature" not in held.dims:
        return {f"T = {chosen[0]:g}": held}
    return {f"T = {value:g}": held.sel(temperature=value) for value in chosen}


def _nearest(temperatures: Sequence[float], wanted: float) -> float:
    place = place_in(temperatures, wanted)
    if place is None:
        raise InputError(f"the file has no temperature {wanted:g}; it has {list(temperatures)}")
    return temperatures[place]


def _loaded(path: Path, model: IsingModel) -> InstrumentSet:
    found = InstrumentSet.load(path)
    if model_document(found.model) != model_document(model):
        raise InputError(
            f"{path} holds instruments of {found.model.coupling.label}, {sides(found.shape)}, and the states are of "
            f"{model.coupling.label}, {sides(model.shape)}: give another --calibration"
        )
    return found


def _tested(test: EquilibriumTest) -> tuple[str, str]:
    p = f"p = {test.p_value:.2g}" if test.in_range else "out of range"
    return p, str(test.distance)
