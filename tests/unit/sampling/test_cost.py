"""What a run will take: what could not be saved is refused, and draws that are far apart can be stopped between."""

from __future__ import annotations

import tracemalloc

import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, sample
from spinlens.errors import InputError
from spinlens.sampling.algorithms.choice import make_algorithm
from spinlens.sampling.chains import chain
from spinlens.sampling.chains.chain import Chain, start_chain
from spinlens.sampling.chains.request import RunRequest
from spinlens.sampling.cost import memory, require_affordable

SMALL = IsingModel((4, 4), NearestNeighbour())
WIDE = IsingModel((2**16, 2**15), NearestNeighbour())


def algorithm_of(model, name="auto"):
    return make_algorithm(model, 2.3, name)


def test_a_sweep_in_which_it_could_not_be_saved_is_refused(monkeypatch):
    """2³¹ sites: a minute of which a kill would leave nothing."""
    monkeypatch.setattr("spinlens.resources.available", lambda: None)
    large = IsingModel((2**14, 2**15), NearestNeighbour())
    for model in (large, WIDE):
        request, algorithms = RunRequest(model, (2.3,), 1, warmup=0), [algorithm_of(model)]
        if model is large:
            require_affordable(request, algorithms, 1)
        else:
            with pytest.raises(InputError, match=r"one sweep would take about 64.4 s, in which it could not be saved"):
                require_affordable(request, algorithms, 1)


@pytest.mark.parametrize("options", [{"exchange": True}, {"algorithm": "wolff"}])
def test_draws_that_are_one_call_and_too_far_apart_are_refused(options):
    """All sweeps between two swaps, or of all clusters that a draw measures."""
    arguments = {"temperatures": (2.0, 2.3), "draws": 2, "warmup": 0, **options}
    with pytest.raises(InputError, match=r"one draw would take about .* ask for a smaller thin"):
        sample(SMALL, thin=10**11, **arguments)
    sample(SMALL, thin=10, **arguments)


@pytest.mark.parametrize(
    ("algorithm", "coupling", "temperature"),
    [
        ("swendsen-wang", NearestNeighbour(), 2.3),
        ("swendsen-wang", PowerLaw(1.2), 7.0),
        ("wolff", PowerLaw(1.2), 7.0),
        ("wolff", NearestNeighbour(), 2.3),
        ("metropolis", NearestNeighbour(), 2.3),
        ("heat-bath", PowerLaw(1.2), 7.0),
        ("clock", PowerLaw(1.2), 7.0),
        ("multi-spin-metropolis", NearestNeighbour(), 2.3),
        ("auto", NearestNeighbour(), 0.0),
    ],
)
def test_draws_far_apart_are_the_same_in_pieces(algorithm, coupling, temperature, monkeypatch):
    """The sweeps of one draw were one call, hours long at a large thin."""
    arguments = {"draws": 6, "chains": 2, "algorithm": algorithm, "thin": 7, "warmup": 5, "keep_spins": True}
    model = IsingModel((4, 4), coupling)
    whole = sample(model, temperature, **arguments)
    monkeypatch.setattr(chain, "CHUNK", 3 * 16)  # three sweeps
    assert sample(model, temperature, **arguments).equals(whole)


def test_between_two_draws_a_run_is_not_saved(monkeypatch):
    monkeypatch.setattr(chain, "CHUNK", 3 * 16)
    run = Chain(RunRequest(SMALL, (2.3,), 2, thin=7, warmup=0), algorithm_of(SMALL), start_chain(SMALL, 0, 2.3, 0))
    steps = []
    while not run.finished:
        sweeps = run.advance()
        steps.append((sweeps, run.savable, run.draws))
    done = [(3, False, 0), (3, False, 0), (1, True, 1), (3, False, 1), (3, False, 1), (1, True, 2)]
    assert [step for step in steps if step[0]] == done


def test_kept_states_take_little_more_than_themselves():
    """3.6 times the result were held at the end of a run, which nothing had said."""
    model = IsingModel((32, 32), NearestNeighbour())
    arguments = {"chains": 1, "warmup": 0, "keep_spins": True, "workers": 1}
    sample(model, 2.3, 10, **arguments)  # all is loaded and compiled
    tracemalloc.start()
    data = sample(model, 2.3, 48_000, **arguments)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert data.spins.nbytes < peak < 1.5 * data.nbytes
    assert memory(RunRequest(model, (2.3,), 48_000, 1, keep_spins=True), 1) > 0.8 * peak
