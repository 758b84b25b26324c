"""Long tasks go on from their state underway: after a kill, on another worker, and with larger numbers."""

import subprocess
import sys
from pathlib import Path

import pytest
import toy_tasks

from spinlens.errors import StudyError
from spinlens.study.runner import run
from spinlens.study.store import CHECKPOINTS, StudyFolder
from spinlens.study.tasks import Task, checkpoint_key, task_keys


def walk(tmp_path, draws=10, cut=False, grows=()):
    inputs = {"seed": 1, "draws": draws, "log": str(tmp_path / "log")}
    if cut:
        inputs["cut"] = str(tmp_path / "cut")
    return Task("walk/a", "toy_tasks:walk", inputs, checkpoint=True, grows=grows)


def began(tmp_path):
    return [int(word) for word in (tmp_path / "log").read_text().split()]


@pytest.fixture
def position(tmp_path):
    """Where an unbroken walk of 10 steps ends."""
    return run([walk(tmp_path)], tmp_path / "unbroken").results["walk/a"]["x"]


def test_a_task_goes_on_on_another_worker(tmp_path, position):
    task = Task("other/b", "toy_tasks:states", {"L": 8, "seed": 0})
    outcome = run([walk(tmp_path, cut=True), task], tmp_path / "study", workers=2)
    assert outcome.results["walk/a"]["x"] == position
    assert began(tmp_path) == [0, 6]
    assert not list((tmp_path / "study" / CHECKPOINTS).iterdir())


def test_a_task_goes_on_after_a_kill_of_the_main_process(tmp_path, position):
    code = (
        f"import sys; sys.path.insert(0, {str(Path(toy_tasks.__file__).parent)!r})\n"
        "from spinlens.study.runner import run, Task\n"
        f"inputs = {walk(tmp_path, cut=True).inputs!r}\n"
        f"run([Task('walk/a', 'toy_tasks:walk', inputs, checkpoint=True)], {str(tmp_path / 'study')!r})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == -9
    assert run([walk(tmp_path, cut=True)], tmp_path / "study").results["walk/a"]["x"] == position
    assert began(tmp_path) == [0, 6]


@pytest.mark.parametrize("content", ["", "{", '{"n": "a"}', "[]"])
def test_a_damaged_state_costs_time_only(tmp_path, position, content):
    task = walk(tmp_path)
    folder = tmp_path / "study" / CHECKPOINTS
    with StudyFolder(tmp_path / "study").locked() as study:
        kept = study.checkpoint(task, task_keys([task]))
    kept.mkdir()
    (kept / "state.json").write_text(content)
    assert run([task], tmp_path / "study").results["walk/a"]["x"] == position
    assert not list(folder.iterdir())


def test_a_longer_walk_goes_on_where_the_shorter_one_ended(tmp_path, position):
    run([walk(tmp_path, draws=7, grows=("draws",))], tmp_path / "study")
    longer = run([walk(tmp_path, draws=10, grows=("draws",))], tmp_path / "study")
    assert longer.results["walk/a"]["x"] == position
    assert began(tmp_path)[-2:] == [0, 7]
    assert run([walk(tmp_path, draws=7, grows=("draws",))], tmp_path / "study").reused == ("walk/a",)


def test_other_inputs_start_anew(tmp_path):
    one, two = walk(tmp_path, 7, grows=("draws",)), walk(tmp_path, 10, grows=("draws",))
    other = Task(one.name, one.function, {**one.inputs, "seed": 2}, checkpoint=True, grows=("draws",))
    keys = [checkpoint_key(task, task_keys([task])) for task in (one, two, other)]
    assert keys[0] == keys[1] != keys[2]


def test_a_checkpoints_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "outside").mkdir()
    with StudyFolder(tmp_path / "study").locked():
        (tmp_path / "study" / CHECKPOINTS).symlink_to(tmp_path / "outside")
    with pytest.raises(StudyError, match="link out of the study folder"):
        run([walk(tmp_path)], tmp_path / "study")
