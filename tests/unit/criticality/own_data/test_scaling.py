"""A critical point from tables: recovered where it is known, honest where the table cannot give it."""

from __future__ import annotations

import dataclasses
import math

import matplotlib.pyplot as plt
import numpy as np
import pytest

from spinlens import CriticalPoint, NearestNeighbour, finite_size_scaling, plot
from spinlens.criticality.synthetic import Truth, natural_corrections, synthetic_table
from spinlens.errors import ConvergenceError, InputError

SIZES, DRAWS = (8, 16, 32), 20_000
GRID = {L: 2.3 * (1 + np.linspace(-0.3, 0.3, 5) / L) for L in SIZES}
TRUE = {"temperature": 2.3, "delta_spin": 0.125, "delta_energy": 1.0, "binder": 0.61, "xi": 0.9}


def table(seed=0, replicas=0, grid=GRID, draws=DRAWS, T_c=2.3):
    rng = np.random.default_rng([seed, 5])
    truth = Truth(temperature=T_c, field=float(rng.normal(0, 0.5)))
    corrections = natural_corrections(rng, (1.75, 2.0, 3.0), truth.star)
    return synthetic_table(dataclasses.replace(truth, corrections=corrections), grid, draws, seed, replicas)


def pulls(point):
    return {name: getattr(point, name).deviation(true) for name, true in TRUE.items()}


@pytest.fixture(scope="module")
def point():
    return finite_size_scaling(table(1, replicas=8), NearestNeighbour())


def test_replicas_of_known_corrections(point):
    """Five pulls of each of six tables; the twin has T_c off by 0.4 %."""
    points = [point, *(finite_size_scaling(table(seed, 8), NearestNeighbour()) for seed in range(2, 7))]
    found = np.array([list(pulls(one).values()) for one in points])
    assert np.abs(found).max() < 3
    assert 0.5 < np.sqrt(np.mean(found**2)) < 1.5
    off = [one.temperature.deviation(2.3 * 1.004) for one in points]
    assert np.abs(off).max() > 3


def test_means_without_a_class():
    """Exponents and corrections are free: larger errors, no test of the class, and a word about all of it."""
    found = finite_size_scaling(table(2))
    assert max(map(abs, pulls(found).values())) < 3
    assert (found.regime, found.coupling, found.check.contradicted) == ("unknown", None, False)
    assert any("no class was named" in note for note in found.notes)
    assert any("covariances are not known" in note for note in found.notes)
    named = finite_size_scaling(table(2), regime="short-range")
    assert named.delta_spin.error < found.delta_spin.error
    assert (named.regime, named.coupling) == ("short-range", None)


def test_chi2_falls_with_the_square_of_the_error_bars():
    """By 9 where all bars are three times as long, in a range where priors, which keep theirs, matter little."""
    clean = synthetic_table(Truth(), {L: 2.3 * (1 + np.linspace(-0.1, 0.1, 5) / L) for L in SIZES}, DRAWS, 1)
    wide = {name: column * (3 if name.endswith("_error") else 1) for name, column in clean.items()}
    found = [finite_size_scaling(one, NearestNeighbour()).quality.chi2 for one in (clean, wide)]
    assert found[0] / found[1] == pytest.approx(9, rel=0.15)


def test_swapped_sizes_fail():
    good = table(3, 8)
    swapped = {**good, "L": np.select([good["L"] == 16, good["L"] == 32], [32.0, 16.0], good["L"])}
    assert finite_size_scaling(good, NearestNeighbour()).quality.p_value > 0.01
    try:
        bad = finite_size_scaling(swapped, NearestNeighbour())
    except ConvergenceError:
        return
    assert bad.quality.p_value < 1e-6


def test_a_wide_grid_is_fitted_near_t_c_only():
    wide = {L: np.linspace(2.0, 2.6, 13) for L in SIZES}
    found = finite_size_scaling(table(4, grid=wide), NearestNeighbour())
    assert max(map(abs, pulls(found).values())) < 3
    assert any("rows are near enough to T_c" in note for note in found.notes)
    assert len(found.curves[32].temperature) == 13  # all of them are shown


