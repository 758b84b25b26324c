"""Validation at public borders: what passes, in which type, and what is said of what does not."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import checks
from spinlens.errors import InputError, SpinsError


@pytest.mark.parametrize("value", [1, 7, np.int32(7), np.uint8(7)])
def test_integers_become_plain(value):
    assert type(checks.positive_integer("n", value)) is int
    assert checks.positive_integer("n", value) == value


@pytest.mark.parametrize("value", [0, -1, 1.0, True, "1", None, np.nan])
def test_what_is_no_positive_integer_is_said(value):
    with pytest.raises(InputError, match="n must be an integer of at least 1, got"):
        checks.positive_integer("n", value)


def test_an_integer_may_have_another_minimum():
    assert checks.positive_integer("n", 0, minimum=0) == checks.seed(0) == 0
    with pytest.raises(InputError, match="at least 3, got 2"):
        checks.positive_integer("n", 2, minimum=3)
    with pytest.raises(InputError, match="seed must be an integer of at least 0, got -1"):
        checks.seed(-1)


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
def test_numbers_above_zero_are_finite(value):
    with pytest.raises(InputError, match="x must be a finite number above 0"):
        checks.positive_number("x", value)


def test_finite_numbers_may_have_any_sign():
    assert checks.finite_number("x", -2) == -2.0
    assert type(checks.finite_number("x", np.float32(0.5))) is float
    for value in (math.inf, math.nan):
        with pytest.raises(InputError, match="x must be a finite number, got"):
            checks.finite_number("x", value)
    for value in ("1", True, 1j, None):
        with pytest.raises(InputError, match="x must be a number, got"):
            checks.finite_number("x", value)


def test_temperatures_are_a_grid():
    assert checks.temperatures(2) == (2.0,)
    assert checks.temperatures(np.array([0.0, 1.5, np.inf])) == (0.0, 1.5, math.inf)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([], "temperatures is empty"),
        ([1.0, -0.1], "temperature must be ≥ 0"),
        ([math.nan], "temperature must be ≥ 0"),
        ([1, 1.0], "temperatures repeat"),
        (["warm"], "temperature must be a number"),
    ],
)
def test_temperatures_that_are_none(values, message):
    with pytest.raises(InputError, match=message):
        checks.temperatures(values)


def test_shapes_have_one_to_three_sides():
    assert checks.shape(5) == (5,)
    assert checks.shape(np.array([3, 4])) == (3, 4)
    for values in ((), (3, 3, 3, 3)):
        with pytest.raises(InputError, match="shape must have 1, 2 or 3 sides"):
            checks.shape(values)
    with pytest.raises(InputError, match="the two bonds to the same neighbour coincide"):
        checks.shape((4, 2))


@pytest.mark.parametrize("kind", [np.int8, np.int64, np.float32, np.float64])
def test_spins_become_contiguous_int8(kind):
    given = np.array([[1, -1], [-1, 1]], dtype=kind).T[:, ::-1]
    found = checks.spins("states", given, (2, 2))
    np.testing.assert_array_equal(found, given)
    assert (found.dtype, found.flags.c_contiguous) == (np.int8, True)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([[1, 0], [0, 1]], r"got only 0 and 1; for 0/1 data pass 2 \* x - 1"),
        (np.zeros((2, 2), dtype=np.uint8), r"for 0/1 data pass 2 \* x.astype\(int\) - 1"),
        ([[0.5, 0], [0, 1]], r"only \+1 and -1$"),
        ([[1, 2], [1, 1]], r"only \+1 and -1$"),
        ([["1", "1"]] * 2, r"only \+1 and -1$"),
        (np.ones((2, 3)), r"last axes \(2, 2\), or flat one of 4, got an array of shape \(2, 3\)"),
        (np.ones((0, 2, 2)), "is empty"),
    ],
)
def test_what_are_no_spins_is_said(values, message):
    with pytest.raises(SpinsError, match=message):
        checks.spins("states", values, (2, 2))


def test_fields_are_int8_where_they_are_spins():
    assert checks.field("states", np.ones((2, 2))).dtype == np.int8
    assert checks.field("states", np.full((2, 2), 0.5)).dtype == np.float64
    for values in (np.full((2, 2), np.nan), np.full((2, 2), 1j), [["a", "b"]] * 2):
        with pytest.raises(SpinsError, match="states must hold finite real numbers"):
            checks.field("states", values)
    with pytest.raises(SpinsError, match="is empty"):
        checks.field("states", [])


def test_bits_are_refused_where_a_field_may_stand():
    for bits in ([[0, 1]], [[0, 0]], [[0.0, 1.0]], np.eye(2, dtype=np.float32)):
        with pytest.raises(SpinsError, match="only 0 and 1"):
            checks.field("states", bits)
    for fields in ([[0.0, 0.0]], [[0.0, 0.5, 1.0]], [[-1, 0, 1]], [[np.nextafter(0, 1), 1.0]]):
        np.testing.assert_array_equal(checks.field("states", fields), fields)


@pytest.mark.parametrize("gate", [checks.spins, checks.field, checks.signs])
def test_true_is_up_and_false_is_down(gate):
    found = gate("states", np.array([[True, False]]))
    assert found.dtype == np.int8
    assert found.tolist() == [[1, -1]]


@pytest.mark.parametrize("gate", [checks.spins, checks.field])
def test_flat_states_are_put_on_the_lattice(gate):
    flat = np.where(np.arange(60).reshape(2, 5, 6) % 3, 1, -1)
    np.testing.assert_array_equal(gate("states", flat, (2, 3)), flat.reshape(2, 5, 2, 3))
    np.testing.assert_array_equal(gate("states", flat, (6,)), flat)


def test_a_choice_names_all_that_there_are():
    assert checks.choice("kind", "mean", ("sampled", "mean")) == "mean"
    with pytest.raises(InputError, match="kind must be one of sampled, mean; got 'men'"):
        checks.choice("kind", "men", ("sampled", "mean"))
