"""spinlens: does a machine that learns from lattice data do what the renormalization group does?

Monte Carlo of Ising lattices with any coupling, their critical points, machines trained on their states, and flows of
machines beside block spins, read with calibrated thermometers. ``help(spinlens.sample)`` explains one name.

Sampling
    IsingModel                    a lattice: its sides, coupling and field
    NearestNeighbour              J between nearest neighbours
    PowerLaw                      J(r) = r^−(d+σ), with all periodic images
    CouplingTable                 any J(r) as an array
    sample                        Monte Carlo over temperatures and chains, as an xarray Dataset
    summary                       means, errors, τ_int, effective draws and R̂ as a table
    to_inference                  chains for ArviZ
    integrated_time               τ_int of any series
    Estimate                      a value with its error, which calculates
    model_of                      the model that a Dataset was sampled from
    exact                         module of exact answers: enumeration, blocks, the ring, Kaufman's square

Criticality
    find_critical_point           T_c, dimensions and universal ratios of a coupling
    finite_size_scaling           the same from a table of your own Monte Carlo
    CriticalPoint                 what they find
    reweight                      curves between the sampled temperatures, with errors

Machines
    RBM                           a restricted Boltzmann machine of ±1 units
    AutoregressiveNetwork         a learner beside it: exact likelihood, no chain
    StackedRBM                    machines upon machines, trained greedily
    strided_stack                 a stack that learns to coarse-grain
    kadanoff_machine              the machine that is a block-spin rule
    on_torus                      a machine of shared weights on another torus
    spectrum                      singular values of the weights
    receptive_fields              what hidden units see
    effective_couplings           pair couplings between visible units
    group_couplings               couplings of three and more spins
    learned_couplings             the same by distance on the lattice
    learned_modes                 couplings and weights by wave vector
    compare_physics               observables of machine and data
    pseudo_log_likelihood         log-likelihood of each unit given the others
    gibbs_autocorrelation         τ_int of the machine's own chain
    tempered_sample               states by parallel tempering
    trajectory_sample             states and ln Z by exchange along the training
    TrajectoryRecorder            keeps the machines along a training
    gap                           nats a site between a machine and a lattice
    beyond_training_size          whether machines are their lattice on a wider torus
    depth_against_width           energy and C of stacks, first layers and wider machines
    learning_law                  how many states and updates a gap takes
    log_partition_function        ln Z of a lattice

Flows
    rbm_flow                      states under a machine, step by step
    stacked_flow                  up a stack, layer by layer
    updown_flow                   up a stack and down again
    read_flow                     every record of a flow read with every instrument
    find_plateau                  where a flow stays
    flow_field                    ΔT against T, fixed points and slopes, from readings
    measure_flow_field            the same from states
    effective_dimensions          Δ_s and Δ_ε of states
    compare_dimensions            the same beside Monte Carlo
    spin_correlation              G(r) of states or hidden units
    visible_hidden_correlation    ⟨v h⟩ of machines and block spins
    place_units                   hidden units on a coarse lattice
    localization                  how local a map is
    flow_controls                 machines that cannot know the lattice, or know it exactly
    compare_flows                 many machines under the same flow, in one table

Thermometers
    calibrate_instruments         all of one lattice at once
    EnergyThermometer             by the energy
    MagnetizationThermometer      by |m|
    CorrelationLengthThermometer  by ξ/L
    CorrelationThermometer        by G(r)
    PseudoLikelihoodThermometer   by conditional probabilities
    NetworkThermometer            by a neural network
    instrument_table              how well they read held-out states
    equilibrium_test              whether states are at any temperature at all
    EquilibriumReference          what that is judged by

Renormalization
    block_spins                   one step of blocking
    block_spin_flow               several steps in a row
    mcrg                          exponents of a map by Monte Carlo renormalization group
    compare_blockings             exponents of several maps
    two_lattice_matching          T_c by matching two lattices
    default_operators             the operators that mcrg counts
    CouplingOperator              the energy of a coupling as an operator

Study
    reproduce                     the whole study, with its report
    study_figures                 its figures as matplotlib has them
    cite                          BibTeX of spinlens and of the methods that a result rests on

Files and plots
    open                          whatever spinlens wrote, and states of other programs
    save                          the other way
    plot                          module of figures, (data, ax=None) -> Axes, and movies
"""

from __future__ import annotations

import builtins
import importlib

__version__ = "0.1.0"

