"""Fixed points of a layer: a zero between the starts, or from which side it is missing."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from spinlens.errors import InputError
from spinlens.flows.fixed_points import LayerFixedPoint, layer_fixed_points

T_C = 2.0
STARTS = (0.9, 0.95, 1.0, 1.05, 1.1)


def readings(
    *moves: object, error: float = 0.001, outside: tuple[int, ...] = (), lost: tuple[int, ...] = ()
) -> xr.Dataset:
    """One step of one instrument each, from `STARTS`; `moves` in units of T_c; numbers of starts that read badly."""
    change = np.array([np.broadcast_to(move, len(STARTS)) for move in moves], dtype=float).T * T_C
    start = np.repeat(np.array(STARTS)[:, None], len(moves), axis=1) * T_C
    inside = np.ones((len(STARTS), 2, len(moves)), dtype=bool)
    inside[list(outside), 1] = False
    inside[list(lost), 0] = False
    nothing = np.full_like(change, np.nan)
    axes = ("start", "layer", "instrument")
    return xr.Dataset(
        {
            "temperature": (axes, np.stack([start, start + change], axis=1)),
            "change": (axes, np.stack([nothing, change], axis=1)),
            "change_error": (axes, np.stack([nothing, np.full_like(change, error * T_C)], axis=1)),
            "in_range": (axes, inside.astype(np.int8)),
        },
        coords={"start": list(STARTS), "layer": [16, 8], "instrument": [f"i{k}" for k in range(len(moves))]},
    )


def only(data: xr.Dataset) -> LayerFixedPoint:
    (found,) = layer_fixed_points(data, T_C).values()
    return found


def test_a_zero_is_found_in_units_of_T_c_with_an_error_that_covers_it() -> None:
    rng = np.random.default_rng(0)
    slope, at, noise = 1.1, 1.02, 0.004
    pulls = []
    for _ in range(200):
        found = only(readings(slope * (np.array(STARTS) - at) + noise * rng.normal(size=5), error=noise))
        assert found.temperature is not None
        assert not found.stable
        pulls.append(found.temperature.deviation(at))
    assert np.std(pulls) == pytest.approx(1.0, abs=0.2)
    assert abs(np.mean(pulls)) < 4 / np.sqrt(len(pulls))


def test_a_step_that_only_cools_has_its_fixed_point_above_and_one_that_only_heats_below() -> None:
    cools, heats = layer_fixed_points(readings(-0.05, 0.05), T_C).values()
    assert cools == LayerFixedPoint(None, None, 1.1, None)
    assert heats == LayerFixedPoint(None, None, None, 0.9)
    assert cools.to_dict() == {"value": None, "error": None, "stable": None, "above": 1.1, "below": None}


def test_readings_beyond_the_calibration_say_where_to_but_not_how_far() -> None:
    moves = np.array([-0.02, -0.01, -0.01, 0.8, 0.9])  # the hottest two leave the calibration
    found = only(readings(moves, outside=(3, 4)))
    assert found == LayerFixedPoint(None, None, 1.0, 1.05)
    inside = only(readings(moves))
    assert inside.temperature is not None
    assert 1.0 < inside.temperature.value < 1.05
    assert only(readings(moves, lost=(3, 4))) == LayerFixedPoint(None, None, 1.0, None)


def test_what_is_within_its_error_says_nothing_and_attractive_points_are_called_so() -> None:
    assert only(readings(0.001)) == LayerFixedPoint(None, None, None, None)
    drawn = only(readings(-0.5 * (np.array(STARTS) - 1.0)))
    assert drawn.stable
    assert drawn.temperature is not None
    assert drawn.temperature.value == pytest.approx(1.0)
    assert (drawn.above, drawn.below) == (None, None)


def test_layers_that_are_not_there_are_refused() -> None:
    with pytest.raises(InputError, match="from 1 to 1"):
        layer_fixed_points(readings(0.1), T_C, layer=2)
