"""A dimension from made-up correlators: errors that cover, and their parts."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.criticality.correlators.fit import fit_dimension
from spinlens.errors import InputError


def synthetic_pulls(fitted, seeds=400):
    """ln G of Δ = 0.4 at four sizes with corrections, noise, and a T_c that is off; the pulls of `fit_dimension`."""
    sizes, exponents = np.array([8, 16, 32, 64]), (0.8, 1.2, 2.0)
    noise, slopes = 0.002 * sizes**0.3, 0.05 * sizes
    pulls = []
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        amplitudes, moved = rng.normal(size=3), rng.normal() * 0.02 * slopes
        clean = (
            1.3 - 0.8 * np.log(sizes) + sum(b * (sizes / 2) ** -p for b, p in zip(amplitudes, exponents, strict=True))
        )
        values = clean + noise * rng.normal(size=4) + moved
        found = fit_dimension(sizes, values, noise, *((exponents, 0.02 * slopes) if fitted else ((), 0.0)))
        pulls.append((found.value.deviation(0.4), found.p_value))
    return np.array(pulls).T


def test_errors_cover_known_corrections_and_a_shifted_temperature():
    """400 sets. Without corrections and T_c in the fit the same data are off by many errors, with vanishing p."""
    pulls, p_values = synthetic_pulls(fitted=True)
    assert 0.9 < pulls.std() < 1.1
    assert abs(pulls.mean()) < 0.2
    assert 0.02 < np.mean(p_values < 0.05) < 0.09
    wrong, wrong_p = synthetic_pulls(fitted=False)
    assert wrong.std() > 5
    assert np.median(wrong_p) < 1e-3


def test_parts_of_the_error():
    sizes, values = (8, 16, 32), -0.25 * np.log([8, 16, 32])
    whole = fit_dimension(sizes, values, [0.01] * 3, (1.0,), [0.01, 0.02, 0.04])
    assert whole.value.error == pytest.approx(np.hypot(whole.statistical, whole.systematic))
    assert 0 < whole.from_temperature < whole.systematic
    bare = fit_dimension(sizes, values, [0.01] * 3, ())
    assert bare.systematic == 0
    assert bare.value.error == pytest.approx(0.01 / (2 * np.sqrt(2) * np.log(2)))
    with pytest.raises(InputError, match="two sizes"):
        fit_dimension((8, 8), [0.0, 0.1], [0.1, 0.1], ())
    assert np.isnan(fit_dimension((8, 16), [0.0, -0.2], [0.1, 0.1], (2.0,)).p_value)
