"""A study is of one make, libraries and processor, unless a mixture is asked for: then every result says which."""

import json
import re

import pytest
import toy_tasks

from spinlens.errors import StudyError
from spinlens.study.definition.tasks import Task
from spinlens.study.running import executors, making, worker
from spinlens.study.running.making import Making
from spinlens.study.running.runner import run
from spinlens.study.storage import catalogue
from spinlens.study.storage.catalogue import FILENAME
from spinlens.versions import made_with

OLD = {**made_with(), "numpy": "1.26.4", "cpu": "an older one"}


@pytest.fixture
def elsewhere(monkeypatch):
    """Runs what is called in it with other libraries on another processor."""

    def call(what, *arguments, **named):
        with monkeypatch.context() as patch:
            patch.setattr(executors, "made_with", lambda: OLD)
            patch.setattr(worker, "made_with", lambda: OLD)
            return what(*arguments, **named)

    return call


def first(tasks):
    return [task for task in tasks if task.stage == "sample"]


def makes(outcome, name):
    """What the header of a result says of its make."""
    return outcome.folder.artefact(name, outcome.results.keys_by_name[name]).opened()[0]["made_with"]


def snapshot(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def test_a_study_that_was_begun_elsewhere_is_refused_and_left_alone(tmp_path, elsewhere):
    elsewhere(run, first(toy_tasks.study()), tmp_path / "study")
    before = snapshot(tmp_path / "study")
    with pytest.raises(StudyError, match=r"numpy 1\.26\.4 and .*, cpu an older one and .*--mixed \(mixed=True\)"):
        run(toy_tasks.study(), tmp_path / "study")
    assert snapshot(tmp_path / "study") == before


def test_a_mixture_that_is_asked_for_is_said_by_every_result_that_has_both(tmp_path, elsewhere):
    elsewhere(run, first(toy_tasks.study()), tmp_path / "study")
    outcome = run(toy_tasks.study(), tmp_path / "study", mixed=True)
    assert len(outcome.reused) == 3
    assert makes(outcome, "sample/8") == [OLD]
    both = sorted([OLD, made_with()], key=lambda make: tuple(make.items()))
    assert makes(outcome, "machines/8/cd1") == makes(outcome, "results") == both
    assert json.loads((tmp_path / "study" / FILENAME).read_text())["made_with"] == [OLD, made_with()]
    assert run(toy_tasks.study(sizes=(8,)), tmp_path / "study").reused  # both are known now


def test_a_study_of_one_make_says_one(tmp_path):
    outcome = run(toy_tasks.study(sizes=(8,)), tmp_path / "study")
    assert makes(outcome, "results") == [made_with()]


def test_a_finished_study_is_opened_anywhere(tmp_path, elsewhere):
    elsewhere(run, toy_tasks.study(sizes=(8,)), tmp_path / "study")
    before = snapshot(tmp_path / "study")
    assert len(run(toy_tasks.study(sizes=(8,)), tmp_path / "study").reused) == 4
    assert snapshot(tmp_path / "study") == before


def test_a_study_with_nothing_done_is_begun_anywhere(tmp_path, elsewhere):
    with pytest.raises(Exception, match="too short"):
        elsewhere(run, [Task("bad/task", "toy_tasks:unconverged")], tmp_path / "study")
    outcome = run(toy_tasks.study(sizes=(8,)), tmp_path / "study")
    assert makes(outcome, "results") == [made_with()]


def test_states_underway_count(tmp_path, elsewhere):
    """A task that goes on from where another make was is of both."""
    inputs = {"seed": 0, "log": str(tmp_path / "log")}
    shorter, longer = (
        Task("walk/a", "toy_tasks:walk", {**inputs, "draws": draws}, checkpoint=True, grows=("draws",))
        for draws in (4, 8)
    )
    elsewhere(run, [shorter], tmp_path / "study")
    with pytest.raises(StudyError, match="begun with other libraries"):
        run([longer], tmp_path / "study")
    outcome = run([longer], tmp_path / "study", mixed=True)
    assert OLD in makes(outcome, "walk/a")
    assert made_with() in makes(outcome, "walk/a")


def test_another_version_does_not_throw_results_away(tmp_path, monkeypatch):
    run(first(toy_tasks.study()), tmp_path / "study")
    before = snapshot(tmp_path / "study")
    for module in (catalogue, making, "spinlens.study.definition.tasks"):
        where = module if isinstance(module, str) else module.__name__
        monkeypatch.setattr(f"{where}.package_version", lambda: "99.0")
    with pytest.raises(StudyError, match=r"holds results of spinlens .* and this is 99\.0.*another folder"):
        run(toy_tasks.study(), tmp_path / "study", mixed=True)
    assert snapshot(tmp_path / "study") == before


@pytest.mark.parametrize(
    ("there", "mixed", "words"),
    [
        ({"numpy": "1.26.4"}, False, r"computes otherwise .*numpy .* and 1\.26\.4.*--mixed"),
        ({"spinlens": "0.0.1"}, True, r"has spinlens 0\.0\.1 instead of"),
        ({"numpy": "1.26.4"}, True, ""),
        ({}, False, ""),
    ],
)
def test_workers_of_another_make_refuse(there, mixed, words, monkeypatch):
    monkeypatch.setattr(worker, "made_with", lambda: {**made_with(), **there})
    reply = worker.execute(toy_tasks.study()[1], Making(made_with(), mixed=mixed), [])
    if words:
        assert re.search(words, reply.message)
    else:
        assert reply.suffix == ".nc"
