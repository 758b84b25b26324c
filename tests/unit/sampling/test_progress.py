"""Steps of a run: when its chains are warm, and where it stands, put together from the steps of single chains."""

from __future__ import annotations

import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.sampling import progress as module
from spinlens.sampling.chains.request import RunRequest
from spinlens.sampling.progress import ChainProgress, RunProgress

MODEL = IsingModel((4, 4), NearestNeighbour())


def chain(sweeps, draws, warm=True, chain=0, temperature=2.5, together=1, warmup=192):
    return ChainProgress(temperature, chain, sweeps, draws, warmup, warm, lambda: 4.0, together)


@pytest.fixture
def told(monkeypatch):
    """Start to listen to a run; a step of a chain comes with the time at which it is taken."""

    def listen(*grid, chains=2, exchange=False):
        now, steps = [0.0], []
        monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
        progress = RunProgress(RunRequest(MODEL, grid, 1000, chains, exchange=exchange), steps.append)

        def take(time, step):
            now[0] = time
            steps.clear()
            progress.take(step)
            return [str(step) for step in steps]

        return take

    return listen


def test_warm_up_and_standing_are_told(told):
    take = told(2.5)
    assert take(0.1, chain(192, 0)) == []
    assert take(0.2, chain(192, 0, chain=1, warm=False)) == ["T = 2.5: NOT warm after 192, 192 sweeps"]
    assert take(20.0, chain(500, 500)) == [
        "500 of 2000 draws, 44 sweeps/s, tau_int 4 draws, 62 effective, 60 s left",
    ]
    assert take(20.1, chain(500, 1000)) == []  # too soon after the one before


def test_draws_of_a_checkpoint_do_not_count_as_speed(told):
    take = told(2.5, chains=1)
    take(1.0, chain(0, 800))
    assert take(11.0, chain(100, 900))[-1].endswith("9 sweeps/s, tau_int 4 draws, 112 effective, 11 s left")


def test_chains_that_move_together_count_as_many(told):
    take = told(2.5, chains=70)
    assert take(0.1, chain(100, 0, together=64)) == []
    assert take(20.0, chain(1000, 1000, chain=64, together=6)) == [
        "T = 2.5: warm after 192, 192 sweeps",
        "6000 of 70000 draws, 620 sweeps/s, tau_int 4 draws, 750 effective",
    ]


def test_a_ladder_is_told_as_one(told):
    take = told(3.0, 2.0, exchange=True)
    assert take(0.1, chain(100, 0, temperature=2.0, together=2)) == []
    assert take(0.2, chain(100, 0, temperature=2.0, chain=1, together=2, warmup=96)) == [
        "T = 2 to 3: warm after 192, 96 sweeps"
    ]


def test_a_run_tells_its_end():
    steps = []
    sample(MODEL, (2.0, 3.0), 50, chains=2, progress=steps.append)
    assert sorted(step.text.split(":")[0] for step in steps if step.lasting) == ["T = 2", "T = 3"]
    assert (steps[-1].share, steps[-1].left) == (1.0, None)
    assert steps[-1].text.startswith("200 of 200 draws")
