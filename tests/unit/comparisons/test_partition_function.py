"""ln Z of lattices by integration, against enumeration and Kaufman's solution."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, PowerLaw, exact
from spinlens.comparisons.partition_function import clenshaw_curtis, log_partition_function
from spinlens.errors import InputError


def test_weights_integrate_polynomials_exactly():
    nodes = 9
    x = (1 + np.cos(np.pi * np.arange(nodes) / (nodes - 1))) / 2
    for power in range(nodes):
        assert clenshaw_curtis(nodes) @ x**power == pytest.approx(1 / (power + 1), abs=1e-13)


@pytest.mark.parametrize(("coupling", "T"), [(NearestNeighbour(), 2.2), (PowerLaw(1.2), 6.5)])
def test_exact_where_it_can_be_enumerated(coupling, T):
    model = IsingModel((4, 4), coupling)
    found = log_partition_function(model, T)
    assert found.error == 0
    assert found.value == pytest.approx(exact.enumerate(model, T).log_z, abs=1e-9)


def test_integration_of_a_power_law_comes_to_the_enumerated_value():
    model = IsingModel((4, 4), PowerLaw(1.2))
    found = log_partition_function(model, 6.5, "integration", nodes=17, draws=2000, seed=3)
    known = exact.enumerate(model, 6.5).log_z
    assert 0 < found.error < 0.03
    assert abs(found.value - known) < 4 * found.error


def test_integration_of_a_square_comes_to_the_value_of_kaufman():
    model = IsingModel((8, 8), NearestNeighbour())
    found = log_partition_function(model, 2.269185, "integration", draws=2000, seed=1)
    assert abs(found.value - log_partition_function(model, 2.269185).value) < 4 * found.error < 0.4


def test_too_few_nodes_are_told_by_the_error():
    """Five nodes cannot follow the energy through T_c: the error must hold what they miss."""
    model = IsingModel((8, 8), NearestNeighbour())
    found = log_partition_function(model, 1.5, "integration", nodes=5, draws=2000, seed=1)
    known = log_partition_function(model, 1.5).value
    assert abs(found.value - known) < 4 * found.error
    assert found.error > 0.05


@pytest.mark.parametrize(
    ("arguments", "said"),
    [((0.0,), "T = 0"), ((2.0, "integration"), "power of two"), ((2.0, "guess"), "method")],
)
def test_what_cannot_be_is_refused(arguments, said):
    with pytest.raises(InputError, match=said):
        log_partition_function(IsingModel((3, 3), PowerLaw(1.2)), *arguments, nodes=12)


def test_no_exact_value_of_a_large_power_law():
    with pytest.raises(InputError, match="integration"):
        log_partition_function(IsingModel((8, 8), PowerLaw(1.2)), 6.0, "exact")
