"""Stacks beside their own first layers and beside wider machines: is it the first layer alone that counts?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spinlens import checks, exact, seeding
from spinlens.arrays import Array, Spins
from spinlens.border import checked
from spinlens.comparisons.deep_chains import deep_ensemble, energy_columns
from spinlens.comparisons.depth_rows import CONTROLS, LATTICE, DepthAgainstWidth, DepthRow
from spinlens.errors import InputError
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM
from spinlens.machines.units import gibbs
from spinlens.machines.units.parameters import Layer
from spinlens.machines.units.passage import Passage
from spinlens.progress import Parts, Progress, Tell, telling
from spinlens.sampling.sampler import sample
from spinlens.statistics.estimate import Estimate
from spinlens.statistics.resampling import jackknife

_LATTICE_CHAINS, _BLOCKS, _THIN = 4, 10, 3
_LARGEST_ENUMERATION = 16
_UNTRAINED = 0.01  # standard deviation of weights, as training begins with


@checked
def depth_against_width(
    stacks: Mapping[float, Sequence[StackedRBM]],
    model: IsingModel,
    wide: Mapping[float, Sequence[RBM]] | None = None,
    controls: Sequence[str] = CONTROLS,
    *,
    chains: int = 100,
    most_steps: int = 100_000,
    draws: int = 40_000,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress = None,
) -> DepthAgainstWidth:
    """Energy and specific heat of the states of stacks, of their first layers alone, and of wider machines.

    A stack is the deep belief net that greedy training makes [Hinton2006]_: states of its highest machine, by Gibbs
    steps of that one, drawn down through the conditional distributions of those below, p(v) = Σ_h p_top(h) p(v | h). Of
    a stack of three layers the lower two are one, too, and the first alone is a machine. So all depths have one first
    layer, and what another one adds is a difference of the two. That it adds nothing, that accuracy is a matter of the
    width of the first layer alone, is a statement of [MorningstarMelko2018]_.

    Parameters
    ----------
    stacks : dict of float to sequence of StackedRBM
        T of the lattice in units of J/k_B → stacks trained on its states there, all of one number of units.
    model : IsingModel
        The lattice, without a field.
    wide : dict of float to sequence of RBM, optional
        T → single machines of more hidden units than a first layer, such as those of all layers together.
    controls : sequence of str
        All by default. "exact": the exact machine, one hidden unit a bond, below its own mirror; it must be the
        lattice. "mirror": the first layer with itself upside down as second, Wᵀ, whose distribution is that of its
        hidden units, so that the stack is its first layer and nothing else. "untrained": a second layer of the weights
        that training begins with, hidden units of which are free; it must lose. "ceiling": states of the lattice passed
        up and down the first layer, which is what a second layer makes that has learned all hidden states perfectly.
    chains : int
        Gibbs chains of each machine, at least 8, half from all spins up or down and half from free units. Each is 100
        τ_int long where it may be.
    most_steps : int
        Gibbs steps after which chains end; the row is then not `settled`.
    draws : int
        States of the lattice, at least 400, every third sweep of cluster moves; not needed where the lattice is exact
        and no ceiling is asked for.
    seed : int
        Seeds all draws.
    workers : int, optional
        Threads that sample the lattice; as many as there are cores by default.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    DepthAgainstWidth
        Rows of every kind, machine and T; effects with margins, and a verdict. The lattice is exact for squares of
        nearest neighbours and for up to 16 sites.

    Raises
    ------
    InputError
        No stacks at a T, stacks of different units or of one layer, machines of another number of sites or no wider
        than a first layer, a T that is no T of stacks, T = 0 or infinite, a field, a control that there is not.
    CouplingError
        A coupling that an exact machine cannot have.

    Notes
    -----
    With a second layer that is perfect the states are those of the data after one Gibbs step of the first layer: what
    depth can add is what one such step remembers. Cost O(chains · steps · units of two layers) for each machine.

    References
    ----------
    .. [Hinton2006] Hinton, Osindero and Teh, Neural Comput. 18, 1527 (2006).
    .. [MorningstarMelko2018] Morningstar and Melko, J. Mach. Learn. Res. 18 (163), 1 (2018).

    Examples
    --------
    A first layer that knows nothing of the lattice: its neighbours are free, at energy 0.

    >>> square = IsingModel((3, 3), NearestNeighbour())
    >>> free = RBM.from_weights(np.zeros((9, 2)))
    >>> stack = StackedRBM((2, 2), epochs=1).fit([[1] * 9, [-1] * 9] * 50, bottom=free)
    >>> found = depth_against_width({4.0: [stack]}, square, controls=["mirror"])
    >>> found.kinds, abs(found.of("2 + 2")[0].energy.deviation(0.0)) < 4
    (('lattice', '2', '2 + 2', 'mirror'), True)
    """
    for name in controls:
        checks.choice("control", name, CONTROLS)
    checks.positive_integer("chains", chains, 8)
    checks.positive_integer("most_steps", most_steps)
    checks.positive_integer("draws", draws, _LATTICE_CHAINS * _BLOCKS * 10)
    _check(stacks, model, wide or {})
    drawn = _Draws(model, tuple(dict.fromkeys(controls)), chains, most_steps, draws, checks.seed(seed), workers)
    with telling(progress) as tell:
        parts = Parts(tell, [1.0] * len(stacks))
        rows: list[DepthRow] = []
        for number, (T, own) in enumerate(stacks.items()):
            rows += drawn.rows(float(T), own, (wide or {}).get(T, ()), parts.part(number))
    first = str(next(iter(stacks.values()))[0].layers_[0].n_hidden)
    return DepthAgainstWidth(model.shape, first, tuple(rows))


def _check(
    stacks: Mapping[float, Sequence[StackedRBM]], model: IsingModel, wide: Mapping[float, Sequence[RBM]]
) -> None:
    if not stacks or not all(stacks.values()):
        raise InputError("give at least one stack at every temperature")
    if model.field:
        raise InputError(f"lattices are compared without a field, the model has {model.field:g}")
    for T in checks.temperatures(list(stacks)):
        if not 0 < T < math.inf:
            raise InputError(f"no machine has the weights of T = {T:g}: give temperatures above 0 that are finite")
    units = {stack.n_hidden for own in stacks.values() for stack in own}
    if len(units) > 1 or len(next(iter(units))) < 2:
        raise InputError(f"give stacks of two layers or more and of the same units, got {sorted(units)}")
    if beyond := sorted(set(wide) - set(stacks)):
        raise InputError(f"wide machines at T = {beyond} have no stacks beside them; those are at {sorted(stacks)}")
    alone = [machine for own in wide.values() for machine in own]
    for layer in (*(stack.layers_[0] for own in stacks.values() for stack in own), *alone):
        if layer.n_visible != model.n_sites:
            raise InputError(f"a machine of {layer.n_visible} visible units is not on {model.n_sites} sites")
    if any(machine.weights_.shape[1] <= min(units)[0] for machine in alone):
        raise InputError(f"wide machines must have more hidden units than a first layer, which has {min(units)[0]}")


@dataclass(frozen=True, eq=False)
class _Draws:
    """How states of machines and of the lattice are drawn."""

    model: IsingModel
    controls: tuple[str, ...]
    chains: int
    most_steps: int
    draws: int
    seed: int
    workers: int | None

    def rows(self, T: float, stacks: Sequence[StackedRBM], wide: Sequence[RBM], tell: Tell) -> list[DepthRow]:
        """All rows of one temperature."""
        jobs = self._jobs(T, stacks, wide)
        parts = Parts(tell, [1.0] * (1 + len(jobs)))
        states, settled, lattice = self._lattice(T, parts.part(0, f"T = {T:g}, the lattice"))
        found = [lattice]
        for number, (kind, machine, layers) in enumerate(jobs, 1):
            told = parts.part(number, f"T = {T:g}, {kind}" + ("" if machine is None else f", {machine + 1}"))
            if kind == "ceiling":
                assert states is not None
                passed = self._passed(layers[0], states, T, machine or 0)
                found.append(DepthRow(T, kind, machine, *self._blocks(passed, T), None, settled))
            else:
                found.append(self._chains(T, kind, machine, layers, told))
        return found

    def _jobs(
        self, T: float, stacks: Sequence[StackedRBM], wide: Sequence[RBM]
    ) -> list[tuple[str, int | None, list[RBM]]]:
        """Kind, machine and layers of each row but that of the lattice."""
        units = stacks[0].n_hidden
        found: list[tuple[str, int | None, list[RBM]]] = []
        for depth in range(1, len(units) + 1):
            name = " + ".join(map(str, units[:depth]))
            found += [(name, k, stack.layers_[:depth]) for k, stack in enumerate(stacks)]
        widths: dict[str, int] = {}
        for machine in wide:
            name = str(machine.weights_.shape[1])
            found.append((name, widths.get(name, 0), [machine]))
            widths[name] = widths.get(name, 0) + 1
        for name in self.controls:
            if name == "exact":
                known = RBM.exact(self.model, T)
                found.append((name, None, [known, _mirror(known)]))
            else:
                found += [
                    (name, k, self._control(name, stack.layers_[0], units[1], k)) for k, stack in enumerate(stacks)
                ]
        return found

    def _control(self, name: str, layer: RBM, width: int, number: int) -> list[RBM]:
        if name == "mirror":
            return [layer, _mirror(layer)]
        if name == "ceiling":
            return [layer]
        generator = seeding.generator(self.seed, "depth against width", "weights", number)
        weights = generator.normal(scale=_UNTRAINED, size=(layer.weights_.shape[1], width))
        return [layer, RBM.from_weights(weights)]

    def _chains(self, T: float, kind: str, number: int | None, layers: Sequence[Layer], tell: Tell) -> DepthRow:
        generator = seeding.generator(self.seed, "depth against width", kind, T, number or 0)
        found = deep_ensemble(layers, self.model, self.chains, self.most_steps, generator, tell)
        return DepthRow(T, kind, number, *self._reading(found.means, T), found.tau, found.settled)

    def _lattice(self, T: float, tell: Tell) -> tuple[Spins | None, bool, DepthRow]:
        """States (n, *shape) where they are needed, whether their chains agree, and the row."""
        known = _exact(self.model, T)
        if known is not None and "ceiling" not in self.controls:
            return None, True, DepthRow(T, LATTICE, None, *known, None, True)
        seed = int(seeding.generator(self.seed, "depth against width", LATTICE, T).integers(2**31))
        clusters = bool(np.all(self.model.coupling_table >= 0))
        data = sample(
            self.model, T, self.draws // _LATTICE_CHAINS, _LATTICE_CHAINS, seed, keep_spins=True,
            thin=_THIN if clusters else self.model.n_sites, energy=False, workers=self.workers, progress=tell,
        )  # fmt: skip
        states = data.spins.values[0].reshape(-1, *self.model.shape)
        settled = bool(data.converged.values[0])
        row = DepthRow(T, LATTICE, None, *(known or self._blocks(states, T)), None, settled)
        return states, settled, row

    def _passed(self, layer: Layer, states: Spins, T: float, number: int) -> Spins:
        """States of the lattice after one step v → h → v of the first layer."""
        visible = states.reshape(len(states), -1).astype(np.float32)
        generator = seeding.generator(self.seed, "depth against width", "ceiling", T, number)
        Passage([layer], "sampled", len(visible)).step(visible, gibbs.make_lanes(generator))
        return visible.astype(np.int8).reshape(states.shape)

    def _blocks(self, states: Spins, T: float) -> tuple[Estimate, Estimate]:
        """Energy and specific heat of states that come chain by chain."""
        columns = energy_columns(states, self.model)
        length = len(columns) // (_LATTICE_CHAINS * _BLOCKS)
        chains = columns.reshape(_LATTICE_CHAINS, -1, columns.shape[1])[:, : _BLOCKS * length]
        return self._reading(chains.reshape(_LATTICE_CHAINS * _BLOCKS, length, -1).mean(axis=1), T)

    def _reading(self, means: Array, T: float) -> tuple[Estimate, Estimate]:
        """Energy and specific heat with jackknife errors from means of `energy_columns` over chains or blocks."""
        n_sites = self.model.n_sites
        values, covariance = jackknife(means, lambda m: np.array([m[0], n_sites * (m[1] - m[0] ** 2) / T**2]))
        energy, heat = (Estimate(float(v), float(e)) for v, e in zip(values, np.sqrt(np.diag(covariance)), strict=True))
        return energy, heat


def _mirror(layer: Layer) -> RBM:
    """The machine upside down: its visible units are the hidden ones."""
    return RBM.from_weights(layer.weights_.T, layer.hidden_bias_, layer.visible_bias_)


def _exact(model: IsingModel, T: float) -> tuple[Estimate, Estimate] | None:
    """Energy and specific heat where they are known exactly."""
    if isinstance(model.coupling, NearestNeighbour) and model.dimension == 2 and len(set(model.shape)) == 1:
        J = model.coupling.strength
        square = exact.kaufman(model.shape[0], T / J)
        return Estimate(J * square.energy, 0.0), Estimate(square.specific_heat, 0.0)
    if model.n_sites <= _LARGEST_ENUMERATION:
        small = exact.enumerate(model, T)
        return Estimate(small.energy, 0.0), Estimate(small.specific_heat, 0.0)
    return None
