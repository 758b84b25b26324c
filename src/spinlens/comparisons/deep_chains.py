"""Gibbs chains of the top machine of a stack, whose states are carried down to the lattice."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spinlens.arrays import Array, Single, Spins
from spinlens.comparisons.own_ensemble import Measured, OwnEnsemble, cold_states, ensemble_of
from spinlens.lattice.ising import IsingModel
from spinlens.machines.units import gibbs
from spinlens.machines.units.parameters import Layer
from spinlens.progress import Tell

_SLOW = (0, 2)  # the energy and m²
_LENGTHS = 100.0  # τ_int that the measured part of a chain is long


class DeepChains:
    """Chains of p(v) = Σ_h p_top(h) p(v | h): those of the top machine are what goes on, v is drawn from them anew.

    Nothing goes up: of states of the lattice that are passed up and down a stack its layers are no equilibrium. The
    first `cold` chains begin at all spins up or down, drawn upward, the others at free units below the top machine.
    """

    def __init__(self, layers: Sequence[Layer], chains: int, cold: int, generator: np.random.Generator) -> None:
        *below, top = (gibbs.sampler(layer) for layer in layers)
        self.below, self.top = below, top
        self.state = gibbs.random_states(chains, top.n_visible, generator)
        self.lanes = gibbs.make_lanes(generator)
        units = cold_states(cold, (below[0] if below else top).n_visible)
        for layer in below:
            units = gibbs.draw(layer.hidden_field(units), self.lanes)
        self.state[:cold] = units
        self.hidden = top.scratch(chains)

    def step(self, steps: int) -> None:
        """Gibbs steps of the top machine."""
        self.top.step(self.state, self.hidden, self.lanes, steps)

    def visible(self) -> Single:
        """States of the lattice drawn from those of the top machine, (chains, N)."""
        units = self.state
        for layer in reversed(self.below):
            units = gibbs.draw(layer.visible_field(units), self.lanes)
        return units


def energy_columns(states: Spins, model: IsingModel) -> Array:
    """e, e² and m² of each state (n, *shape), (n, 3), with e = H/N."""
    energy = model.energy(states) / model.n_sites
    m = states.reshape(len(states), -1).mean(axis=1)
    return np.column_stack([energy, energy**2, m**2])


def deep_ensemble(
    layers: Sequence[Layer], model: IsingModel, chains: int, most_steps: int, generator: np.random.Generator, tell: Tell
) -> OwnEnsemble:
    """Means of `energy_columns` over chains of a stack, half of them from cold, each 100 τ_int long."""
    cold = chains // 2
    walk = DeepChains(layers, chains, cold, generator)
    measured = Measured(lambda states: energy_columns(states, model), _SLOW, _LENGTHS)
    return ensemble_of(walk, model.shape, measured, cold, most_steps, tell)
