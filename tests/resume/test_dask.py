"""The same bytes on a Dask cluster whose workers do not see the study folder."""

import os
import socket
import subprocess
import sys
import threading
import time
from io import StringIO
from pathlib import Path

import pytest
import toy_tasks

from spinlens.errors import InputError, StudyError, TaskError
from spinlens.study.executors import DaskCluster
from spinlens.study.progress import Progress
from spinlens.study.runner import run
from spinlens.study.tasks import Task

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
    said = StringIO()
    with pytest.raises(TaskError, match="bad/"):
        run(
            [*bad, *toy_tasks.study()], tmp_path / "study", scheduler=cluster.scheduler_address, progress=Progress(said)
        )
    assert "bad/die failed: its worker process was killed" in said.getvalue()
    assert "bad/mistake failed: ZeroDivisionError" in said.getvalue()
    assert digest(tmp_path / "study") == unbroken


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nonsense", "", "tcp://:::"])
def test_no_scheduler_there(tmp_path, address, monkeypatch):
    monkeypatch.setattr(DaskCluster, "timeout", 1)
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        run(toy_tasks.study(), tmp_path / "study", scheduler=address)


def test_the_scheduler_is_killed(tmp_path, digest, unbroken):
    here = str(Path(__file__).parent)
    environment = {**os.environ, "TOY_SECONDS": "1", "PYTHONPATH": here}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
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
        while not list((tmp_path / "study" / "artefacts").glob("sample/*")):
            time.sleep(0.1)
        scheduler.kill()

    thread = threading.Thread(target=kill_when_busy, daemon=True)
    thread.start()
    try:
        with pytest.raises(StudyError, match="lost"):
            run(toy_tasks.study(), tmp_path / "study", scheduler=address)
    finally:
        for process in (worker, scheduler):
            process.kill()
            process.wait()
    assert len(run(toy_tasks.study(), tmp_path / "study").reused) >= 1
    assert digest(tmp_path / "study") == unbroken
