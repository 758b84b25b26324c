"""Machines of the package rbms: 0/1 units as ±1, files of either read by the other."""

from __future__ import annotations

import itertools

import h5py
import numpy as np
import pytest

from spinlens import RBM, StackedRBM
from spinlens.errors import ArtefactError, InputError
from spinlens.machines.kinds import read_machine

RNG = np.random.default_rng(3)
WEIGHTS, VISIBLE, HIDDEN = RNG.normal(size=(5, 3)), RNG.normal(size=5), RNG.normal(size=3)
STATES = np.array(list(itertools.product([-1, 1], repeat=5)))


def binary_free_energy(states):
    """−a·v − Σ ln(1 + e^{b + v W}) of v = 0, 1, written out."""
    v = (states + 1) // 2
    return -v @ VISIBLE - np.log1p(np.exp(HIDDEN + v @ WEIGHTS)).sum(axis=1)


def written(path, updates=(1, 20), **changed):
    with h5py.File(path, "w") as file:
        file["model_type"] = changed.get("kind", "BBRBM")
        for number in updates:
            scale = 1.0 if number == max(updates) else 0.5
            file[f"update_{number}/params/weight_matrix"] = scale * changed.get("weights", WEIGHTS)
            file[f"update_{number}/params/vbias"] = VISIBLE
            file[f"update_{number}/params/hbias"] = HIDDEN
    return path


def test_a_machine_of_rbms_has_the_same_distribution(tmp_path):
    machine = RBM.load(written(tmp_path / "machine.h5"))
    off = machine.free_energy(STATES) - binary_free_energy(STATES)
    np.testing.assert_allclose(off, off[0], atol=1e-12)
    assert machine.biases
    assert repr(read_machine(tmp_path / "machine.h5")) == "RBM(n_hidden=3, biases=True; 5 visible units)"


def test_the_twin_with_another_factor_has_not(tmp_path):
    off = RBM.load(written(tmp_path / "machine.h5", weights=1.01 * WEIGHTS)).free_energy(STATES)
    assert np.ptp(off - binary_free_energy(STATES)) > 1e-3


@pytest.mark.parametrize("suffix", [".h5", ".hdf5"])
def test_what_is_written_comes_back(tmp_path, suffix):
    machine = RBM.from_weights(WEIGHTS, VISIBLE, HIDDEN)
    machine.save(tmp_path / "a" / f"machine{suffix}")
    back = RBM.load(tmp_path / "a" / f"machine{suffix}")
    np.testing.assert_allclose(back.weights_, machine.weights_, rtol=1e-6)
    np.testing.assert_allclose(back.visible_bias_, machine.visible_bias_, rtol=1e-5)
    np.testing.assert_allclose(back.hidden_bias_, machine.hidden_bias_, rtol=1e-5)


def test_files_of_others_are_refused(tmp_path):
    with pytest.raises(ArtefactError, match="PBRBM"):
        RBM.load(written(tmp_path / "potts.h5", kind="PBRBM"))
    with pytest.raises(ArtefactError, match="update_N"):
        RBM.load(written(tmp_path / "empty.h5", updates=()))
    with pytest.raises(ArtefactError, match="binary units"):
        RBM.load(written(tmp_path / "wide.h5", weights=np.ones((4, 3))))
    (tmp_path / "torn.h5").write_bytes((tmp_path / "potts.h5").read_bytes()[:600])
    with pytest.raises(ArtefactError, match="no machine of rbms"):
        RBM.load(tmp_path / "torn.h5")


def test_the_name_of_a_file_does_not_matter(tmp_path):
    assert RBM.load(written(tmp_path / "machine")).n_visible == 5


def test_a_stack_has_no_such_file(tmp_path):
    stack = StackedRBM((3, 2), epochs=1).fit(STATES)
    with pytest.raises(InputError, match="one layer"):
        stack.save(tmp_path / "stack.h5")
    stack.layers_[1].save(tmp_path / "upper.h5")
    assert RBM.load(tmp_path / "upper.h5").n_visible == 3


@pytest.mark.filterwarnings("ignore")
def test_rbms_reads_what_is_written_and_agrees_on_energies(tmp_path):
    """Cross-test against rbms itself, where it is; weights so small that it does not round ln(1 + eˣ) to x."""
    rbms = pytest.importorskip("rbms.io", reason="pip install 'spinlens[neighbours]'")
    import torch

    machine, path = RBM.from_weights(WEIGHTS / 4, VISIBLE / 4, HIDDEN / 4), str(tmp_path / "machine.h5")
    machine.save(path)
    theirs, chains, _, _ = rbms.load_model(path, 1, torch.device("cpu"), torch.float64)
    off = theirs.compute_energy_visibles(torch.tensor((STATES + 1) / 2)).numpy() - machine.free_energy(STATES)
    np.testing.assert_allclose(off, off[0], atol=1e-6)
    assert chains["visible"].shape == (100, 5)
    rbms.save_model(path, theirs, chains, 7, 0.0)
    np.testing.assert_allclose(RBM.load(path).weights_, machine.weights_, rtol=1e-6)
