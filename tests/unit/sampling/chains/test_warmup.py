"""How long chains warm up."""

from __future__ import annotations

import numpy as np

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.sampling.chains.warmup import WarmUp


def test_warm_up_waits_for_a_drift_and_not_for_noise():
    rng = np.random.default_rng(0)
    for drift, spent in ((0.0, 64), (1e4, 1000)):
        wait, time = WarmUp(), 0
        while not wait.done:
            times = np.arange(time, time + wait.left)
            wait.take(rng.normal(size=(2, wait.left)) + drift * np.exp(-times / 40))
            time = int(times[-1]) + 1
        assert wait.warm
        assert wait.spent == spent if drift == 0 else wait.spent > 200
    wait = WarmUp()
    while not wait.done:
        wait.take(np.cumsum(rng.normal(size=(1, wait.left)), axis=1))
    assert not wait.warm
    assert wait.spent >= 1 << 16


def test_metropolis_at_high_temperature_warms_up_at_once():
    data = sample(IsingModel((5, 5), NearestNeighbour()), 50.0, 20, algorithm="metropolis")
    assert bool(data.warm.all())
    assert int(data.warmup.max()) < 1000
