"""Whatever takes long says how far it is, keeps its state and shares the cores by the same names everywhere."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path

import pytest

import spinlens as sl

LONG = [
    sl.sample, sl.find_critical_point, sl.RBM.fit, sl.RBM.partial_fit, sl.RBM.log_z, sl.RBM.log_likelihood,
    sl.StackedRBM.fit, sl.calibrate_instruments, sl.compare_flows, sl.compare_blockings, sl.gap,
    sl.beyond_training_size, sl.depth_against_width, sl.AutoregressiveNetwork.fit, sl.learning_law,
    sl.log_partition_function, sl.mcrg, sl.two_lattice_matching, sl.tempered_sample, sl.trajectory_sample,
    sl.gibbs_autocorrelation, sl.rbm_flow, sl.updown_flow, sl.read_flow, sl.measure_flow_field, sl.plot.movie,
    sl.reproduce,
]  # fmt: skip
OTHER_WORDS = {"callback", "report", "tell", "verbose", "show_progress", "n_jobs", "cores", "threads"}
PUBLIC = [getattr(sl, name) for name in dir(sl)]
METHODS = [item for kind in PUBLIC if inspect.isclass(kind) for item in vars(kind).values()]
CALLS = [item for item in PUBLIC + METHODS if inspect.isfunction(item) and not item.__name__.startswith("_")]


@pytest.mark.parametrize("call", LONG, ids=lambda call: call.__qualname__)
def test_long_calls_have_progress_that_is_silent_in_scripts(call):
    parameters = inspect.signature(call).parameters
    assert parameters["progress"].default is None
    assert "folder" not in parameters  # what is kept for another time is the `checkpoint`


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__qualname__)
def test_one_thing_has_one_name(call):
    parameters = inspect.signature(call).parameters
    assert not OTHER_WORDS & set(parameters)
    if "workers" in parameters:
        assert parameters["workers"].default is None  # all cores, as in the shell


@pytest.mark.parametrize("word", ["callback", "report", "tell"])
def test_names_of_before_are_refused_by_python(word):
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{word}'"):
        sl.RBM(2).fit([[1, 1], [-1, -1]], **{word: print})


def test_tasks_of_studies_take_one_core_each():
    """The default is all cores: as many processes of a study would share them with as many threads each."""
    shared = {name for name in dir(sl) if "workers" in _parameters(getattr(sl, name))}
    assert {"sample", "gap", "calibrate_instruments"} <= shared
    study = Path(sl.__file__).parent / "study"
    calls = [
        (path.name, node) for path in study.rglob("*.py") for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in shared
    ]  # fmt: skip
    assert len(calls) >= 4
    assert [(name, node.lineno) for name, node in calls if "workers" not in {word.arg for word in node.keywords}] == []


def _parameters(item):
    return inspect.signature(item).parameters if inspect.isfunction(item) else ()
