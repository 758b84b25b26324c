"""What calls take by the sizes of their arguments: each row is of a call that is there and refuses what has no end."""

from __future__ import annotations

import importlib
import inspect

import numpy as np
import pytest

import spinlens as sl
from spinlens import exact, long_calls
from spinlens.errors import InputError
from spinlens.long_calls import Sizes

SQUARE = sl.IsingModel((4, 4), sl.NearestNeighbour())
X = np.where(np.arange(400 * 16).reshape(400, 4, 4) * 7919 % 5 < 2, -1, 1)
MACHINE = sl.RBM.from_weights(np.full((16, 64), 0.01))
BLOCKS = sl.block_spin_flow(X, 1, shape=(4, 4))
DATA = {"T": np.repeat([2.2, 2.4], 100), "energy": np.tile(np.linspace(-1.5, -1.0, 100), 2)}
HUGE = np.broadcast_to(np.float32(0.01), (10**9, 64))  # takes no memory itself
WIDE = sl.RBM.from_weights(np.zeros((4, 1)))
vars(WIDE)["weights_"] = HUGE  # a machine of a billion units, as far as sizes go


def function_of(name):
    """The function behind the border that a row is of."""
    module, _, path = name.partition(":")
    found = importlib.import_module(f"spinlens.{module}")
    for part in path.split("."):
        found = getattr(found, part)
    return inspect.unwrap(getattr(found, "__func__", found))


@pytest.mark.parametrize("name", long_calls._CALLS)
def test_every_row_is_of_a_function_and_of_arguments_that_it_has(name):
    """A row of a name that has gone is read by nobody."""
    function = function_of(name)
    assert f"{function.__module__}:{function.__qualname__}" == f"spinlens.{name}"
    asked = []

    class Asked(Sizes):
        def _note(self, name, *default):
            asked.append(name)
            return 1.0

        count = members = entries = one = largest = _note

    taken, _ = long_calls._CALLS[name]
    assert len(taken(Asked({}))) == 2
    assert asked
    assert set(asked) <= set(inspect.signature(function).parameters)


GRID = [2.0, 2.2, 2.4]
LONG = {
    "kaufman": lambda: exact.kaufman(10**12, 2.3),
    "chain": lambda: exact.chain(10**12, 2.3),
    "sample": lambda: sl.sample(SQUARE, [2.3] * 10**4, draws=10, chains=10**8),
    "reweight": lambda: sl.reweight(DATA, np.broadcast_to(2.3, 10**11), n_sites=16),
    "nodes": lambda: sl.log_partition_function(SQUARE, 2.3, "integration", nodes=2**30 + 1),
    "flow_controls": lambda: sl.flow_controls(16, seeds=10**12),
    "compare_flows": lambda: sl.compare_flows(SQUARE, 2.3, X, {"hot": X}, {}, steps=10**12),
    "compare_blockings": lambda: sl.compare_blockings(X, {"rule": "majority"}, bins=10**12),
    "mcrg": lambda: sl.mcrg(BLOCKS, bins=10**12),
    "matching": lambda: sl.two_lattice_matching(SQUARE.coupling, [2.2, 2.4], X[None], X[None], bins=10**12),
    "calibrate_instruments": lambda: sl.calibrate_instruments(SQUARE, GRID, samples=10**12),
    "network": lambda: sl.NetworkThermometer.calibrate(SQUARE, GRID, X[None, :99].repeat(3, 0), epochs=10**12),
    "kadanoff_machine": lambda: sl.kadanoff_machine((30_000, 30_000), 1.0),
    "tempered_sample": lambda: sl.tempered_sample(MACHINE, 10, replicas=10**12),
    "gibbs_tau": lambda: MACHINE.gibbs_tau(X.reshape(-1, 16), chains=10**12),
    "rbm_flow": lambda: sl.rbm_flow(MACHINE, X, 10**12, record=10**12),
    "bins": lambda: sl.visible_hidden_correlation(X, BLOCKS.states[1], bins=10**12),
    "movie": lambda: sl.plot.movie(BLOCKS, "movie.gif", width=1e9),
    "columns": lambda: sl.plot.states(X, columns=10**12),
    "fields": lambda: sl.plot.receptive_fields(X, columns=10**12),
    "place_units": lambda: sl.place_units(np.broadcast_to(0.1, (4, 10**7)), (2, 2)),
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_what_would_not_end_is_refused_at_once(name):
    """Some of them computed for hours before they asked for the memory, and some would never have ended."""
    with pytest.raises(InputError, match=r"this [a-z ]+ would (take about .* years|need about .* GiB of memory)"):
        LONG[name]()


@pytest.mark.parametrize("name", ["spectrum", "effective_couplings"])
def test_machines_count_by_their_weights(name):
    taken, _ = long_calls._CALLS[next(row for row in long_calls._CALLS if row.endswith(f":{name}"))]
    seconds, memory = taken(Sizes({"machine": WIDE}))
    assert seconds > 365 * 86_400
    assert memory > 1e12


@pytest.mark.parametrize(
    ("value", "count", "entries", "one"),
    [
        (None, 7, 1, 1),
        (12, 12, 1, 1),
        (0.5, 0.5, 1, 1),
        ("a path", 1, 1, 1),
        (X, X.size, X.size, 16),
        ([2.0, 2.2], 2, 2, 1),
        ((4, 8), 2, 2, 32),
        ((), 0, 0, 1),
        ((0, 3), 2, 2, 1),
        ((10**400,), 1, 1, 1e60),
        (1e300, 1e60, 1, 1),
        ({"hot": X, "cold": X}, 2, 2 * X.size, 1),
        (BLOCKS, 2, X.size + X.size // 4, 1),
        (MACHINE, 1, 16 * 64, 16),
        ([MACHINE, MACHINE], 2, 2 * 16 * 64, 16),
        (SQUARE, 1, 1, 16),
    ],
)
def test_sizes_of_arguments(value, count, entries, one):
    found = Sizes({"it": value})
    assert (found.count("it", 7), found.entries("it"), found.one("it")) == (count, entries, one)


@pytest.mark.parametrize(("value", "members"), [(1e9, 1), (float("inf"), 1), ([2.0, 1e9], 2), (np.arange(5.0), 5)])
def test_a_temperature_is_one_however_high(value, members):
    assert Sizes({"temperatures": value}).members("temperatures") == members
    free = np.atleast_1d(value).tolist()
    assert sl.sample(SQUARE, free[-1], draws=4, warmup=0).sizes["draw"] == 4


def test_numbers_of_little_precision_are_counted_without_a_warning():
    assert [Sizes({"n": kind(7)}).count("n") for kind in (np.float16, np.float32, np.int8)] == [7, 7, 7]
