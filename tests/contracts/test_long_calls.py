"""Whatever takes long says how far it is, keeps its state and shares the cores by the same names everywhere."""

from __future__ import annotations

import inspect

import pytest

import spinlens as sl

LONG = [
    sl.sample, sl.find_critical_point, sl.RBM.fit, sl.RBM.partial_fit, sl.RBM.log_z, sl.RBM.log_likelihood,
    sl.StackedRBM.fit, sl.calibrate_instruments, sl.compare_flows, sl.compare_blockings, sl.gap,
    sl.log_partition_function, sl.mcrg, sl.two_lattice_matching, sl.tempered_sample, sl.trajectory_sample,
    sl.gibbs_autocorrelation, sl.rbm_flow, sl.updown_flow, sl.read_flow, sl.measure_flow_field, sl.plot.movie,
    sl.reproduce,
]  # fmt: skip
OTHER_WORDS = {"callback", "report", "tell", "verbose", "show_progress", "folder", "n_jobs", "cores", "threads"}
PUBLIC = [getattr(sl, name) for name in dir(sl)]
METHODS = [item for kind in PUBLIC if inspect.isclass(kind) for item in vars(kind).values()]
CALLS = [item for item in PUBLIC + METHODS if inspect.isfunction(item) and not item.__name__.startswith("_")]


@pytest.mark.parametrize("call", LONG, ids=lambda call: call.__qualname__)
def test_long_calls_have_progress_that_is_silent_in_scripts(call):
    assert inspect.signature(call).parameters["progress"].default is None


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
