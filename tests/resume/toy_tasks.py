"""Tasks small enough to test the machinery of studies with; imported by name, in this process and in workers."""

from __future__ import annotations

import json
import os
import signal
import struct
import sys
import time
from pathlib import Path

import numpy as np
import xarray as xr

from spinlens.errors import ConvergenceError
from spinlens.seeding import generator
from spinlens.study.definition.tasks import Task
from spinlens.study.storage.codec import Arrays


def pause():
    """With TOY_GATE, a folder: a task notes its process there, and all but the first wait for the file "open"."""
    gate = os.environ.get("TOY_GATE")
    if gate is None:
        return
    Path(gate, f"process-{os.getpid()}").touch()
    try:
        Path(gate, "first").touch(exist_ok=False)
    except FileExistsError:
        while not Path(gate, "open").exists():
            time.sleep(0.01)


def states(inputs, needs):
    pause()
    spins = generator(inputs["seed"], "toy", inputs["L"]).integers(0, 2, (2, 5, inputs["L"], inputs["L"])) * 2 - 1
    dataset = xr.Dataset({"spins": (("temperature", "draw", "x", "y"), spins.astype(np.int8))})
    dataset["energy"] = (("temperature", "draw"), -np.abs(spins.mean((2, 3))), {"units": "J"})
    dataset = dataset.assign_coords(temperature=[1.0, np.inf], start=("temperature", ["cold", "hot"]))
    return dataset.assign_attrs(label="power law σ = 1.2", converged=True, sizes=[inputs["L"]])


def weights(inputs, needs):
    pause()
    spins = needs[f"sample/{inputs['L']}"]["spins"].values.reshape(10, -1).astype(np.float64)
    for _ in range(5):  # a product large enough to be split over threads of BLAS if it were allowed
        spins = np.tanh(spins @ (spins.T @ spins) / 30.0)
    return Arrays({"weights": spins, "bits": spins > 0}, {"recipe": inputs["recipe"]})


def summary(inputs, needs):
    pause()
    values = {name: float(np.sum(needs[name].arrays["weights"])) for name in needs}
    return {"values": values, "missing": float("nan"), "seed": inputs["seed"]}


def mistake(inputs, needs):
    raise ZeroDivisionError("a mistake in the program")


def unconverged(inputs, needs):
    raise ConvergenceError("the chain is too short: ask for more draws")


def die(inputs, needs):
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(inputs, needs):
    marker = Path(inputs["marker"])
    if not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return {"fine": True}


PHASES = ("begun", "computed", "encoded", "announced", "half", "sent")
"""Where `die_at` kills its worker: at its begin, with a result, with an answer, with none, half or all of it sent."""


def die_at(inputs, needs):
    """The first time, its worker is killed in the phase that `inputs` name; later an answer of that size."""
    marker, phase = Path(inputs["marker"]), inputs["phase"]
    first = not marker.exists()
    marker.touch()
    if first and phase == "begun":
        _die()
    result = Arrays({"bytes": np.zeros(inputs["size"], np.uint8)}, {})
    if first and phase == "computed":
        _die()
    if first:
        _lay_in_wait(phase)
    return result


def _lay_in_wait(phase):
    from multiprocessing.connection import Connection

    from spinlens.study.running import worker

    def encode_and_die(*arguments):
        encode(*arguments)
        _die()

    def send_and_die(connection, content):
        whole = struct.pack("!i", len(content)) + content  # as `Connection` puts it on the way
        part, sent = {"announced": 0, "half": len(whole) // 2, "sent": len(whole)}[phase], 0
        while sent < part:
            sent += os.write(connection.fileno(), whole[sent:part])
        _die()

    if phase == "encoded":
        encode = worker.encode
        worker.encode = encode_and_die
    else:
        Connection.send_bytes = send_and_die


def _die():
    os.kill(os.getpid(), signal.SIGKILL)


def leave(inputs, needs):
    sys.exit(3)


def remove_folder(inputs, needs):
    import shutil

    shutil.rmtree(inputs["folder"])
    return {"fine": True}


def replace_folder(inputs, needs):
    """Another folder has the name of the study; the first one is kept, so that nothing else gets its number."""
    import os

    os.rename(inputs["folder"], f"{inputs['folder']} of before")
    os.mkdir(inputs["folder"])
    return {"fine": True}


def study(seed=0, sizes=(8, 12, 16), recipes=("cd1", "pcd10")):
    """A graph in three stages: samples, machines on them, one summary."""
    common = {"seed": seed}
    tasks = [Task(f"sample/{L}", "toy_tasks:states", {"L": L, **common}) for L in sizes]
    machines = [
        Task(f"machines/{L}/{r}", "toy_tasks:weights", {"L": L, "recipe": r, **common}, (f"sample/{L}",))
        for L in sizes
        for r in recipes
    ]
    needs = tuple(task.name for task in machines)
    return [Task("results", "toy_tasks:summary", common, needs), *tasks, *machines]


def walk(inputs, needs, folder):
    """A random walk that notes where it is after each step, and may be cut at one."""
    state, kept = {"n": 0, "x": 0.0}, folder / "state.json"
    if kept.exists():
        state = json.loads(kept.read_text())
    began = state["n"]
    for n in range(began, inputs["draws"]):
        state = {"n": n + 1, "x": state["x"] + float(generator(inputs["seed"], "walk", n).normal())}
        kept.write_text(json.dumps(state))
        cut = Path(inputs["cut"]) if inputs.get("cut") else None
        if cut is not None and n == 5 and not cut.exists():
            cut.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
    log = Path(inputs["log"])
    log.write_text(log.read_text() + f"{began} " if log.exists() else f"{began} ")
    return {"x": state["x"]}


def first_look(inputs, needs):
    return {"temperature": inputs["temperature"], "spread": 0.9}


def critical(inputs, needs):
    return {"critical": {"temperature": {"value": inputs["value"]}}}
