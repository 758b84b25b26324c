"""Tasks are run once, anywhere, with the same bytes; failures are named and cost nothing else."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import toy_tasks

from spinlens.errors import InputError, StudyError, TaskError
from spinlens.study.definition.tasks import Task
from spinlens.study.running.runner import run
from spinlens.study.storage.store import StudyFolder

DRIVE = Path(__file__).with_name("drive.py")


@pytest.fixture
def gated(tmp_path):
    """Start the toy study on a folder, its tasks held back after the first; the files of `gate` tell how far it is."""
    gate = tmp_path / "gate"
    gate.mkdir()
    processes = []

    def start(folder, workers):
        command = [sys.executable, str(DRIVE), str(folder), str(workers)]
        environment = {**os.environ, "TOY_GATE": str(gate)}
        processes.append(subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment))
        return processes[-1]

    start.gate = gate
    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stderr.close()


def test_two_processes_give_the_bytes_of_one(tmp_path, digest, unbroken):
    assert len(unbroken) == 10
    run(toy_tasks.study(), tmp_path / "study", workers=2)
    assert digest(tmp_path / "study") == unbroken


def test_another_seed_gives_other_bytes(tmp_path, digest, unbroken):
    run(toy_tasks.study(seed=1), tmp_path / "study")
    assert not set(digest(tmp_path / "study").values()) & set(unbroken.values())


def test_a_finished_study_is_not_computed_again(tmp_path):
    first = run(toy_tasks.study(), tmp_path / "study")
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "study").rglob("*") if path.is_file()}
    second = run(toy_tasks.study(), tmp_path / "study")
    after = {path: path.stat().st_mtime_ns for path in before if path.name != ".lock"}
    assert (len(first.reused), len(second.reused), len(second.seconds)) == (0, 10, 0)
    assert after == {path: stamp for path, stamp in before.items() if path.name != ".lock"}


def test_larger_numbers_keep_what_is_there(tmp_path):
    run(toy_tasks.study(sizes=(8, 12)), tmp_path / "study")
    outcome = run(toy_tasks.study(sizes=(8, 12, 16)), tmp_path / "study")
    kept = {"machines/12/cd1", "machines/12/pcd10", "machines/8/cd1", "machines/8/pcd10", "sample/12", "sample/8"}
    assert set(outcome.reused) == kept
    assert len(outcome.seconds) == 4


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failing_task_is_named_and_the_rest_is_saved(tmp_path, workers, digest, unbroken):
    bad = [
        Task("bad/mistake", "toy_tasks:mistake"),
        Task("bad/after", "toy_tasks:summary", {"seed": 0}, ("bad/mistake",)),
    ]
    with pytest.raises(TaskError, match=r"task bad/mistake failed: ZeroDivisionError.*1 that needs what failed"):
        run([*bad, *toy_tasks.study()], tmp_path / "study", workers)
    assert digest(tmp_path / "study") == unbroken
    assert "Traceback" in (tmp_path / "study" / "failures.txt").read_text()
    run(toy_tasks.study(), tmp_path / "study", workers)
    assert not (tmp_path / "study" / "failures.txt").exists()


@pytest.mark.parametrize(
    ("function", "message"),
    [
        ("toy_tasks:unconverged", "chain is too short"),
        ("toy_tasks:leave", "SystemExit"),
        ("toy_tasks:absent", "no function 'absent'"),
        ("absent_module:x", "ModuleNotFoundError"),
    ],
)
def test_what_goes_wrong_in_a_task_is_one_sentence(tmp_path, function, message):
    with pytest.raises(TaskError, match=message):
        run([Task("bad/task", function)], tmp_path / "study")


def test_a_task_that_kills_its_worker_fails_alone(tmp_path, digest, unbroken):
    said = []
    with pytest.raises(TaskError, match="task bad/die failed: its worker process was killed again and again"):
        run([Task("bad/die", "toy_tasks:die"), *toy_tasks.study()], tmp_path / "study", 2, tell=said.append)
    assert digest(tmp_path / "study") == unbroken
    assert "trying again, one at a time" in "\n".join(map(str, said))


def test_a_worker_killed_once_costs_nothing(tmp_path):
    task = Task("hit/once", "toy_tasks:die_once", {"marker": str(tmp_path / "marker")})
    outcome = run([task, *toy_tasks.study()], tmp_path / "study", 2)
    assert outcome.results["hit/once"] == {"fine": True}
    assert len(outcome.seconds) == 11


@pytest.mark.parametrize("phase", toy_tasks.PHASES)
def test_a_worker_killed_in_any_phase_of_its_task_is_noticed(tmp_path, phase):
    """Before it computes, while it does, and with none, half or all of its answer on the way: nobody waits for it."""
    sizes = (2**10, 2**22)
    tasks = [
        Task(
            f"hit/{size}",
            "toy_tasks:die_at",
            {"marker": str(tmp_path / f"marker-{size}"), "size": size, "phase": phase},
        )
        for size in sizes
    ]
    said = []
    outcome = run([*tasks, *toy_tasks.study(sizes=(8,))], tmp_path / "study", 2, tell=said.append)
    assert [outcome.results[task.name].arrays["bytes"].size for task in tasks] == list(sizes)
    if phase != "sent":  # then it was an idle worker that died
        assert "trying again" in "\n".join(map(str, said))


def test_a_script_without_a_guard_is_told_about_it(tmp_path):
    script = tmp_path / "script.py"
    text = (
        "from spinlens.study.definition.tasks import Task\nfrom spinlens.study.running.runner import run\n"
        "run([Task(f'a/{k}', 'toy_tasks:leave') for k in range(2)], 'study', 2)\n"
    )
    script.write_text(text)
    found = subprocess.run([sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert found.returncode == 1
    assert "StudyError: worker processes cannot be started" in found.stderr.splitlines()[-1]


def test_a_second_run_on_a_folder_says_so(tmp_path, gated):
    process = gated(tmp_path / "study", 1)
    wait_for(lambda: (tmp_path / "study" / "study.json").exists(), process)
    with pytest.raises(StudyError, match=f"in use by process {process.pid} on .*; wait for that run or stop it"):
        run(toy_tasks.study(), tmp_path / "study")
    process.kill()
    process.wait()
    run(toy_tasks.study(), tmp_path / "study")


@pytest.mark.parametrize(("number", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 2)])
def test_an_interrupt_waits_for_no_task_and_keeps_what_is_done(tmp_path, workers, number, digest, unbroken, gated):
    process = gated(tmp_path / "study", workers)
    wait_for(lambda: digest(tmp_path / "study"), process)
    process.send_signal(number)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 128 + number
    assert "1 tasks are saved, 9 are left" in said
    assert "Traceback" not in said
    assert len(digest(tmp_path / "study")) == 1
    run(toy_tasks.study(), tmp_path / "study")
    assert digest(tmp_path / "study") == unbroken


def test_workers_end_when_the_main_process_is_killed(tmp_path, gated):
    if not Path("/proc/self/stat").exists():
        pytest.skip("needs /proc")
    process = gated(tmp_path / "study", 2)
    wait_for(lambda: len(list(gated.gate.glob("process-*"))) == 2, process)
    workers = [path.name.removeprefix("process-") for path in gated.gate.glob("process-*")]
    assert all(alive(worker) for worker in workers)
    process.kill()
    process.wait()
    wait_for(lambda: not any(alive(worker) for worker in workers))


def test_runs_in_a_thread_other_than_the_main_one(tmp_path, digest, unbroken):
    thread = threading.Thread(target=run, args=(toy_tasks.study(), tmp_path / "study"))
    thread.start()
    thread.join()
    assert digest(tmp_path / "study") == unbroken


def test_one_line_per_stage(tmp_path):
    said = []
    run(toy_tasks.study(), tmp_path / "study", tell=said.append)
    assert [step.text.split()[:4] for step in said if step.lasting] == [
        ["[1/3]", "sample", "3", "tasks"],
        ["[2/3]", "machines", "6", "tasks"],
        ["[3/3]", "results", "1", "task"],
    ]


@pytest.mark.parametrize("workers", [0, -1, 1.5, True])
def test_workers_must_be_a_positive_integer(tmp_path, workers):
    with pytest.raises(InputError, match="workers"):
        run(toy_tasks.study(), tmp_path / "study", workers)
    assert not (tmp_path / "study").exists()


def test_provenance_tells_of_every_run_and_stays_out_of_the_results(tmp_path):
    from spinlens.study.storage import provenance

    run(toy_tasks.study(sizes=(8,)), tmp_path / "study")
    run(toy_tasks.study(sizes=(8, 12)), tmp_path / "study", workers=2)
    runs = provenance.read(StudyFolder(tmp_path / "study"))["runs"]
    assert [(entry["workers"], entry["ended"], len(entry["task_seconds"])) for entry in runs] == [
        (1, "finished", 4),
        (2, "finished", 4),
    ]
    assert runs[0]["versions"]["numpy"]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def wait_for(true, process=None, seconds=120):
    """Wait until something is true, at most as long as `process` lives; `seconds` only end a test that fails."""
    deadline = time.monotonic() + seconds
    while not true():
        assert process is None or process.poll() is None, process.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_clock_set_back_changes_nothing(tmp_path, monkeypatch, digest, unbroken):
    """Files from the future and a clock in 1970: nothing is decided by dates, and durations stay positive."""
    import datetime as dates

    from spinlens.study.storage import provenance

    run([task for task in toy_tasks.study() if task.stage == "sample"], tmp_path / "study")
    for path in (tmp_path / "study").rglob("*"):
        os.utime(path, (4e9, 4e9))

    class Clock(dates.datetime):
        @classmethod
        def now(cls, zone=None):
            return cls(1970, 1, 1, tzinfo=zone)

    monkeypatch.setattr(provenance, "datetime", Clock)
    monkeypatch.setattr(time, "time", lambda: 0.0)
    outcome = run(toy_tasks.study(), tmp_path / "study")
    assert len(outcome.reused) == 3
    assert digest(tmp_path / "study") == unbroken
    assert len(run(toy_tasks.study(), tmp_path / "study").reused) == 10
    runs = provenance.read(StudyFolder(tmp_path / "study"))["runs"]
    assert [entry["started"][:4] for entry in runs][1:] == ["1970"]
    assert all(entry["wall_seconds"] >= 0 for entry in runs)


def test_what_follows_a_study_still_has_the_folder(tmp_path):
    """A second run that waited took it before results and page were written, and the first ended with an error."""
    followed = []

    def finish(outcome):
        with pytest.raises(StudyError, match="in use"):
            run(toy_tasks.study(), tmp_path / "study")
        followed.append(len(outcome.results))

    run(toy_tasks.study(), tmp_path / "study", finish=finish)
    assert followed == [len(toy_tasks.study())]