def test_without_moments_no_dimension_of_the_spin():
    full = table(5)
    found = finite_size_scaling({name: full[name] for name in ("L", "T", "binder", "binder_error")}, NearestNeighbour())
    assert abs(found.temperature.deviation(2.3)) < 3
    assert math.isnan(found.delta_spin.value)
    assert math.isnan(found.eta.value)
    assert found.xi is None
    assert "without ⟨m²⟩ there is no Δ_s and no η" in found.notes
    assert "nan" not in str(found)
    assert list(found.covariance) == ["temperature", "delta_energy", "binder"]


def test_lengths_alone_cross_too():
    full = table(6)
    found = finite_size_scaling({name: full[name] for name in ("L", "T", "xi_over_L", "xi_over_L_error")})
    assert abs(found.temperature.deviation(2.3)) < 3
    assert math.isnan(found.binder.value)


def test_a_table_knows_no_unit():
    full = table(1, replicas=8)
    doubled = finite_size_scaling({**full, "T": 2 * full["T"]}, NearestNeighbour())
    point = finite_size_scaling(full, NearestNeighbour())
    assert doubled.temperature.value == pytest.approx(2 * point.temperature.value, rel=1e-9)
    inverse = {name: column for name, column in full.items() if name != "T"} | {"beta": 1 / full["T"]}
    assert finite_size_scaling(inverse, NearestNeighbour()).temperature.value == pytest.approx(point.temperature.value)


def test_files_figures_and_the_page(point, tmp_path):
    point.save(tmp_path / "point.json")
    again = CriticalPoint.load(tmp_path / "point.json")
    assert again == point
    assert again.curves == point.curves
    assert (again.coupling, again.made_from) == (NearestNeighbour(), "table")
    ax = plot.crossings(again.curves, point=again)
    assert len(ax.lines) >= len(SIZES)
    plot.collapse(again.curves, point=again, quantity="m2")
    plt.close("all")
    again.page(tmp_path / "point.html", title="mine & yours")
    text = (tmp_path / "point.html").read_text()
    assert "mine &amp; yours" in text
    assert text.count("<svg") >= 6
    assert str(point.temperature) in text


def two_sizes():
    return {name: column[: len(column) // 3 * 2] for name, column in table().items()}


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (two_sizes(), InputError, "at least 3 sizes are needed .* got L = 8, 16"),
        (table(grid={L: [2.3] for L in SIZES}), InputError, "all rows have T = 2.3"),
        (table(grid={L: [2.4, 2.5] for L in SIZES}), ConvergenceError, "give temperatures on both sides"),
        (
            table(grid={8: [2.2, 2.3, 2.4], 16: [2.2, 2.3, 2.4], 32: [1.7, 2.7]}),
            ConvergenceError,
            "run L = 32 closer to it",
        ),
    ],
)
def test_what_a_table_cannot_give_is_one_error(data, error, words):
    with pytest.raises(error, match=words):
        finite_size_scaling(data)


def test_arguments_are_checked():
    with pytest.raises(InputError, match="got the class NearestNeighbour itself"):
        finite_size_scaling(table(), NearestNeighbour)
    with pytest.raises(InputError, match="regime must be one of short-range"):
        finite_size_scaling(table(), regime="tricritical")
    with pytest.raises(InputError, match="no transition at T > 0"):
        finite_size_scaling(table(), NearestNeighbour(), dimension=1)


def test_above_the_upper_critical_dimension_lengths_are_left_out():
    torus = synthetic_table(Truth(y_t=1.0, y_h=1.5), GRID, DRAWS, 1, 8)
    found = finite_size_scaling(torus, regime="mean-field")
    assert found.xi is None
    assert any("ξ outgrows L" in note for note in found.notes)
    assert np.isfinite(found.curves[8].xi).all()  # shown all the same
    assert finite_size_scaling(torus, regime="short-range").xi is not None
