"""The same seed on another processor: the same draws, and numbers within bounds of rounding.

A child computes with the kernels of an older processor (OpenBLAS and NumPy are told so) what this process computes
with its own; `validation/faults/processors.py` has the differences of more of them. numba is left alone: to compile for
another processor takes half a minute.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from spinlens.versions import made_with

CODE = """
import json, numpy as np, spinlens as sl
from spinlens.versions import made_with
near = sl.sample(sl.IsingModel((8, 8), sl.NearestNeighbour()), [2.1, 1 / (1 / 2.3)], draws=400, seed=3, keep_spins=True)
model = sl.IsingModel((8, 8), sl.PowerLaw(1.2))
draws = [sl.sample(model, 6.5, draws=100, algorithm=name, seed=3) for name in ("auto", "wolff", "clock", "metropolis")]
point = sl.find_critical_point(sl.NearestNeighbour(), (4, 6, 8), draws=1000, seed=1)
states = near.spins.values.reshape(-1, 64)
machine = sl.RBM(16, epochs=3, seed=1).fit(states)
print(json.dumps({
    "make": made_with(),
    "draws": [data.m2.values.tolist() for data in (near, *draws)],
    "energy": [data.energy.values.tolist() for data in draws],
    "couplings": model.coupling_table.ravel().tolist(),
    "T_c": [point.temperature.value, point.temperature.error],
    "free energy": machine.free_energy(states[:50]).tolist(),
}))
"""
OLDER = {
    "OPENBLAS_CORETYPE": "Nehalem",
    "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3 X86_V3 X86_V4 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL",
}
BOUNDS = {"energy": 1e-12, "couplings": 1e-13, "T_c": 1e-6, "free energy": 1e-4}
"""Relative to the largest. A fit stops within 1e-8 of its minimum; single precision has 1e-7 and a few updates."""


def computed(**environment: str) -> dict[str, object]:
    variables = {**os.environ, **environment}
    found = subprocess.run([sys.executable, "-c", CODE], env=variables, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(found.stdout)


@pytest.fixture(scope="module")
def pair() -> tuple[dict[str, object], dict[str, object]]:
    if "openblas" not in made_with()["blas"] or sys.platform != "linux":
        pytest.skip("only OpenBLAS can be told which processor it is on")
    here, older = computed(), computed(**OLDER)
    assert here["make"] != older["make"]
    return here, older


def test_draws_are_the_same_to_the_bit(pair):
    """Streams have names without last bits, and tables that are drawn from are made of numbers without them."""
    assert pair[0]["draws"] == pair[1]["draws"]


@pytest.mark.parametrize("quantity", list(BOUNDS))
def test_numbers_agree_within_rounding(pair, quantity):
    here, older = (np.array(one[quantity]) for one in pair)
    assert np.abs(here - older).max() <= BOUNDS[quantity] * np.abs(here).max()
