"""The collapse: one curve where T_c and the exponents are right; without corrections what the fit left of the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

from spinlens.errors import InputError
from spinlens.plot.collapses import collapse, is_correctable
from spinlens.statistics.estimate import Estimate

T = np.linspace(2.0, 2.6, 31)
T_C = float(T[13])
LIMIT, ERROR = 0.6, 0.002
SIZES = (8, 16, 32)


def curve(L: int, correction: float = 0.0) -> dict[str, np.ndarray]:
    """A curve that scales, but for a correction of relative size `correction` / L."""
    x = np.log(T_C / T) * L
    m2 = L**-0.25 * np.exp(0.1 * x + correction / L)
    return {"temperature": T, "binder": LIMIT + 0.05 * np.tanh(x) + correction / L, "binder_error": np.full(31, ERROR),
            "m2": m2, "m2_error": 0.01 * m2}  # fmt: skip


CURVES = {L: curve(L) for L in (16, 8, 32)}
BENT = {L: curve(L, 0.4) for L in SIZES}


def point(left: dict[int, float], **more: Any) -> dict[str, Any]:
    """A critical point whose fit left so many errors of each size."""
    rows = [(name, L, value) for L, value in left.items() for name in ("binder", "log_m2")]
    return {"temperature": Estimate(T_C, 0.001), "nu": 1.0, "delta_spin": Estimate(0.125, 0.001),
            "binder": Estimate(LIMIT, 0.001), "quality": {"residuals": rows}} | more  # fmt: skip


def at_critical(ax: Axes) -> list[float]:
    """Of every curve the value at T_c."""
    return [float(np.interp(0.0, line.get_xdata(), line.get_ydata())) for line in ax.lines]


def test_right_exponents_collapse_and_wrong_ones_do_not(ax: Axes) -> None:
    def spread(**numbers: float) -> float:
        ax.clear()
        collapse(CURVES, ax, temperature=T_C, delta_spin=0.125, quantity="m2", **numbers)
        at = [np.interp([-0.5, 0.5], line.get_xdata(), line.get_ydata()) for line in ax.lines]
        return float(np.ptp(at, axis=0).max())

    assert spread(nu=1.0) < 1e-3
    assert spread(nu=2.0) > 0.05
    assert np.abs(ax.get_xlim()).max() < 1.6


def test_a_point_gives_what_is_not_given() -> None:
    given = collapse(CURVES, temperature=T_C, nu=1.0, delta_spin=0.125, quantity="m2").lines[1]
    from_point = collapse(CURVES, point=point({}), quantity="m2").lines[1]
    assert given.get_xydata().tolist() == from_point.get_xydata().tolist()


def test_without_corrections_curves_are_apart_by_what_the_fit_left(ax: Axes) -> None:
    left = {8: 0.5, 16: -1.0, 32: 0.0}
    collapse(BENT, ax, point=point(left))
    assert at_critical(ax) == pytest.approx([LIMIT + 0.4 / L for L in SIZES])
    corrected = collapse(BENT, point=point(left), corrected=True)
    assert at_critical(corrected) == pytest.approx([LIMIT + ERROR * value for value in left.values()], abs=1e-9)
    assert [line.get_label() for line in corrected.lines] == [line.get_label() for line in ax.lines]


def test_of_the_second_moment_corrections_are_factors_beside_that_of_the_largest_size() -> None:
    moved = collapse(BENT, point=point({8: 0.5, 16: 0.0, 32: 0.0}), quantity="m2", corrected=True)
    first, *others = at_critical(moved)
    assert others == pytest.approx([np.exp(0.4 / 32)] * 2, rel=1e-6)
    assert first / others[0] == pytest.approx(np.exp(0.5 * 0.01), rel=1e-6)


def test_sizes_that_the_fit_left_out_are_not_drawn_and_the_others_keep_their_looks() -> None:
    every, some = (collapse(BENT, point=point({16: 0.0, 32: 0.0}), corrected=flag) for flag in (False, True))
    assert [line.get_label() for line in some.lines] == ["L = 16", "L = 32"]
    assert [line.get_color() for line in some.lines] == [line.get_color() for line in every.lines[1:]]


@pytest.mark.parametrize(
    "given",
    [
        {"temperature": T_C, "nu": 1.0},
        {"point": point({32: 0.0})},
        {"point": point({}, quality={"residuals": [("binder", L, 0.1) for L in (8, 8, 16, 16)]})},  # of a table
    ],
)
def test_corrections_need_a_fit_that_says_what_it_left(given: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="corrected=True needs a point"):
        collapse(BENT, corrected=True, **given)


def test_it_is_known_whether_corrections_can_be_left_out() -> None:
    assert is_correctable(point({8: 0.1, 16: 0.2}), "binder")
    assert not is_correctable(point({8: 0.1, 16: 0.2}), "xi")
    assert not is_correctable(None, "binder")


def test_what_a_collapse_needs_is_said() -> None:
    with pytest.raises(InputError, match="needs nu"):
        collapse(CURVES, temperature=T_C)
    with pytest.raises(InputError, match="curves by size"):
        collapse({})
