"""`spinlens gap`: nothing for the exact machine, much for that of another temperature."""

import json

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM


@pytest.fixture
def exact(tmp_path):
    RBM.exact(IsingModel((4, 4), NearestNeighbour()), 3.0).save(tmp_path / "exact")
    return tmp_path / "exact"


def test_the_exact_machine_is_the_lattice(shell, exact):
    document = json.loads(shell("gap", exact, "-T", 3, "--json"))
    assert document["learned"]
    assert abs(document["gap"]["value"]["value"]) < 1e-6
    assert "nats a site at T = 3, by overlap" in shell("gap", exact, "-T", 3)


def test_of_another_temperature_it_is_not(shell, exact):
    document = json.loads(shell("gap", exact, "-T", 2.2, "--json"))
    assert not document["learned"]
    assert document["gap"]["value"]["value"] > 5 * document["gap"]["value"]["error"]


def test_the_lattice_must_be_that_of_the_machine(shell, exact, tmp_path):
    with pytest.raises(InputError, match=r"16 visible units and the lattice \(4, 8\) 32 sites"):
        shell("gap", exact, "--shape", "4x8")
    RBM.from_weights(np.ones((8, 2))).save(tmp_path / "odd")
    with pytest.raises(InputError, match="8 visible units are no lattice of 2 equal sides: give --shape"):
        shell("gap", tmp_path / "odd")
