"""spinlens: does a machine that learns from lattice data do what the renormalization group does?

The public names below load their modules when first used, so that ``import spinlens`` is light. Type checkers read
the same table as ``__init__.pyi``; ``python tests/contracts/test_public_api.py`` writes it anew.
"""

from __future__ import annotations

import importlib

__version__ = "0.1.0"

_HOME = {
    "spinlens.lattice.ising": ("IsingModel",),
    "spinlens.lattice.couplings": ("NearestNeighbour", "PowerLaw", "CouplingTable"),
    "spinlens.sampling.sampler": ("sample",),
    "spinlens.sampling.inference": ("summary", "to_inference"),
    "spinlens.lattice.model_document": ("model_of",),
    "spinlens.statistics.estimate": ("Estimate",),
    "spinlens.statistics.autocorrelation": ("integrated_time",),
    "spinlens.criticality.analysis.critical_point": ("CriticalPoint",),
    "spinlens.criticality.search.find": ("find_critical_point",),
    "spinlens.criticality.reweighting.reweight": ("reweight",),
    "spinlens.machines.rbm": ("RBM",),
    "spinlens.machines.stacked": ("StackedRBM",),
    "spinlens.machines.reading.weights": ("receptive_fields", "spectrum"),
    "spinlens.machines.controls": ("extreme_states", "kadanoff_machine", "mean_field_states", "redrawn"),
    "spinlens.machines.strided": ("strided_stack",),
    "spinlens.machines.reading.effective_couplings": ("effective_couplings", "group_couplings"),
    "spinlens.machines.reading.learned_couplings": ("learned_couplings",),
    "spinlens.machines.likelihood.free_energy": ("pseudo_log_likelihood",),
    "spinlens.machines.likelihood.gibbs_time": ("gibbs_autocorrelation",),
    "spinlens.files.packed_states": ("open_packed",),
    "spinlens.machines.files.packed": ("pack_states", "write_packed"),
    "spinlens.machines.likelihood.tempering": ("tempered_sample",),
    "spinlens.machines.likelihood.trajectory_tempering": ("TrajectoryRecorder", "trajectory_sample"),
    "spinlens.machines.reading.physics_check": ("compare_physics",),
    "spinlens.renormalization.block_spin": ("block_spins", "block_spin_flow"),
    "spinlens.renormalization.mcrg": ("mcrg",),
    "spinlens.renormalization.matching": ("two_lattice_matching",),
    "spinlens.renormalization.default_operators": ("default_operators", "pair_operators"),
    "spinlens.renormalization.operators": ("CouplingOperator",),
    "spinlens.flows.rbm_flow": ("chosen_steps", "rbm_flow"),
    "spinlens.flows.stacked_flow": ("stacked_flow", "updown_flow"),
    "spinlens.flows.flow_field": ("flow_field", "measure_flow_field"),
    "spinlens.flows.correlators": ("spin_correlation", "visible_hidden_correlation"),
    "spinlens.flows.localization": ("localization",),
    "spinlens.comparisons.compare_flows": ("compare_flows",),
    "spinlens.comparisons.blockings": ("compare_blockings",),
    "spinlens.comparisons.controls": ("flow_controls",),
    "spinlens.comparisons.gap": ("gap",),
    "spinlens.comparisons.partition_function": ("log_partition_function",),
    "spinlens.flows.dimensions": ("compare_dimensions", "effective_dimensions"),
    "spinlens.flows.pattern_match": ("match_temperature",),
    "spinlens.flows.patterns": ("layer_patterns", "translation_covariance"),
    "spinlens.flows.placement": ("place_units",),
    "spinlens.flows.plateau": ("find_plateau", "find_plateaus"),
    "spinlens.flows.reading": ("read_flow",),
    "spinlens.thermometers.energy": ("EnergyThermometer",),
    "spinlens.thermometers.magnetization": ("MagnetizationThermometer",),
    "spinlens.thermometers.network": ("NetworkThermometer",),
    "spinlens.thermometers.correlation_length": ("CorrelationLengthThermometer",),
    "spinlens.thermometers.correlation_function": ("CorrelationThermometer",),
    "spinlens.thermometers.pseudo_likelihood": ("PseudoLikelihoodThermometer",),
    "spinlens.thermometers.instrument_table": ("instrument_table",),
    "spinlens.thermometers.instruments": ("calibrate_instruments",),
    "spinlens.thermometers.equilibrium": ("EquilibriumReference", "equilibrium_test"),
    "spinlens.workflows.citing": ("cite",),
    "spinlens.workflows.opening": ("open", "save"),
    "spinlens.workflows.reproduce": ("reproduce",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", "exact", "plot", *_MODULE_OF]


def __getattr__(name: str) -> object:
    if name in ("exact", "plot"):
        return importlib.import_module(f"spinlens.{name}")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'spinlens' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
