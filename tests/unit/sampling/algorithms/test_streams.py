"""Names of streams tell models apart."""

from __future__ import annotations

import numpy as np

from spinlens import CouplingTable, IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.sampling.algorithms import streams
from spinlens.seeding import seed_sequence


def test_the_name_of_a_model_is_that_of_its_whole_table(monkeypatch):
    model = IsingModel((6, 5), PowerLaw(1.2))
    assert streams.model_key(model) != streams.model_key(IsingModel((6, 5), PowerLaw(1.2000001)))
    table = np.array([streams.first_bits(row) for row in model.coupling_table])
    np.testing.assert_allclose(table, model.coupling_table, rtol=3e-10)
    words = seed_sequence(0, table.tobytes().hex()).spawn_key[:4]
    for piece in (24, 1 << 20):
        monkeypatch.setattr(streams, "PIECE", piece)
        assert streams.model_key(model) == "PowerLaw:" + "-".join(map(str, words))


def test_a_field_has_draws_of_its_own():
    plain, field = (sample(IsingModel((4, 4), NearestNeighbour(), field=h), 50.0, 30) for h in (0.0, 1e-9))
    assert not np.array_equal(plain.m2, field.m2)


def test_last_bits_of_a_table_and_of_a_temperature_change_no_stream():
    """As another library or processor leaves them; the twin is a difference that means something."""
    model = IsingModel((6, 5), PowerLaw(1.2))
    nudged = IsingModel((6, 5), CouplingTable(model.coupling_table * (1 + 4e-16)))
    other = IsingModel((6, 5), CouplingTable(model.coupling_table * (1 + 1e-8)))
    table = IsingModel((6, 5), CouplingTable(model.coupling_table))
    assert streams.model_key(nudged) == streams.model_key(table) != streams.model_key(other)
    one, beta, far = (sample(table, T, 40).m2.values for T in (7.0, 1 / (1 / 7.0) * (1 + 3e-16), 7.000001))
    assert np.array_equal(one, beta)
    assert not np.array_equal(one, far)
