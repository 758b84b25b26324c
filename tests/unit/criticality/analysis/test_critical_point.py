"""A critical point shows itself, keeps its covariances, goes to tables and files and comes back."""

from __future__ import annotations

import dataclasses
import json
import math

import numpy as np
import pytest

from spinlens import CriticalPoint, Estimate, NearestNeighbour, PowerLaw
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.synthetic import Truth, synthetic_curves
from spinlens.errors import ArtefactError, InputError
from spinlens.files.plain import plain

SIZES, DRAWS = (8, 16, 32), (20_000, 20_000, 16_000)
NAMES = ["temperature", "delta_spin", "delta_energy", "binder", "xi"]


def found(seed=0):
    return analyse(synthetic_curves(Truth(), NearestNeighbour(), SIZES, DRAWS, seed))


POINT = found()


def test_the_roots_of_the_diagonal_are_the_errors():
    assert list(POINT.covariance) == NAMES
    for name in NAMES:
        assert math.sqrt(POINT.covariance[name][name]) == pytest.approx(getattr(POINT, name).error)


def test_covariances_are_those_of_repeated_runs():
    """Errors of T_c and U4 of 16 runs: variance of their difference over that of their sum, each over what is said.

    F with 16 and 16 degrees of freedom is between 1/5 and 5 with 99.8 %. The twin: with the sign turned it is not.
    """
    truth, rows = Truth(), []
    for seed in range(16):
        point = found(seed)
        covariance = point.covariance["temperature"]["binder"]
        off = point.temperature.deviation(truth.temperature), point.binder.deviation(truth.star[0])
        rows.append((*off, covariance / (point.temperature.error * point.binder.error)))
    T_c, binder, said = np.array(rows).T
    measured, correlation = np.mean((T_c - binder) ** 2) / np.mean((T_c + binder) ** 2), said.mean()
    assert 1 / 5 < measured / ((1 - correlation) / (1 + correlation)) < 5
    assert not 1 / 5 < measured / ((1 + correlation) / (1 - correlation)) < 5


def test_above_the_upper_critical_dimension_covariances_with_t_c_are_not_known():
    curves = synthetic_curves(Truth(y_t=1.0, y_h=1.5), PowerLaw(0.8), SIZES, DRAWS, 0)
    point = analyse(curves, "mean-field")
    assert math.isnan(point.covariance["temperature"]["binder"])
    assert math.sqrt(point.covariance["temperature"]["temperature"]) == pytest.approx(point.temperature.error)
    assert math.isfinite(point.covariance["delta_spin"]["binder"])
    pytest.importorskip("uncertainties")
    assert point.to_ufloats()["temperature"].std_dev == pytest.approx(point.temperature.error)


def test_uncertainties_take_the_correlations_over():
    pytest.importorskip("uncertainties")
    numbers = POINT.to_ufloats()
    together = numbers["temperature"] + numbers["binder"]
    variance = sum(POINT.covariance[a][b] for a in ("temperature", "binder") for b in ("temperature", "binder"))
    assert together.std_dev == pytest.approx(math.sqrt(variance))
    assert together.std_dev != pytest.approx((POINT.temperature + POINT.binder).error, rel=0.05)
    with pytest.raises(InputError, match="without covariances"):
        dataclasses.replace(POINT, covariance={}).to_ufloats()


def test_it_says_what_it_found_on_one_screen():
    assert repr(POINT) == (
        f"CriticalPoint(T_c = {POINT.temperature}, Δ_s = {POINT.delta_spin}, Δ_ε = {POINT.delta_energy})"
    )
    lines = str(POINT).splitlines()
    assert len(lines) < 20
    assert max(map(len, lines)) < 120
    assert str(POINT.xi) in next(line for line in lines if "ξ/L" in line)
    assert "ξ/L" not in str(dataclasses.replace(POINT, xi=None)).replace("class", "")


def test_the_table_has_errors_in_two_parts():
    row = POINT.to_dataframe().loc["delta_spin"]
    assert (row["value"], row["error"]) == tuple(POINT.delta_spin)
    assert math.hypot(row["statistical"], row["systematic"]) == pytest.approx(row["error"])
    assert "xi" not in dataclasses.replace(POINT, xi=None).to_dataframe().index


def test_it_comes_back_from_its_file(tmp_path):
    POINT.save(tmp_path / "point.json")
    back = CriticalPoint.load(tmp_path / "point.json")
    assert plain(back) == plain(POINT)
    assert (back.crossings, back.covariance, back.influence) == (POINT.crossings, POINT.covariance, POINT.influence)


def test_what_is_not_finite_comes_back_as_nan(tmp_path):
    dataclasses.replace(POINT, xi=Estimate(1.0, math.inf)).save(tmp_path / "point.json")
    back = CriticalPoint.load(tmp_path / "point.json").xi
    assert (back.value, math.isnan(back.error)) == (1.0, True)


@pytest.mark.parametrize("content", ["[]", "{}", '{"temperature": 3}', "not json", '{"temperature": {"value": 1}}'])
def test_another_file_is_refused(tmp_path, content):
    path = tmp_path / "other.json"
    path.write_text(content)
    with pytest.raises(ArtefactError, match="no critical point"):
        CriticalPoint.load(path)


def test_files_with_more_in_them_and_without_covariances_are_read(tmp_path):
    document = {**POINT.to_dict(), "coupling": "nearest neighbour"}
    del document["covariance"]
    path = tmp_path / "point.json"
    path.write_text(json.dumps(document))
    assert CriticalPoint.load(path).temperature == POINT.temperature
