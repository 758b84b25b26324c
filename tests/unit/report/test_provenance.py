"""Provenance as tables: runs with their date, time and command; versions and seed."""

from __future__ import annotations

from spinlens.report.provenance import made_with, makes, runs

RUN = {
    "started": "2026-11-26T23:06:18+00:00", "wall_seconds": 7200.0, "ended": "finished", "workers": 2, "cores": 4,
    "host": "here", "command": "spinlens reproduce", "system": "Linux", "versions": {"numpy": "2.4", "spinlens": "0"},
    "peak_memory_mib": {"main": 300.0, "largest_worker": 900.5},
}  # fmt: skip


def test_a_run_is_a_row() -> None:
    (row,) = runs({"runs": [RUN]}).rows
    assert row == ("2026-11-26 23:06:18 UTC", "2 h 00 min", "finished", "2 of 4", "here", "spinlens reproduce")
    assert runs({"runs": None}).rows == ()


def test_what_it_was_made_with() -> None:
    found = dict(made_with({"spinlens": "0.1", "study": {"name": "quick", "seed": 3}}, {"runs": [{}, RUN]}).rows)
    assert found == {
        "spinlens": "0.1", "study": "quick, seed 3", "system": "Linux", "versions": "numpy 2.4",
        "peak memory": "main 300 MiB, largest worker 900.5 MiB",
    }  # fmt: skip
    assert dict(made_with({}, {}).rows) == {"study": "without a name, seed –"}


def test_a_mixture_has_a_row_for_each_of_its_makes() -> None:
    results = {"made_with": [{"numpy": "1.26", "cpu": "a"}, {"numpy": "2.4", "cpu": "b"}]}
    assert makes(results) == results["made_with"]
    assert dict(made_with(results, {}).rows).items() >= {
        ("computed with", "numpy 1.26, cpu a"),
        ("and with", "numpy 2.4, cpu b"),
    }
    assert makes({}) == makes({"made_with": None}) == makes({"made_with": [3]}) == []
