"""`spinlens critical` from Python: what is found, said and written, and runs that are found again."""

from __future__ import annotations

import csv
import dataclasses
import json

import pytest

from spinlens import find_critical_point
from spinlens.criticality.search import windows
from spinlens.errors import InputError
from spinlens.files.plain import plain
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.versions import made_with
from spinlens.workflows.critical import (
    SearchSettings,
    checked_regime,
    correlator_lines,
    crossing_table,
    find,
    write,
)

SETTINGS = SearchSettings(NearestNeighbour(), (4, 6, 8), draws=1500, points=3, seed=1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("runs") / "search"


@pytest.fixture(scope="module")
def found(folder):
    """A search whose runs are kept in `folder`."""
    return find(SETTINGS, folder)


def test_it_is_the_search_of_the_library(found):
    point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=1500, points=3, seed=1)
    assert plain(found.point) == plain(point)


def test_three_files_are_written(found, tmp_path):
    written = write(found, tmp_path / "point.json")
    assert [path.name for path in written] == ["point.json", "point.csv", "point.html"]
    assert {path.name for path in tmp_path.iterdir()} == {"point.json", "point.csv", "point.html"}
    document = json.loads(written[0].read_text())
    assert document["temperature"] == {"value": found.point.temperature.value, "error": found.point.temperature.error}
    assert document["draws"] == {str(L): n for L, n in found.search.draws.items()}
    assert document["made_with"] == [made_with()]
    assert written[1].read_text() == crossing_table(found.point)
    assert "<svg" in (page := written[2].read_text())
    assert "computed with different libraries" not in page


def test_a_mixture_is_said_in_the_document_and_on_the_page(found, tmp_path):
    old = {**made_with(), "numpy": "1.26.4"}
    mixed = dataclasses.replace(found, search=dataclasses.replace(found.search, made_with=(old, made_with())))
    written = write(mixed, tmp_path / "point.json")
    assert json.loads(written[0].read_text())["made_with"] == [old, made_with()]
    page = written[2].read_text()
    assert "and with" in page
    assert "computed with different libraries" in page
    assert "numpy 1.26.4" in page


def test_the_table_has_a_row_for_every_pair_of_both_ratios(found):
    table = list(csv.DictReader(crossing_table(found.point).splitlines()))
    assert {row["ratio"] for row in table} == {"U4", "xi/L"}
    first = found.point.crossings[0]
    assert (int(table[0]["L_small"]), int(table[0]["L_large"])) == tuple(first.sizes) == (4, 6)
    assert float(table[0]["temperature"]) == first.temperature.value


def test_the_same_call_finds_its_runs_and_more_draws_prolong_them(found, folder):
    steps = []
    assert plain(find(SETTINGS, folder, progress=steps.append).point) == plain(found.point)
    assert steps
    longer = find(dataclasses.replace(SETTINGS, draws=2500), folder)
    assert plain(longer.point) == plain(find(dataclasses.replace(SETTINGS, draws=2500)).point)
    assert sum(longer.search.draws.values()) > sum(found.search.draws.values())


def test_a_search_that_was_stopped_goes_on(found, tmp_path, monkeypatch):
    whole, calls = windows.sample, []

    def stopped(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*arguments, **named)

    monkeypatch.setattr(windows, "sample", stopped)
    with pytest.raises(KeyboardInterrupt):
        find(SETTINGS, tmp_path / "runs")
    assert (tmp_path / "runs" / "run-001-L00004").is_dir()
    assert plain(find(SETTINGS, tmp_path / "runs").point) == plain(found.point)


def test_correlators_are_said_line_by_line(found):
    lines = correlator_lines(found, 200)
    assert lines[0].startswith("correlators at L/2, with corrections L^-")
    assert [line.split()[0] for line in lines[1:]] == ["delta_s", "delta_eps"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"budget": "5m"}, "--budget decides about draws and chains itself"),
        ({"budget": "soon", "draws": None}, "90s, 5m or 2h"),
        ({"sizes": (4, 8)}, "at least three"),
        ({"draws": 0}, "draws must be"),
        ({"workers": 0}, "workers must be"),
    ],
)
def test_what_cannot_be_asked_is_said(change, message, tmp_path):
    with pytest.raises(InputError, match=message):
        find(dataclasses.replace(SETTINGS, **change), tmp_path / "runs")
    assert not (tmp_path / "runs").exists()


def test_a_class_is_one_of_four():
    assert checked_regime(None) is None
    assert checked_regime("boundary") == "boundary"
    with pytest.raises(InputError, match="--regime must be one of short-range, long-range, mean-field, boundary"):
        checked_regime("tricritical")
