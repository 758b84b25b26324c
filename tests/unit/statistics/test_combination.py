"""Sums over machines: paired where they are as many, with their scatter or their own errors."""

from __future__ import annotations

import math

import pytest

from spinlens import Estimate
from spinlens.errors import InputError
from spinlens.statistics.combination import combined


def values(*numbers, error=0.0):
    return [Estimate(number, error) for number in numbers]


def test_machines_of_equal_number_go_together():
    found = combined([(1.0, values(1.0, 2.0, 3.0)), (-1.0, values(0.9, 1.9, 2.9))])
    assert found.value == pytest.approx(0.1)
    assert found.error == pytest.approx(0, abs=1e-12)


def test_machines_of_other_numbers_scatter_on_their_own():
    found = combined([(1.0, values(1.0, 2.0, 3.0)), (-1.0, values(0.0, 1.0))])
    assert found.value == pytest.approx(1.5)
    assert found.error == pytest.approx(math.sqrt(1 / 3 + 1 / 4))


def test_errors_of_their_own_are_the_least():
    found = combined([(1.0, values(1.0, 1.0, error=0.2)), (2.0, values(0.5, error=0.1))])
    assert found.value == pytest.approx(2.0)
    assert found.error == pytest.approx(math.hypot(0.2 / math.sqrt(2), 0.2))


def test_none_are_refused():
    with pytest.raises(InputError, match="no values"):
        combined([(1.0, [])])
