import numpy as np
import pytest

from spinlens.lattice.film import Film
from spinlens.lattice.trajectory import Trajectory


@pytest.fixture
def path():
    rng = np.random.default_rng(0)
    spins = [rng.choice([-1, 1], (5, L, L)).astype(np.int8) for L in (6, 3)]
    return Trajectory("mixed", (0, 2, 4), (*spins, rng.uniform(-1, 1, (5, 3, 3))))


def test_it_keeps_the_first_samples_of_every_record(path):
    film = Film.of(path, 2)
    assert np.array_equal(film.record(0), path.states[0][:2])
    assert np.array_equal(film.record(1), path.states[1][:2])
    assert np.abs(film.record(2) - path.states[2][:2]).max() <= 1 / 255


def test_spins_take_a_bit_and_real_fields_a_byte(path):
    assert Film.of(path, 2).frames.shape == (2, -(-36 // 8) + -(-9 // 8) + 9)


def test_it_comes_back_from_json_data_and_frames(path):
    film = Film.of(path)
    again = Film.made(film.about(), film.frames)
    assert (again.steps, again.shapes, again.real) == (film.steps, film.shapes, film.real)
    assert np.array_equal(again.record(1), film.record(1))
