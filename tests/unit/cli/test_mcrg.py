"""`spinlens mcrg`: the exponents of the library, for states in files."""

import json

import numpy as np
import pytest

from spinlens import block_spin_flow, mcrg
from spinlens.errors import InputError
from spinlens.workflows import opening


def test_exponents_are_those_of_the_library(shell, run_file):
    states = opening.open(run_file).spins.sel(temperature=2.4).values.reshape(-1, 8, 8)
    known = mcrg(block_spin_flow(states, 1, rule="decimation"), chains=2, bins=16)
    line = ("mcrg", run_file, "-T", 2.4, "--rule", "decimation", "--steps", 1, "--bins", 16)
    assert shell(*line) == f"{known}\n"
    document = json.loads(shell(*line, "--json"))
    frame = known.to_dataframe()
    assert len(document["rows"]) == len(frame)
    assert document["rows"][0]["eigenvalue"] == frame["eigenvalue"].iloc[0]


def test_steps_go_down_to_a_side_of_eight(shell, tmp_path):
    np.save(tmp_path / "a.npy", np.where(np.random.default_rng(0).random((400, 32, 32)) < 0.5, 1, -1))
    assert "32×32 → 8×8 in 2 steps" in shell("mcrg", tmp_path / "a.npy")


def test_flat_states_need_their_lattice(shell, flat_file):
    assert "8×8 → 4×4 in 1 steps" in shell("mcrg", flat_file, "--shape", "8x8", "--bins", 8)
    with pytest.raises(
        InputError, match="flat states of 64 sites: give their lattice, as --shape 8x8, a ring as --shape 64"
    ):
        shell("mcrg", flat_file)
