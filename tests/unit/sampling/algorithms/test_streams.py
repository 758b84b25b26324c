"""Names of streams tell models apart."""

from __future__ import annotations

import numpy as np

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.sampling.algorithms import streams
from spinlens.seeding import seed_sequence


def test_the_name_of_a_model_is_that_of_its_whole_table(monkeypatch):
    model = IsingModel((6, 5), PowerLaw(1.2))
    words = seed_sequence(0, model.coupling_table.tobytes().hex()).spawn_key[:4]
    for piece in (7, 1 << 20):
        monkeypatch.setattr(streams, "PIECE", piece)
        assert streams.model_key(model) == "PowerLaw:" + "-".join(map(str, words))


def test_a_field_has_draws_of_its_own():
    plain, field = (sample(IsingModel((4, 4), NearestNeighbour(), field=h), 50.0, 30) for h in (0.0, 1e-9))
    assert not np.array_equal(plain.m2, field.m2)
