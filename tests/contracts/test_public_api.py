"""The public names: all there, all loadable, and none of them loaded by a bare import."""

from __future__ import annotations

import builtins
import pydoc
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import spinlens

STUB = Path(spinlens.__file__).with_suffix(".pyi")
PLOT_STUB = Path(spinlens.plot.__file__).with_suffix(".pyi")

NAMES = {
    "AutoregressiveNetwork",
    "CorrelationLengthThermometer", "CorrelationThermometer", "PseudoLikelihoodThermometer", "calibrate_instruments",
    "instrument_table",
    "CouplingOperator", "CouplingTable", "CriticalPoint", "EnergyThermometer", "EquilibriumReference", "Estimate",
    "IsingModel", "MagnetizationThermometer", "NearestNeighbour", "NetworkThermometer", "PowerLaw", "RBM",
    "StackedRBM", "__version__", "block_spin_flow", "block_spins", "default_operators", "effective_couplings",
    "effective_dimensions", "equilibrium_test", "exact", "find_critical_point", "finite_size_scaling", "flow_field",
    "beyond_training_size", "depth_against_width", "learning_law",
    "gap", "gibbs_autocorrelation", "group_couplings", "integrated_time", "localization", "log_partition_function",
    "mcrg", "model_of", "on_torus", "plot", "rbm_flow",
    "reproduce", "reweight", "sample", "spin_correlation", "stacked_flow", "summary", "to_inference",
    "two_lattice_matching",
    "compare_flows", "flow_controls", "compare_dimensions",
    "place_units", "find_plateau", "read_flow", "measure_flow_field",
    "updown_flow",
    "TrajectoryRecorder", "compare_physics", "learned_couplings", "learned_modes",
    "pseudo_log_likelihood", "receptive_fields",
    "spectrum", "tempered_sample", "trajectory_sample",
    "visible_hidden_correlation", "compare_blockings", "kadanoff_machine", "strided_stack",
    "cite", "open", "save", "study_figures",
}  # fmt: skip

GROUPS = [
    "Sampling", "Criticality", "Machines", "Flows", "Thermometers", "Renormalization", "Study", "Files and plots",
]  # fmt: skip

PLOTS = {
    "along_sigma", "autocorrelation", "calibration", "collapse", "correlation", "correlation_map", "couplings",
    "crossings", "depth", "drift",
    "error_budget", "flow", "flow_ends", "flow_field", "forest", "gap", "influence", "layers", "learning_curve",
    "learning_law",
    "mcrg", "modes", "movie", "receptive_fields", "residuals", "reweighted", "series", "spectrum", "states",
    "validation", "weights",
}  # fmt: skip


def test_public_names_are_frozen():
    assert set(dir(spinlens)) == NAMES


def test_an_import_of_all_leaves_the_builtins_alone():
    assert set(spinlens.__all__) == NAMES - {"open"}
    assert not {name for name in spinlens.__all__ if hasattr(builtins, name)}


def test_help_begins_with_the_public_names_by_groups():
    shown = pydoc.plain(pydoc.render_doc(spinlens))
    lines = spinlens.__doc__.splitlines()
    assert shown.index(lines[-1].strip()) < shown.index("PACKAGE CONTENTS")
    rows = [line for line in lines if line.startswith("    ")]
    assert sorted(line.split()[0] for line in rows) == sorted(NAMES - {"__version__"})  # each once
    assert all(len(line.split()) > 2 for line in rows)
    assert [above for above, line in pairwise(lines) if line in rows and above and above not in rows] == GROUPS


def test_plot_functions_are_frozen():
    assert set(spinlens.plot.__all__) == PLOTS
    assert {name for name in PLOTS if getattr(spinlens.plot, name).__name__ != name} == set()


def test_every_public_name_is_what_it_is_called():
    for name in NAMES - {"__version__", "exact", "plot"}:
        item = getattr(spinlens, name)
        assert callable(item)
        assert (item.__name__, bool(item.__doc__)) == (name, True)
        assert item.__module__.startswith("spinlens.")
    assert all(
        callable(getattr(spinlens.exact, name)) for name in set(spinlens.exact.__all__) - {"CRITICAL_TEMPERATURE"}
    )


def stub():
    """What ``__init__.pyi`` must say: the table of names as imports."""
    parts = [f"from spinlens import {part} as {part}" for part in ("exact", "plot")]
    return "\n".join([*_imports(spinlens, parts), "", "__version__: str", ""])


def plot_stub():
    """The same of ``plot/__init__.pyi``."""
    return "\n".join([*_imports(spinlens.plot), ""])


def _imports(package, parts=()):
    lines = [f"from {module} import {name} as {name}" for name, module in package._MODULE_OF.items()]
    head = '"""Where the public names live, for type checkers; see `_HOME` in __init__.py."""'
    return [head, "", *parts, *sorted(lines, key=lambda line: line.split()[1::2])]


def test_the_stub_for_type_checkers_says_what_the_table_says():
    assert STUB.read_text() == stub(), f"write it anew: python {__file__}"
    assert PLOT_STUB.read_text() == plot_stub(), f"write it anew: python {__file__}"


def test_import_is_light():
    heavy = ("numpy", "numba", "scipy", "xarray", "matplotlib")
    code = f"import sys, spinlens; spinlens.plot; print(sorted(m for m in {heavy} if m in sys.modules))"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_versions_agree():
    from importlib.metadata import version

    assert version("spinlens") == spinlens.__version__


if __name__ == "__main__":
    STUB.write_text(stub())
    PLOT_STUB.write_text(plot_stub())
