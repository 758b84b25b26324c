"""At which distances and wave numbers instruments look."""

from __future__ import annotations

import numpy as np

from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.ensembles import Ensemble
from spinlens.thermometers.observables import distances, waves


def test_instruments_look_at_near_distances_and_ever_fewer_far_ones() -> None:
    wave = np.where((np.arange(12) // 3) % 2 == 0, 1, -1)
    states = np.broadcast_to(wave[:, None], (12, 12))[None].astype(np.int8)
    along = [np.mean(wave * np.roll(wave, -r)) for r in distances((12, 12))]
    given = Ensemble(IsingModel((12, 12), NearestNeighbour()), states)
    assert np.allclose(given.correlation[0], (np.array(along) + 1) / 2)
    assert distances((64, 64)).tolist() == [1, 2, 3, 4, 5, 6, 8, 12, 16, 24, 32]
    assert distances((7,)).tolist() == [1, 2, 3]
    assert waves((12, 12)) == (1, 2, 3)
    assert waves((4, 4)) == (1,)
