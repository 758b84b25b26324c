"""Estimates before a study starts: work in units, memory that must fit, and prices that are measured."""

import resource
import subprocess
import sys

import pytest

from spinlens.errors import StudyError
from spinlens.study.definition.costs import STANDARD, costs, sized
from spinlens.study.definition.tasks import Task
from spinlens.study.definition.toml_file import PRESETS, load_study, parse_study
from spinlens.study.planning import memory, planning
from spinlens.study.planning import prices as calibration
from spinlens.study.running.runner import run
from spinlens.study.stages import study_tasks

NN = '{"kind": "NearestNeighbour"}'


def work(**changes):
    """Total work of the preset quick with changes, by kind of unit."""
    total = {}
    for need in costs(study_tasks(parse_study(changes))).values():
        for unit, amount in need.work.items():
            total[unit] = total.get(unit, 0.0) + amount
    return total


@pytest.mark.parametrize("preset", PRESETS)
def test_every_task_of_the_presets_has_a_model(preset):
    for name, need in costs(study_tasks(load_study(preset))).items():
        assert need.work != {STANDARD: 1.0}, name
        assert need.memory > 0
        assert need.disk > 0


def test_work_is_counted_from_the_inputs():
    spec = parse_study({"criticality": {"draws": 12_000}})
    (task,) = [task for task in study_tasks(spec) if task.name == "scan/nearest-neighbour/L64"]
    assert costs([task])[task.name].work["sweep", NN, 64] == 10 * (12_000 + 350)


def test_twice_the_draws_are_twice_the_sweeps():
    once, twice = work(criticality={"draws": 10_000}), work(criticality={"draws": 20_000})
    assert twice["sweep", NN, 64] - once["sweep", NN, 64] == pytest.approx(10 * 10_000)


def test_more_machines_are_more_updates():
    five, ten, twenty = (work(machines={"seeds": seeds}) for seeds in (5, 10, 20))
    unit = ("update", 144, 64, 1)
    assert twenty[unit] - ten[unit] == pytest.approx(2 * (ten[unit] - five[unit]), rel=1e-12)
    assert ten[unit] > 1.5 * five[unit]  # the controls are as many


def test_prices_are_positive_and_extrapolate():
    small = calibration.measure([("sweep", NN, 8), ("update", 16, 8, 1), ("update", 16, 8, 3), ("anneal", 16, 8)])
    assert all(price > 0 for price in small.values())
    assert small["update", 16, 8, 3] >= small["update", 16, 8, 1]


def test_a_plan_counts_what_is_missing(tmp_path, monkeypatch):
    monkeypatch.setattr(calibration, "measure", lambda units, tell: dict.fromkeys(units, 1e-6) | {STANDARD: 1.0})
    study = load_study("quick")
    whole = planning.plan(study, tmp_path / "absent", 2)
    assert not (tmp_path / "absent").exists()
    assert (len(whole.tasks), whole.reused) == (len(study_tasks(study)), 0)
    assert whole.wall_seconds == pytest.approx(max(whole.core_seconds / 2, whole.longest))
    shown = str(whole)
    assert all(word in shown for word in ("core time", "memory", "disk", f"{len(whole.tasks)} to do"))


def test_what_does_not_fit_is_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 2**30)
    task = Task("big/one", "m:f", memory=2**40)
    with pytest.raises(
        StudyError, match=r"about 1\.02e\+03 GiB of memory \(most for big/one\) and 1 GiB are available"
    ):
        run([task], tmp_path / "study")
    assert not (tmp_path / "study").exists()


def test_fewer_workers_are_named_where_they_fit(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda: 2**30)
    tasks = [Task(f"a/{k}", "m:f", memory=150 * 2**20) for k in range(8)]
    memory.check(tasks, 2)
    with pytest.raises(StudyError, match="use --workers 2"):
        memory.check(tasks, 8)


def test_memory_of_the_presets_is_that_of_a_laptop():
    peaks = {preset: memory.peak(sized(study_tasks(load_study(preset))), 2) for preset in PRESETS}
    assert peaks["quick"] < 1.5 * 2**30
    assert peaks["quick"] < peaks["standard"] < peaks["full"] < 16 * 2**30


def test_a_limit_of_the_process_counts(tmp_path):
    """ulimit -v in a process of its own: the standard study with twenty times the states is refused at once."""
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (6 * 2**30, 6 * 2**30))\n"
        "from spinlens.workflows import reproduce as workflow\n"
        "from spinlens.study.definition.toml_file import parse_study\n"
        "ensembles = {'training': 4_000_000}\n"
        f"workflow.reproduce(parse_study({{'ensembles': ensembles}}), {str(tmp_path / 'study')!r})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "StudyError: this study would need about" in done.stderr
    assert "ask for smaller lattices or fewer states" in done.stderr
    assert not (tmp_path / "study").exists()
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_sizes_do_not_change_keys():
    from spinlens.study.definition.tasks import task_keys

    tasks = [Task("a", "m:f", {"x": 1})]
    assert task_keys(sized(tasks)) == task_keys(tasks)
