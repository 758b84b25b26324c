"""spinlens: does a machine that learns from lattice data do what the renormalization group does?

The public names below load their modules when first used, so that ``import spinlens`` is light.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spinlens import exact as exact
    from spinlens.comparisons.compare_flows import compare_flows as compare_flows
    from spinlens.comparisons.controls import flow_controls as flow_controls
    from spinlens.criticality.reweighting.reweight import reweight as reweight
    from spinlens.criticality.search.find import CriticalPoint as CriticalPoint
    from spinlens.criticality.search.find import find_critical_point as find_critical_point
    from spinlens.flows.correlators import effective_dimensions as effective_dimensions
    from spinlens.flows.correlators import spin_correlation as spin_correlation
    from spinlens.flows.correlators import visible_hidden_correlation as visible_hidden_correlation
    from spinlens.flows.dimensions import compare_dimensions as compare_dimensions
    from spinlens.flows.flow_field import flow_field as flow_field
    from spinlens.flows.flow_field import measure_flow_field as measure_flow_field
    from spinlens.flows.localization import localization as localization
    from spinlens.flows.patterns import layer_patterns as layer_patterns
    from spinlens.flows.patterns import match_temperature as match_temperature
    from spinlens.flows.patterns import translation_covariance as translation_covariance
    from spinlens.flows.placement import place_units as place_units
    from spinlens.flows.plateau import find_plateau as find_plateau
    from spinlens.flows.plateau import find_plateaus as find_plateaus
    from spinlens.flows.rbm_flow import chosen_steps as chosen_steps
    from spinlens.flows.rbm_flow import rbm_flow as rbm_flow
    from spinlens.flows.reading import read_flow as read_flow
    from spinlens.flows.stacked_flow import stacked_flow as stacked_flow
    from spinlens.flows.stacked_flow import updown_flow as updown_flow
    from spinlens.lattice.couplings import CouplingTable as CouplingTable
    from spinlens.lattice.couplings import NearestNeighbour as NearestNeighbour
    from spinlens.lattice.couplings import PowerLaw as PowerLaw
    from spinlens.lattice.ising import IsingModel as IsingModel
    from spinlens.lattice.model_document import model_of as model_of
    from spinlens.machines.controls import extreme_states as extreme_states
    from spinlens.machines.controls import mean_field_states as mean_field_states
    from spinlens.machines.controls import redrawn as redrawn
    from spinlens.machines.likelihood.free_energy import pseudo_log_likelihood as pseudo_log_likelihood
    from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation as gibbs_autocorrelation
    from spinlens.machines.likelihood.tempering import tempered_sample as tempered_sample
    from spinlens.machines.likelihood.trajectory_tempering import TrajectoryRecorder as TrajectoryRecorder
    from spinlens.machines.likelihood.trajectory_tempering import trajectory_sample as trajectory_sample
    from spinlens.machines.packed import open_packed as open_packed
    from spinlens.machines.packed import pack_states as pack_states
    from spinlens.machines.packed import write_packed as write_packed
    from spinlens.machines.rbm import RBM as RBM
    from spinlens.machines.reading.effective_couplings import effective_couplings as effective_couplings
    from spinlens.machines.reading.effective_couplings import group_couplings as group_couplings
    from spinlens.machines.reading.learned_couplings import learned_couplings as learned_couplings
    from spinlens.machines.reading.weights import receptive_fields as receptive_fields
    from spinlens.machines.reading.weights import spectrum as spectrum
    from spinlens.machines.stacked import StackedRBM as StackedRBM
    from spinlens.machines.training.watch import compare_physics as compare_physics
    from spinlens.renormalization.block_spin import block_spin_flow as block_spin_flow
    from spinlens.renormalization.block_spin import block_spins as block_spins
    from spinlens.renormalization.matching import two_lattice_matching as two_lattice_matching
    from spinlens.renormalization.mcrg import mcrg as mcrg
    from spinlens.renormalization.operators import CouplingOperator as CouplingOperator
    from spinlens.renormalization.operators import default_operators as default_operators
    from spinlens.renormalization.operators import pair_operators as pair_operators
    from spinlens.sampling.dataset import to_inference as to_inference
    from spinlens.sampling.sampler import sample as sample
    from spinlens.statistics.autocorrelation import integrated_time as integrated_time
    from spinlens.statistics.estimate import Estimate as Estimate
    from spinlens.thermometers.correlation_function import CorrelationThermometer as CorrelationThermometer
    from spinlens.thermometers.correlation_length import CorrelationLengthThermometer as CorrelationLengthThermometer
    from spinlens.thermometers.energy import EnergyThermometer as EnergyThermometer
    from spinlens.thermometers.equilibrium import EquilibriumReference as EquilibriumReference
    from spinlens.thermometers.equilibrium import equilibrium_test as equilibrium_test
    from spinlens.thermometers.instrument_table import instrument_table as instrument_table
    from spinlens.thermometers.instruments import calibrate_instruments as calibrate_instruments
    from spinlens.thermometers.magnetization import MagnetizationThermometer as MagnetizationThermometer
    from spinlens.thermometers.network import NetworkThermometer as NetworkThermometer
    from spinlens.thermometers.pseudo_likelihood import PseudoLikelihoodThermometer as PseudoLikelihoodThermometer
    from spinlens.workflows.reproduce import reproduce as reproduce

__version__ = "0.1.0"

_HOME = {
    "spinlens.lattice.ising": ("IsingModel",),
    "spinlens.lattice.couplings": ("NearestNeighbour", "PowerLaw", "CouplingTable"),
    "spinlens.sampling.sampler": ("sample",),
    "spinlens.sampling.dataset": ("to_inference",),
    "spinlens.lattice.model_document": ("model_of",),
    "spinlens.statistics.estimate": ("Estimate",),
    "spinlens.statistics.autocorrelation": ("integrated_time",),
    "spinlens.criticality.search.find": ("find_critical_point", "CriticalPoint"),
    "spinlens.criticality.reweighting.reweight": ("reweight",),
    "spinlens.machines.rbm": ("RBM",),
    "spinlens.machines.stacked": ("StackedRBM",),
    "spinlens.machines.reading.weights": ("receptive_fields", "spectrum"),
    "spinlens.machines.controls": ("extreme_states", "mean_field_states", "redrawn"),
    "spinlens.machines.reading.effective_couplings": ("effective_couplings", "group_couplings"),
    "spinlens.machines.reading.learned_couplings": ("learned_couplings",),
    "spinlens.machines.likelihood.free_energy": ("pseudo_log_likelihood",),
    "spinlens.machines.likelihood.gibbs_time": ("gibbs_autocorrelation",),
    "spinlens.machines.packed": ("open_packed", "pack_states", "write_packed"),
    "spinlens.machines.likelihood.tempering": ("tempered_sample",),
    "spinlens.machines.likelihood.trajectory_tempering": ("TrajectoryRecorder", "trajectory_sample"),
    "spinlens.machines.training.watch": ("compare_physics",),
    "spinlens.renormalization.block_spin": ("block_spins", "block_spin_flow"),
    "spinlens.renormalization.mcrg": ("mcrg",),
    "spinlens.renormalization.matching": ("two_lattice_matching",),
    "spinlens.renormalization.operators": ("CouplingOperator", "default_operators", "pair_operators"),
    "spinlens.flows.rbm_flow": ("chosen_steps", "rbm_flow"),
    "spinlens.flows.stacked_flow": ("stacked_flow", "updown_flow"),
    "spinlens.flows.flow_field": ("flow_field", "measure_flow_field"),
    "spinlens.flows.correlators": ("effective_dimensions", "spin_correlation", "visible_hidden_correlation"),
    "spinlens.flows.localization": ("localization",),
    "spinlens.comparisons.compare_flows": ("compare_flows",),
    "spinlens.comparisons.controls": ("flow_controls",),
    "spinlens.flows.dimensions": ("compare_dimensions",),
    "spinlens.flows.patterns": ("layer_patterns", "match_temperature", "translation_covariance"),
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
    "spinlens.workflows.reproduce": ("reproduce",),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = ["__version__", "exact", *_MODULE_OF]


def __getattr__(name: str) -> object:
    if name == "exact":
        return importlib.import_module("spinlens.exact")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'spinlens' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(__all__)
