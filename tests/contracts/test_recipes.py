"""The four recipes "where to add" of ARCHITECTURE.md, each followed with a toy: one file, one line in one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pytest
import xarray as xr

from spinlens import (
    RBM,
    IsingModel,
    NearestNeighbour,
    calibrate_instruments,
    exact,
    instrument_table,
    rbm_flow,
    read_flow,
    sample,
)
from spinlens.cli import choices
from spinlens.files.plain import plain
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.kinds import MACHINES, read_machine
from spinlens.machines.machine import Machine
from spinlens.report.pages.study import render
from spinlens.sampling.algorithms.algorithm import ChainDraws, ChainState
from spinlens.sampling.algorithms.choice import ALGORITHMS
from spinlens.sampling.algorithms.lattice_algorithm import LatticeAlgorithm
from spinlens.sampling.kernels.rows import M2, M4, MAGNETIZATION
from spinlens.sampling.kernels.xoshiro import random_words
from spinlens.study import claims
from spinlens.study.claims import Verdict
from spinlens.study.results_document import models
from spinlens.thermometers.ensembles import Calibration, Ensemble
from spinlens.thermometers.instruments import THERMOMETERS, InstrumentSet
from spinlens.thermometers.thermometer import Thermometer, calibration_curve
from spinlens.workflows import flow as flow_workflow
from spinlens.workflows.flow import run_flow
from spinlens.workflows.flow_settings import FlowSettings
from truths import boltzmann

MODEL = IsingModel((3, 3), NearestNeighbour())


# A sampling algorithm


@dataclass(frozen=True)
class Enumerated(LatticeAlgorithm):
    """Independent draws of a few spins: a uniform number looked up in the sums of all probabilities."""

    modes: bool = False

    def advance(self, chain: ChainState, draws: int, thin: int, energy: bool, states: bool) -> ChainDraws:
        rows, _ = self.buffers(draws, False)
        words = np.empty(draws, dtype=np.uint64)
        random_words(chain.words, words)
        every, p = boltzmann(self.model, self.temperature)
        kept = every[np.searchsorted(np.cumsum(p)[:-1], words / 2.0**64)].reshape(draws, -1)
        chain.spins[:] = kept[-1]
        total = kept.sum(axis=1, dtype=np.float64)
        rows[MAGNETIZATION], rows[M2], rows[M4] = total, total**2, total**4
        return ChainDraws(rows, self.energies(kept, energy), kept, self.plain_names)


class TooHot(Enumerated):
    """The twin: draws of a temperature 3 % above the one asked for."""

    def advance(self, chain: ChainState, *asked: Any) -> ChainDraws:
        return Enumerated(self.model, 1.03 * self.temperature).advance(chain, *asked)


def _deviation(algorithm: str) -> float:
    """Energy per spin at T = 2.5 minus the exact one, in errors."""
    found = sample(MODEL, 2.5, 20_000, algorithm=algorithm).sel(observable="energy").isel(temperature=0)
    known = exact.enumerate(MODEL, 2.5).energy
    return float(abs(found.average - known) / found.error)


def test_an_algorithm_is_a_file_and_a_line(monkeypatch, tmp_path, spinlens):
    monkeypatch.setitem(ALGORITHMS, "enumerated", Enumerated)
    monkeypatch.setitem(ALGORITHMS, "too-hot", TooHot)
    assert _deviation("enumerated") < 4 < _deviation("too-hot")
    for draws in (2000, 5000):  # kept, and prolonged
        run = sample(MODEL, 2.5, draws, algorithm="enumerated", checkpoint=tmp_path / "run")
    np.testing.assert_array_equal(run.m2, sample(MODEL, 2.5, 5000, algorithm="enumerated").m2)
    out = tmp_path / "a.nc"
    options = ("--temperatures", 2.5, "--size", 3, "--draws", 5000, "--algorithm", "enumerated", "--out", out)
    assert spinlens("sample", *options) == 0
    with xr.open_dataset(out) as found:
        np.testing.assert_array_equal(found.m2, run.m2)


@pytest.mark.parametrize("name", ALGORITHMS)
def test_an_algorithm_is_named_in_help_and_docstring(name):
    assert f'"{name}"' in sample.__doc__
    assert name in choices.ALGORITHMS


# A thermometer


class NeighbourThermometer(Thermometer):
    """Reads T from the mean product of neighbours along the first axis."""

    name = "neighbours"

    @classmethod
    def _fit(cls, known: Calibration) -> Self:
        return cls(known.model, calibration_curve(np.stack([_products(part) for part in known.parts]), known))

    def _values(self, given: Ensemble) -> np.ndarray:
        return _products(given)


def _products(given: Ensemble) -> np.ndarray:
    """⟨s_x s_{x+1}⟩ of each state, (n,)."""
    axes = tuple(range(1, given.states.ndim))
    return (given.states * np.roll(given.states, 1, axis=1)).mean(axis=axes, dtype=np.float64)


def test_a_thermometer_is_a_file_and_a_line(monkeypatch):
    monkeypatch.setitem(THERMOMETERS, "neighbours", NeighbourThermometer)
    model, T = IsingModel((4, 4), NearestNeighbour()), [2.0, 2.5, 3.0, 3.5]
    known, unseen = (
        sample(model, T, 500, seed=k, keep_spins=True, thin=8).spins.values.reshape(4, 1000, 4, 4) for k in (0, 1)
    )
    instruments = calibrate_instruments(model, T, known, names=["energy", "neighbours"])
    reading = instruments.read(unseen[1])["neighbours"]
    assert reading.in_range
    assert abs(reading.temperature.value - 2.5) < 4 * reading.temperature.error < 0.3
    again = InstrumentSet.from_arrays(instruments.to_arrays(), model)
    assert again.read(unseen[1]) == instruments.read(unseen[1])
    assert instrument_table(instruments, T, unseen).thermometers["neighbours"]["pulls"] >= 2
    flow = read_flow(Trajectory("rest", (0, 1), (unseen[1], unseen[1])), instruments)
    assert flow.temperature.sel(instrument="neighbours").values.tolist() == [reading.temperature.value] * 2


# A claim


def claim_cold(results: Mapping[str, Any]) -> Verdict:
    """Judge a toy claim: every lattice orders below T = 3."""
    found = [model["critical"]["temperature"]["value"] for model in models(results).values()]
    outcome = "supported" if found and max(found) < 3 else "undecided"
    return Verdict("toy", "Every lattice orders below T = 3.", "Supported where every one does.", outcome, f"{found}")


def test_a_claim_is_a_file_and_a_line(monkeypatch, made_up_study):
    monkeypatch.setattr(claims, "RULES", (*claims.RULES, claim_cold))
    results, _ = made_up_study(0)
    assert claims.judge_all({})[-1].outcome == "undecided"
    verdict = claims.judge_all(results)[-1]
    page = render({**results, "claims": plain(list(claims.judge_all(results)))}, {})
    for text in (verdict.claim, verdict.rule, verdict.because, verdict.outcome):
        assert text in page


# A machine


class Echo(Machine):
    """A hidden unit for each visible one, held to it: states come back as they were."""

    kind, stream = "echo", "echo flow"

    def __init__(self, n_visible: int) -> None:
        self._layers = (RBM.from_weights(40 * np.eye(n_visible)),)

    @property
    def layers_(self) -> tuple[RBM, ...]:
        return self._layers

    def config(self) -> dict[str, Any]:
        return {"n_visible": self.bottom.n_visible}

    @classmethod
    def _assembled(cls, config: Mapping[str, Any], arrays: Mapping[str, Any], source: object, prefix: str) -> Self:
        return cls(config["n_visible"])


def test_a_machine_is_a_file_and_a_line(monkeypatch, tmp_path):
    monkeypatch.setitem(MACHINES, "echo", Echo)
    Echo(16).save(tmp_path / "echo")
    echo = read_machine(tmp_path / "echo")
    model = IsingModel((4, 4), NearestNeighbour())
    states = sample(model, 2.5, 200, chains=1, keep_spins=True, thin=8).spins.values[0, 0]
    np.testing.assert_array_equal(rbm_flow(echo.bottom, states, 3).at(3), states)
    monkeypatch.setattr(flow_workflow, "GRID", (0.9, 1.0, 1.2, 1.5, 2.0))
    settings = FlowSettings(
        model, 2.0, 2.5, states, echo, "echo", steps=4, samples=100, calibration=200, instruments=("energy",)
    )
    found = run_flow(settings, tmp_path / "flow")
    rows = [row for row in found["readings"] if row["start"] == "critical"]
    assert {row["recipe"] for row in rows} == {"echo"}
    assert len({row["temperature"] for row in rows}) == 1
    assert len(rows) >= 4
