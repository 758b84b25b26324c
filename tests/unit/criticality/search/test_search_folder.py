"""Searches that are stopped at any point go on and give the very same result."""

from __future__ import annotations

import json

import pytest

from spinlens import NearestNeighbour, find_critical_point
from spinlens.criticality.search import budgeted, request, windows
from spinlens.criticality.search.budgeted import Budget
from spinlens.criticality.search.find import search
from spinlens.errors import CheckpointError
from spinlens.sampling.chains.checkpoint import decode, encode, run_name

SIZES, UPDATES = (4, 6, 8), 1.5e6


class Stopped(BaseException):
    """Ctrl-C."""


def plan(folder=None, updates=UPDATES, seed=3, **options):
    return search(NearestNeighbour(), SIZES, Budget(updates), seed=seed, points=3, checkpoint=folder, **options)


@pytest.fixture(scope="module")
def unbroken():
    return plan()


def test_a_run_stopped_between_two_sizes_goes_on(tmp_path, unbroken, monkeypatch):
    """Stopped again and again after a few runs of `sample`: what is saved is not made anew, and nothing changes."""
    made = []

    def counted(module, name):
        whole = getattr(module, name)

        def finished(result):
            if len(made) == counted.limit:
                raise Stopped
            made.append(name)
            return result()

        def replacement(*arguments, **named):
            if name == "sample":
                return finished(lambda: whole(*arguments, **named))
            result = whole(*arguments, **named)
            return lambda: finished(result)

        monkeypatch.setattr(module, name, replacement)

    counted(windows, "sample")
    counted(budgeted, "start_sampling")
    result, attempts = None, 0
    while result is None:
        counted.limit = len(made) + (5 if attempts == 0 else 2)
        attempts += 1
        try:
            result = plan(tmp_path / "runs")
        except Stopped:
            continue
    assert attempts > 3
    assert result == unbroken


def test_a_run_stopped_in_its_pilot_keeps_the_ladder_and_the_chains(tmp_path, unbroken, monkeypatch):
    whole, seen = windows.sample, []

    def stopping(*arguments, **named):
        seen.append(named["checkpoint"].name)
        if len(seen) == 3:
            raise Stopped
        return whole(*arguments, **named)

    monkeypatch.setattr(windows, "sample", stopping)
    with pytest.raises(Stopped):
        plan(tmp_path / "runs")
    chains = {path: path.read_bytes() for path in (tmp_path / "runs" / seen[0]).iterdir()}
    assert len(chains) == 7  # three temperatures with two chains, and their arguments
    monkeypatch.setattr(request, "first_look", None)
    assert plan(tmp_path / "runs", workers=2) == unbroken
    assert not list((tmp_path / "runs").glob("run-*"))


def test_a_larger_budget_counts_though_the_pilot_was_stopped(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(windows, "sample", None)
        with pytest.raises(TypeError):
            plan(tmp_path / "runs")
    assert plan(tmp_path / "runs", updates=2 * UPDATES).updates == pytest.approx(2 * UPDATES, rel=0.1)


def test_a_finished_run_is_only_analysed_again_and_a_larger_budget_prolongs_it(tmp_path, unbroken, monkeypatch):
    first = plan(tmp_path / "runs")
    assert first == unbroken
    longer = plan(tmp_path / "runs", updates=2 * UPDATES)
    assert longer.updates > 1.6 * first.updates
    monkeypatch.setattr(windows, "sample", None)  # nothing is sampled any more
    monkeypatch.setattr(budgeted, "start_sampling", None)
    assert plan(tmp_path / "runs", updates=2 * UPDATES) == longer


def test_other_arguments_and_damage_are_said(tmp_path):
    plan(tmp_path / "runs")
    with pytest.raises(CheckpointError, match="belongs to another run: seed was 3 and is 4"):
        plan(tmp_path / "runs", seed=4)
    file = tmp_path / "runs" / "L00006.spl"
    whole = file.read_bytes()
    file.write_bytes(whole[:-1] + b"x")
    with pytest.raises(CheckpointError, match="damaged"):
        plan(tmp_path / "runs")
    owner = {"run": run_name(json.loads((tmp_path / "runs" / "plan.json").read_bytes())["arguments"]), "L": 6}
    found = decode(whole, "", owner)
    del found.notes["names"]
    file.write_bytes(encode(found, owner))
    with pytest.raises(CheckpointError, match="holds no histograms"):
        plan(tmp_path / "runs")
    file.write_bytes((tmp_path / "runs" / "L00008.spl").read_bytes())
    with pytest.raises(CheckpointError, match="holds another state: L was 8 and is 6"):
        plan(tmp_path / "runs")
    file.unlink()
    with pytest.raises(CheckpointError, match="lacks the histograms of L = 6"):
        plan(tmp_path / "runs")
    (tmp_path / "runs" / "plan.json").write_text("{")
    with pytest.raises(CheckpointError, match="damaged"):
        plan(tmp_path / "runs")


def test_fixed_draws_go_on_after_any_stop_and_are_not_run_again(tmp_path, monkeypatch):
    arguments = {"coupling": NearestNeighbour(), "sizes": (4, 6, 8), "draws": 1500, "points": 3, "seed": 4}
    unbroken, sample, calls = find_critical_point(**arguments), windows.sample, []

    def stopping(*given, **named):
        calls.append(given[0].shape)
        if len(calls) == stopping.limit:
            named["progress"] = lambda progress: _stop(progress)
        return sample(*given, **named)

    def _stop(progress):
        if progress.share:
            raise Stopped

    monkeypatch.setattr(windows, "sample", stopping)
    for stopping.limit in (1, 3):
        calls.clear()
        with pytest.raises(Stopped):
            find_critical_point(**arguments, checkpoint=tmp_path / "runs")
    calls.clear()
    stopping.limit = -1
    monkeypatch.setattr(request, "first_look", None)  # known from before
    assert find_critical_point(**arguments, checkpoint=tmp_path / "runs") == unbroken
    assert find_critical_point(**arguments, checkpoint=tmp_path / "runs", workers=2) == unbroken
