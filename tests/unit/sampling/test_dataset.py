"""What a result holds: nan where a temperature lacks something, flags of convergence, plain arrays."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.errors import ConvergenceError, InputError
from spinlens.sampling.dataset import to_inference

SQUARE = IsingModel((4, 4), NearestNeighbour())


@pytest.mark.parametrize("options", [{}, {"series": False}])
@pytest.mark.parametrize("algorithm", ["swendsen-wang", "wolff", "multi-spin-metropolis"])
def test_limits_of_temperature_beside_others(options, algorithm):
    """What T = 0 and ∞ do not have is nan there, in whatever order the temperatures come."""
    found = [
        sample(SQUARE, grid, 200, algorithm=algorithm, **options).sel(temperature=2.5)
        for grid in ((0.0, 2.5, np.inf), (2.5, np.inf, 0.0), (2.5,))
    ]
    for data in found[:2]:
        for name in found[2].data_vars:
            np.testing.assert_array_equal(data[name], found[2][name], err_msg=name)
    if algorithm == "swendsen-wang":
        ends = sample(SQUARE, (0.0, 2.5, np.inf), 200, **options)
        assert np.all(np.isnan(ends.bonds.sel(temperature=[0.0, np.inf])))
        assert bool(ends.converged.all())


def test_chains_that_disagree_are_flagged_and_refused_when_asked():
    """At T = 1, Metropolis chains of a large lattice stay in different arrangements of domains."""
    arguments = {"temperatures": 1.0, "draws": 60, "chains": 4, "seed": 0, "algorithm": "metropolis", "warmup": 5}
    model = IsingModel((24, 24), NearestNeighbour())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = sample(model, **arguments)
    assert not bool(data.converged[0])
    assert float(data.split_r_hat.sel(observable="m2")[0]) > 1.05
    with pytest.raises(ConvergenceError, match=r"not converged at T = 1: chains disagree about .* ask for more draws"):
        sample(model, **arguments, strict=True)
    assert bool(sample(SQUARE, 3.0, 2000, strict=True).converged[0])


def test_export_by_chain_and_draw():
    data = sample(SQUARE, (2.0, 3.0), 10, chains=3, keep_spins=True)
    arrays = to_inference(data, 3.0)
    assert arrays["spins"].shape == (3, 10, 4, 4)
    np.testing.assert_array_equal(arrays["m2"], data.m2[1])
    with pytest.raises(InputError, match="give one of the temperatures"):
        to_inference(data)
    with pytest.raises(InputError, match=r"temperature 4.0 was not sampled"):
        to_inference(data, 4.0)
