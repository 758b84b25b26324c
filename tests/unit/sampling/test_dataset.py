"""What a result holds: nan where a temperature lacks something, flags of convergence, plain arrays."""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.errors import ConvergenceError
from spinlens.sampling.dataset import remedies

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
    said = r"T = 1: chains disagree about .*: they are in different states; give a longer warmup, or use cluster moves"
    assert re.fullmatch(said, data.converged.attrs["remedy"])
    with pytest.raises(ConvergenceError, match=f"not converged at {said}"):
        sample(model, **arguments, strict=True)
    enough = sample(SQUARE, 3.0, 2000, strict=True)
    assert bool(enough.converged[0])
    assert "remedy" not in enough.converged.attrs


def test_short_chains_are_told_to_be_fifty_autocorrelation_times_long():
    """R-hat may be small by luck, but not so the number of draws that is asked for."""
    data = sample(IsingModel((16, 16), NearestNeighbour()), 2.27, 40, 2, algorithm="metropolis", warmup=0)
    data["converged"], data["warm"] = data.converged & False, data.warm | True
    (text,) = remedies(data, False).values()
    times, tau = int(re.search(r"draw (\d+) times", text)[1]), data.tau_int.sel(observable=text.split()[3])
    assert times * 40 >= 50 * float(tau.max())
