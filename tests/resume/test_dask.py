"""The same bytes on a Dask cluster whose workers do not see the study folder."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import toy_tasks

from spinlens.errors import InputError, StudyError, TaskError
from spinlens.study.definition.tasks import Task
from spinlens.study.running.executors import DaskCluster
from spinlens.study.running.runner import run

distributed = pytest.importorskip("distributed", reason="needs the extra 'cluster'")

pytestmark = pytest.mark.filterwarnings("ignore")  # warnings of Dask about its own dependencies


@pytest.fixture(scope="module")
def cluster():
    options = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster:
        yield cluster


def test_a_cluster_gives_the_bytes_of_one_process(tmp_path, cluster, digest, unbroken):
    run(toy_tasks.study(), tmp_path / "study", scheduler=cluster.scheduler_address)
    assert digest(tmp_path / "study") == unbroken


def test_half_a_study_goes_on_there(tmp_path, cluster, digest, unbroken):
    run([task for task in toy_tasks.study() if task.stage == "sample"], tmp_path / "study")
    outcome = run(toy_tasks.study(), tmp_path / "study", scheduler=cluster.scheduler_address)
    assert len(outcome.reused) == 3
    assert digest(tmp_path / "study") == unbroken


def test_failures_are_named_as_elsewhere(tmp_path, cluster, digest, unbroken):
    bad = [Task("bad/mistake", "toy_tasks:mistake"), Task("bad/die", "toy_tasks:die")]
    said = []
    with pytest.raises(TaskError, match="bad/"):
        run([*bad, *toy_tasks.study()], tmp_path / "study", scheduler=cluster.scheduler_address, tell=said.append)
    assert "bad/die failed: its worker process was killed" in "\n".join(map(str, said))
    assert "bad/mistake failed: ZeroDivisionError" in "\n".join(map(str, said))
    assert digest(tmp_path / "study") == unbroken


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "", "tcp://:::"])
def test_no_scheduler_there(tmp_path, address, monkeypatch):
    monkeypatch.setattr(DaskCluster, "timeout", 1)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        run(toy_tasks.study(), tmp_path / "study", scheduler=address)


@pytest.mark.filterwarnings("error")
def test_a_scheduler_without_workers_is_said(monkeypatch):
    """Tasks waited there without a word."""

    class Empty:
        def __init__(self, address, **options): ...

        def nthreads(self):
            return {}

        def get_executor(self, **options): ...

    monkeypatch.setattr(distributed, "Client", Empty)
    with pytest.warns(RuntimeWarning, match=r"scheduler at tcp://host:1 has no workers: tasks wait until some come"):
        DaskCluster("tcp://host:1")


def test_the_scheduler_is_killed(tmp_path, digest, unbroken, monkeypatch):
    """While its tasks are held back after the first."""
    gate = tmp_path / "gate"
    gate.mkdir()
    environment = {**os.environ, "TOY_GATE": str(gate), "PYTHONPATH": str(Path(__file__).parent)}
    address = f"tcp://127.0.0.1:{free_port()}"
    commands = [
        ["dask_scheduler", "--host", address, "--no-dashboard"],
        ["dask_worker", address, "--no-nanny", "--no-dashboard", "--nthreads", "1"],
    ]
    scheduler, worker = (
        subprocess.Popen(
            [sys.executable, "-m", f"distributed.cli.{name}", *rest], stderr=subprocess.DEVNULL, env=environment
        )
        for name, *rest in commands
    )

    def kill_when_busy():
        while not digest(tmp_path / "study"):
            time.sleep(0.01)
        scheduler.kill()

    thread = threading.Thread(target=kill_when_busy, daemon=True)
    thread.start()
    monkeypatch.setattr(DaskCluster, "timeout", 120)
    try:
        with pytest.raises(StudyError, match="lost"):
            run(toy_tasks.study(), tmp_path / "study", scheduler=address)
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()
    assert len(run(toy_tasks.study(), tmp_path / "study").reused) == 1
    assert digest(tmp_path / "study") == unbroken


def test_a_task_cut_on_one_worker_goes_on_on_another(tmp_path, cluster):
    inputs = {"seed": 1, "draws": 10, "log": str(tmp_path / "log")}
    unbroken = run([Task("walk/a", "toy_tasks:walk", inputs, checkpoint=True)], tmp_path / "unbroken")
    cut = Task("walk/a", "toy_tasks:walk", {**inputs, "cut": str(tmp_path / "cut")}, checkpoint=True)
    outcome = run([cut], tmp_path / "study", scheduler=cluster.scheduler_address)
    assert outcome.results["walk/a"] == unbroken.results["walk/a"]
    assert (tmp_path / "log").read_text().split() == ["0", "6"]


SCRIPT = Path(__file__).parents[2] / "docs" / "slurm" / "spinlens.sbatch"

# stands in for the command of that name: the toy study on the scheduler that the script started
COMMAND = """#!{python}
import os, sys
import toy_tasks
from spinlens.errors import StudyInterrupted
from spinlens.study.running.executors import DaskCluster
from spinlens.study.running.runner import run
options = dict(zip(sys.argv[2::2], sys.argv[3::2]))
DaskCluster.timeout = 120
try:
    run(toy_tasks.study(), options["--out"], scheduler=options["--scheduler"])
except StudyInterrupted as error:
    open(os.path.join(os.environ["TOY_GATE"], "open"), "w").close()
    os._exit(128 + error.signal)
"""


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def batch(tmp_path):
    """Start the batch script of the documentation, without SLURM; tasks wait at `gate` after the first."""
    shim = tmp_path / "bin" / "spinlens"
    shim.parent.mkdir()
    shim.write_text(COMMAND.format(python=sys.executable))
    shim.chmod(0o755)
    (tmp_path / "gate").mkdir()
    path = os.pathsep.join([str(shim.parent), str(Path(sys.executable).parent), os.environ["PATH"]])
    here = os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
    more = {"PATH": path, "PYTHONPATH": here, "SPINLENS_PORT": str(free_port()), "TOY_GATE": str(tmp_path / "gate")}
    arguments = ["bash", str(SCRIPT), "study.toml", str(tmp_path / "study")]
    options = {"env": {**os.environ, **more}, "start_new_session": True}
    return lambda: subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)


def test_the_batch_script_has_no_mistakes_of_syntax():
    assert subprocess.run(["bash", "-n", str(SCRIPT)], capture_output=True, text=True).stderr == ""


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_the_batch_script_stops_at_its_time_limit_and_goes_on(tmp_path, batch, digest, unbroken):
    process = batch()
    while not digest(tmp_path / "study"):
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=120)
    assert process.returncode == 128 + signal.SIGTERM
    assert len(digest(tmp_path / "study")) == 1
    process = batch()
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0, said
    assert digest(tmp_path / "study") == unbroken
