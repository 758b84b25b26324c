"""What the result says of itself, and bad input."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spinlens.errors import ConvergenceError, InputError
from spinlens.renormalization.block_spin import block_spin_flow, block_spins
from spinlens.renormalization.default_operators import default_operators, pair_operators
from spinlens.renormalization.mcrg import analyse, mcrg
from spinlens.renormalization.measurements import measure
from truths import smoothed_noise


def random_spins(*shape: int, seed: int = 0) -> np.ndarray:
    return np.where(np.random.default_rng(seed).random(shape) < 0.5, 1, -1).astype(np.int8)


def test_what_the_result_says_of_itself() -> None:
    states = smoothed_noise(640, 16)
    found = mcrg(block_spin_flow(states, 2, seed=2), bins=20)
    assert [(step.before, step.after, step.scale) for step in found.steps] == [
        ((16, 16), (8, 8), 2.0),
        ((8, 8), (4, 4), 2.0),
    ]
    even, odd = found.steps[0].even, found.steps[0].odd
    assert [len(spectrum.operators) for spectrum in even] == list(range(1, len(even) + 1))
    assert found.exponent("even") == found.steps[1].even[-1].exponent
    assert found.exponent("odd", 0, 1) == odd[0].exponent
    last = [spectrum.exponent.value for spectrum in odd[len(odd) // 2 :] if spectrum.exponent]
    assert found.truncation("odd", 0) == pytest.approx(max(last) - min(last))
    moved = abs(found.exponent("odd", 1).value - found.exponent("odd", 0).value)
    assert found.systematic("odd") == pytest.approx(max(moved, found.truncation("odd")))
    assert found.bin_length == 32
    assert found.reliable == (20 * found.tau_int <= 32)
    lines = found.table().splitlines()
    assert len(lines) == 2 * (len(even) + len(odd))
    assert "(16, 16) → (8, 8)" in lines[0]
    slow = np.repeat(states, 16, axis=0)  # every state sixteen times: bins of 20 draws are far too short
    assert not mcrg([slow, block_spins(slow, generator=np.random.default_rng(3))], bins=512).reliable


def test_a_map_on_the_same_lattice_has_eigenvalues_and_no_exponents() -> None:
    states = smoothed_noise(300, 6)
    same = mcrg([states, states], even=default_operators(2, "even")[:3])
    assert np.allclose(same.steps[0].even[-1].matrix, np.eye(3), atol=1e-12)
    assert same.steps[0].even[-1].exponent is None
    assert same.steps[0].even[-1].leading.value == pytest.approx(1)
    with pytest.raises(InputError, match="does not change the lattice"):
        same.exponent("even")
    assert same.table()


def test_bad_input_gets_one_clear_error() -> None:
    states = random_spins(64, 8, 8)
    coarse = block_spins(states, generator=np.random.default_rng(5))
    with pytest.raises(ConvergenceError, match="linearly dependent"):
        mcrg([states, coarse], even=pair_operators([(1, 0), (3, 0)]))  # the same pairs on a side of 4
    with pytest.raises(ConvergenceError, match="linearly dependent"):
        mcrg([states, coarse], even=pair_operators([(4, 0)]))  # a constant on a side of 4
    with pytest.raises(InputError, match="cannot fill 64 bins"):
        mcrg([states[:1], coarse[:1]])
    found = mcrg([states, coarse], even=default_operators(2, "even")[:2], odd=())
    with pytest.raises(InputError, match="no odd operators"):
        found.exponent("odd")
    with pytest.raises(InputError, match="3 even operators"):
        found.exponent("even", operators=3)
    with pytest.raises(InputError, match="step 1 was asked for"):
        found.exponent("even", step=1)
    with pytest.raises(InputError, match="bins must be"):
        analyse(measure([states, coarse]), bins=1)


def test_what_was_found_is_a_line_a_screen_and_a_table():
    free = np.where(np.random.default_rng(0).random((640, 16)) < 0.5, 1, -1)
    found = mcrg([free, free[:, ::2], free[:, ::4]], bins=16)
    assert repr(found) == f"MCRG(16 → 4 in 2 steps: y_t = {found.exponent('even')}, y_h = {found.exponent('odd')})"
    assert [line.split()[0] for line in str(found).splitlines()[-2:]] == ["1", "2"]
    frame = found.to_dataframe()
    count = len(found.steps[1].odd)
    assert frame.loc[(2, "odd", count), "exponent"] == found.exponent("odd").value
    assert len(frame) == sum(len(step.even) + len(step.odd) for step in found.steps)


def test_bins_that_are_too_short_are_said():
    free = np.where(np.random.default_rng(0).random((640, 16)) < 0.5, 1, -1)
    assert "shorter than 20 τ_int" in str(mcrg([free, free[:, ::2]], odd=(), bins=64))
    assert "shorter" not in str(mcrg([free, free[:, ::2]], odd=(), bins=16))


def test_maps_that_change_no_lattice_have_eigenvalues():
    free = np.where(np.random.default_rng(0).random((640, 16)) < 0.5, 1, -1)
    found = mcrg([free, np.roll(free, 1, axis=1)], odd=())
    assert "y_t = λ = " in repr(found)
    assert np.isnan(found.to_dataframe()["exponent"]).all()


def test_exponents_of_every_truncation_are_json():
    free = np.where(np.random.default_rng(0).random((6400, 16)) < 0.5, 1, -1)
    found = mcrg([free, free[:, ::2]], odd=())
    document = json.loads(json.dumps(found.to_dict()))
    (step,) = document["steps"]
    assert (step["before"], step["after"], step["scale"], step["odd"]) == ([16], [8], 2.0, [])
    leading = found.steps[0].even[0].leading
    assert step["even"][0]["eigenvalue"] == {"value": leading.value, "error": leading.error}
    assert [len(entry["operators"]) for entry in step["even"]] == list(range(1, len(step["even"]) + 1))
