"""The study finds critical points by the very search that the library offers."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import NearestNeighbour, PowerLaw, find_critical_point
from spinlens.files.plain import plain
from spinlens.study.definition.toml_file import parse_study
from spinlens.study.running.runner import run
from spinlens.study.stages import study_tasks

SIZES, DRAWS, SEED = (4, 6, 8, 12), 1200, 7
COUPLINGS = {"nearest-neighbour": NearestNeighbour(), "power-law": PowerLaw(1.2)}


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    criticality = {"sizes": SIZES, "draws": DRAWS, "chains": 2, "points": 3}
    tasks = study_tasks(parse_study({"study": {"seed": SEED}, "criticality": criticality}))
    wanted = [task for task in tasks if task.stage in ("locate", "scan", "critical", "curves")]
    return run(wanted, tmp_path_factory.mktemp("study") / "study").results


@pytest.mark.parametrize("name", COUPLINGS)
def test_library_and_study_give_the_same_numbers(results, name):
    found = results[f"critical/{name}"]["critical"]
    point = find_critical_point(COUPLINGS[name], SIZES, seed=SEED, draws=DRAWS, points=3, workers=2)
    assert found == {**plain(point), "curves": {}}  # curves are a task of their own
    other = find_critical_point(COUPLINGS[name], SIZES, seed=SEED + 1, draws=DRAWS, points=3)
    assert found != plain(other)


@pytest.mark.parametrize("name", COUPLINGS)
def test_every_scan_holds_the_crossing_of_the_sizes_before(results, name):
    scans = [results[f"scan/{name}/L{L}"] for L in SIZES]
    for before, scan in zip(scans[:-1], scans[1:], strict=True):
        grid = scan.temperature.values
        assert grid.min() < before.attrs["crossing"] < grid.max()
        assert abs(np.median(grid) / before.attrs["crossing"] - 1) < 0.1


def test_curves_have_the_measured_points_of_every_size(results):
    curves = results["curves/nearest-neighbour"]
    for k, L in enumerate(SIZES):
        grid = results[f"scan/nearest-neighbour/L{L}"].temperature.values
        measured = curves.measured_temperature.values[k]
        np.testing.assert_array_equal(measured[np.isfinite(measured)], grid)
