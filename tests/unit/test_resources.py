"""What long calls take before they begin."""

from __future__ import annotations

import pytest

import spinlens as sl
from spinlens import resources
from spinlens.errors import InputError
from spinlens.resources import afford

SQUARE = sl.IsingModel((4, 4), sl.NearestNeighbour())


def test_a_moment_is_not_spoken_of(recwarn):
    afford("this run", 3600.0, 1 << 20, "ask for less")
    assert not recwarn.list


def test_days_are_said_and_years_refused():
    with pytest.warns(RuntimeWarning, match=r"this run will take about 12 days; ask for less"):
        afford("this run", 12 * 86_400.0, 0, "ask for less")
    with pytest.raises(InputError, match=r"this run would take about 2 years; ask for less"):
        afford("this run", 2 * 365 * 86_400.0, 0, "ask for less")


def test_memory_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(resources, "available", lambda: 1 << 30)
    afford("this run", 0, 1 << 29, "ask for less")
    with pytest.raises(InputError, match=r"this run would need about 2 GiB of memory and 1 GiB are available"):
        afford("this run", 0, 1 << 31, "ask for less")


LONG = {
    "draws": lambda: sl.sample(sl.IsingModel((64, 64), SQUARE.coupling), 2.3, draws=10**12, series=False, workers=1),
    "thin": lambda: sl.sample(SQUARE, 2.3, draws=10**6, thin=10**9, workers=1),
    "series": lambda: sl.sample(SQUARE, 2.3, draws=10**11, workers=1),
    "chains": lambda: sl.sample(SQUARE, 2.3, draws=10, chains=10**11, workers=1),
    "states": lambda: sl.sample(sl.IsingModel((512, 512), SQUARE.coupling), 2.3, draws=10**7, keep_spins=True),
    "search": lambda: sl.find_critical_point(SQUARE.coupling, (8, 16, 32), draws=10**12, workers=1),
    "updates": lambda: sl.find_critical_point(SQUARE.coupling, (8, 16, 32), budget=1e18, workers=1),
}


@pytest.mark.parametrize("name", LONG)
def test_what_would_not_end_is_refused_at_once(name):
    """10¹² draws ran on for ever, or ended with a MemoryError, after minutes."""
    with pytest.raises(InputError, match=r"would (take about .* years|need about .* GiB of memory)"):
        LONG[name]()


@pytest.mark.parametrize("algorithm", ["auto", "wolff", "clock"])
def test_next_to_zero_a_sweep_that_nobody_could_stop_is_refused(algorithm):
    """Bonds tried are 2βJ a pair: at T = 10⁻⁶ tables took gigabytes and a sweep minutes."""
    model = sl.IsingModel((32, 32), sl.PowerLaw(1.2))
    with pytest.raises(InputError, match="bonds a site: T = 0 is drawn exactly"):
        sl.sample(model, 1e-6, draws=3, algorithm=algorithm, workers=1)
    cold = sl.sample(model, 0.05, draws=3, warmup=2, algorithm="wolff", workers=1)
    assert float(cold["energy"].max()) < 0