# The public names load their modules when first used, so that ``import spinlens`` is light. Type checkers read the same
# table as ``__init__.pyi``; ``python tests/contracts/test_public_api.py`` writes it anew.
_HOME = {
    "spinlens.lattice.ising": ("IsingModel",),
    "spinlens.lattice.couplings": ("NearestNeighbour", "PowerLaw", "CouplingTable"),
    "spinlens.sampling.sampler": ("sample",),
    "spinlens.sampling.inference": ("summary", "to_inference"),
    "spinlens.statistics.autocorrelation": ("integrated_time",),
    "spinlens.statistics.estimate": ("Estimate",),
    "spinlens.lattice.model_document": ("model_of",),
    "spinlens.criticality.search.find": ("find_critical_point",),
    "spinlens.criticality.own_data.scaling": ("finite_size_scaling",),
    "spinlens.criticality.analysis.critical_point": ("CriticalPoint",),
    "spinlens.criticality.reweighting.reweight": ("reweight",),
    "spinlens.machines.rbm": ("RBM",),
    "spinlens.machines.autoregressive": ("AutoregressiveNetwork",),
    "spinlens.machines.stacked": ("StackedRBM",),
    "spinlens.machines.strided": ("strided_stack",),
    "spinlens.machines.tori": ("on_torus",),
    "spinlens.machines.controls": ("kadanoff_machine",),
    "spinlens.machines.reading.weights": ("spectrum", "receptive_fields"),
    "spinlens.machines.reading.effective_couplings": ("effective_couplings", "group_couplings"),
    "spinlens.machines.reading.learned_couplings": ("learned_couplings",),
    "spinlens.machines.reading.learned_modes": ("learned_modes",),
    "spinlens.machines.reading.physics_check": ("compare_physics",),
    "spinlens.machines.likelihood.free_energy": ("pseudo_log_likelihood",),
    "spinlens.machines.likelihood.gibbs_time": ("gibbs_autocorrelation",),
    "spinlens.machines.likelihood.tempering": ("tempered_sample",),
    "spinlens.machines.likelihood.trajectory_tempering": ("trajectory_sample", "TrajectoryRecorder"),
    "spinlens.comparisons.gap": ("gap",),
    "spinlens.comparisons.beyond_training_size": ("beyond_training_size",),
    "spinlens.comparisons.depth_against_width": ("depth_against_width",),
    "spinlens.comparisons.learning_law": ("learning_law",),
    "spinlens.comparisons.partition_function": ("log_partition_function",),
    "spinlens.flows.rbm_flow": ("rbm_flow",),
    "spinlens.flows.stacked_flow": ("stacked_flow", "updown_flow"),
    "spinlens.flows.reading": ("read_flow",),
    "spinlens.flows.plateau": ("find_plateau",),
    "spinlens.flows.flow_field": ("flow_field", "measure_flow_field"),
    "spinlens.flows.dimensions": ("effective_dimensions", "compare_dimensions"),
    "spinlens.flows.correlators": ("spin_correlation", "visible_hidden_correlation"),
    "spinlens.flows.placement": ("place_units",),
    "spinlens.flows.localization": ("localization",),
    "spinlens.comparisons.controls": ("flow_controls",),
    "spinlens.comparisons.compare_flows": ("compare_flows",),
    "spinlens.thermometers.instruments": ("calibrate_instruments",),
    "spinlens.thermometers.energy": ("EnergyThermometer",),
    "spinlens.thermometers.magnetization": ("MagnetizationThermometer",),
    "spinlens.thermometers.correlation_length": ("CorrelationLengthThermometer",),
    "spinlens.thermometers.correlation_function": ("CorrelationThermometer",),
    "spinlens.thermometers.pseudo_likelihood": ("PseudoLikelihoodThermometer",),
    "spinlens.thermometers.network": ("NetworkThermometer",),
    "spinlens.thermometers.instrument_table": ("instrument_table",),
    "spinlens.thermometers.equilibrium": ("equilibrium_test", "EquilibriumReference"),
    "spinlens.renormalization.block_spin": ("block_spins", "block_spin_flow"),
    "spinlens.renormalization.mcrg": ("mcrg",),
    "spinlens.comparisons.blockings": ("compare_blockings",),
    "spinlens.renormalization.matching": ("two_lattice_matching",),
    "spinlens.renormalization.default_operators": ("default_operators",),
    "spinlens.renormalization.operators": ("CouplingOperator",),
    "spinlens.workflows.reproduce": ("reproduce", "study_figures"),
    "spinlens.workflows.citing": ("cite",),
    "spinlens.workflows.opening": ("open", "save"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

_MODULES = ("exact", "plot")
_PUBLIC = ("__version__", *_MODULES, *_MODULE_OF)

__all__ = [name for name in _PUBLIC if not hasattr(builtins, name)]  # of an import of all: `open` stays Python's own


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return importlib.import_module(f"spinlens.{name}")
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'spinlens' has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted(_PUBLIC)
