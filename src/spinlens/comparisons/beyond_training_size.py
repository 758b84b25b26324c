"""Machines of shared weights on a torus wider than the one that they learned on: are they still their lattice?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spinlens import checks, seeding
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.comparisons.finite_size_reading import columns, reading, slopes
from spinlens.comparisons.own_ensemble import own_ensemble
from spinlens.comparisons.torus_rows import BeyondTrainingSize, TorusRow
from spinlens.comparisons.wider_couplings import cut, pair_table
from spinlens.errors import InputError
from spinlens.lattice.couplings import CouplingTable
from spinlens.lattice.ising import IsingModel
from spinlens.machines.exact_rbm import exact_bonds
from spinlens.machines.rbm import RBM
from spinlens.machines.tori import carried, on_torus, tied
from spinlens.machines.units.convolved import Convolved
from spinlens.machines.units.gibbs import Chained
from spinlens.progress import Parts, Progress, Tell, telling
from spinlens.sampling.sampler import sample

OF_THE_LATTICE = ("exact", "cut", "carried")
OF_A_MACHINE = ("machine", "pairs", "carried pairs")

_LATTICE_CHAINS, _BLOCKS = 4, 10
_THIN = 3  # cluster sweeps between two states
_FEWER, _SITES_A_SWEEP = 4, 8  # of single spins: part of the states, and a sweep between two for so many sites


@checked
def beyond_training_size(
    machines: Sequence[RBM],
    model: IsingModel,
    temperature: float,
    shape: Sequence[int],
    kinds: Sequence[str] = (*OF_THE_LATTICE, *OF_A_MACHINE),
    *,
    chains: int = 40,
    most_steps: int = 50_000,
    draws: int = 16_000,
    seed: int = 0,
    workers: int | None = None,
    progress: Progress = None,
) -> BeyondTrainingSize:
    """Whether machines that learned a lattice are still that lattice on a wider torus, and what carries it if not.

    A machine of shared weights is a Hamiltonian on any torus (`on_torus`). What it learned on the small one are
    couplings folded over its images, by filters that are free beyond what the small torus tells of them: from states
    of side L, w(r) and w(r + L) are one number. On the wider torus they must be unfolded, and that can be done wrongly
    in the filters though it is right in the couplings. Beside the machine stand therefore the pair couplings that it
    has there, and those that it has on the small torus carried over by displacement.

    Parameters
    ----------
    machines : sequence of RBM
        Machines of shared weights of one torus, `RBM.for_lattice` as a rule.
    model : IsingModel
        The lattice that they learned, on that torus; its coupling must be known on the wider one, too.
    temperature : float
        T > 0 of the lattice, T_c as a rule.
    shape : sequence of int
        Sides of the wider torus, each at least that of the training; the machines' stride divides them.
    kinds : sequence of str
        What is put beside the lattice on the wider torus, all by default. "exact": the exact machine there, by Gibbs
        chains as the learned ones, a control that must be inside. "cut": J(r) there without displacements of a
        component above half a side of the training, a lattice that is short-sighted beyond it. "carried": J(r) of the
        small torus, carried by displacement, which is all that states of the small torus can tell of pairs. "machine":
        each machine on the wider torus. "pairs": the lattice of its pair couplings J_eff(r) there. "carried pairs":
        that of its J_eff(r) on the small torus, carried by displacement. Of couplings that do not reach as far "cut"
        and "carried" are the lattice, and left out.
    chains : int
        Gibbs chains of each machine, at least 8, half from all spins up or down and half from free spins.
    most_steps : int
        Gibbs steps after which chains that are not 30 τ_int long end; the row is then not `settled`.
    draws : int
        States of each lattice, at least 1,600: every third sweep of cluster moves; or a quarter as many, every N/8-th
        sweep of single spins, where a coupling is below 0.
    seed : int
        Seeds all draws.
    workers : int, optional
        Threads that sample lattices; as many as there are cores by default.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    BeyondTrainingSize
        ⟨m²⟩, U4, ξ/L, energy and Δ_s of each kind and machine, and effects against the lattice with margins: 2 % in T
        by each observable, 0.03 in Δ_s.

    Raises
    ------
    InputError
        No machines, or some without shared weights or of another torus; sides below those of the training or that the
        stride does not divide; T = 0 or infinite; a field; a kind that there is not.
    CouplingError
        A coupling that has no table on the wider torus, or that an exact machine cannot have.

    Notes
    -----
    Gibbs steps of a machine with F filters cost O(chains · F N log N), and a critical one takes 30 τ_int of them; those
    of an exact machine with power-law couplings O(chains · N²). The distance from the lattice is given as the ln of a
    temperature by the linear response of the lattice, d⟨O⟩/d ln T = cov(O, H)/T: beyond some ten percent it says that
    the state is another one, not which temperature it has.

    Examples
    --------
    The exact bonds of one torus are those of a wider one.

    >>> from spinlens import NearestNeighbour
    >>> from spinlens.machines.tori import shared
    >>> w = np.arccosh(np.exp(2 / 4.0)) / 2
    >>> bonds = np.zeros((2, 3, 3))
    >>> bonds[:, 0, 0] = bonds[0, 0, 1] = bonds[1, 1, 0] = w
    >>> square = IsingModel((3, 3), NearestNeighbour())
    >>> found = beyond_training_size([shared((3, 3), bonds)], square, 4.0, (6, 6), ["machine"])
    >>> found.kinds, abs(found.of("machine")[0].reading.m2.deviation(found.of("lattice")[0].reading.m2)) < 4
    (('lattice', 'machine'), True)
    """
    (T,) = checks.temperatures(temperature)
    if not 0 < T < math.inf:
        raise InputError(f"no machine has the weights of T = {T:g}: give a temperature above 0 that is finite")
    for kind in kinds:
        checks.choice("kind", kind, (*OF_THE_LATTICE, *OF_A_MACHINE))
    checks.positive_integer("chains", chains, 8)
    checks.positive_integer("most_steps", most_steps)
    checks.positive_integer("draws", draws, 10 * _FEWER * _LATTICE_CHAINS * _BLOCKS)
    wide, moved = _on_wider(machines, model, checks.shape(shape))
    with telling(progress) as tell:
        return _Torus(model, wide, T, chains, most_steps, draws, checks.seed(seed), workers).compared(
            machines, moved, list(dict.fromkeys(kinds)), tell
        )


def _on_wider(machines: Sequence[RBM], model: IsingModel, shape: tuple[int, ...]) -> tuple[IsingModel, list[RBM]]:
    """The lattice and the machines on the wider torus."""
    if not machines:
        raise InputError("give at least one machine of shared weights")
    if model.field:
        raise InputError(f"lattices are compared without a field, the model has {model.field:g}")
    moved = [on_torus(machine, shape) for machine in machines]
    tori = {machine.torus for machine in machines}
    if tori != {model.shape}:
        raise InputError(f"the machines are on tori {sorted(map(str, tori))}, the lattice on {model.shape}")
    if any(new < old for new, old in zip(shape, model.shape, strict=True)):
        raise InputError(f"a torus {shape} is narrower than that of the training, {model.shape}: give a wider one")
    return IsingModel(shape, model.coupling), moved


class _Torus:
    """A wider torus and how states are drawn there."""

    def __init__(
        self, model: IsingModel, wide: IsingModel, T: float, chains: int, most_steps: int, draws: int, seed: int,
        workers: int | None,
    ) -> None:  # fmt: skip
        self.model, self.wide, self.T, self.chains, self.most_steps = model, wide, T, chains, most_steps
        self.draws, self.seed, self.workers = draws, seed, workers

    def compared(
        self, machines: Sequence[RBM], moved: Sequence[RBM], kinds: Sequence[str], tell: Tell
    ) -> BeyondTrainingSize:
        """All rows, told in parts."""
        tables = self._tables(kinds)
        jobs = [kind for kind in ("exact", *tables) if kind in kinds]
        own = [kind for kind in OF_A_MACHINE if kind in kinds]
        parts = Parts(tell, [1.0] * (1 + len(jobs) + len(own) * len(machines)))
        states, row = self._lattice("lattice", self.wide, self.T, parts.part(0, "the lattice"))
        rows, part = [row], 1
        for kind in jobs:
            told, part = parts.part(part, kind), part + 1
            if kind == "exact":
                rows.append(self._chains(kind, None, exact_bonds(self.wide, self.T), told))
            else:
                rows.append(self._lattice(kind, self._with(tables[kind]), self.T, told)[1])
        for number, (machine, wider) in enumerate(zip(machines, moved, strict=True)):
            for kind in own:
                told, part = parts.part(part, f"{kind} {number + 1}"), part + 1
                rows.append(self._of_machine(kind, number, machine, wider, told))
        found = slopes(states, self.wide, self.T)
        return BeyondTrainingSize(self.wide.shape, self.model.shape, self.T, tuple(rows), found)

    def _tables(self, kinds: Sequence[str]) -> dict[str, Array]:
        """Couplings of the lattices that differ from the lattice itself."""
        known = self.wide.coupling_table
        found = {}
        if "cut" in kinds:
            found["cut"] = cut(self.wide, self.model.shape)
        if "carried" in kinds:
            found["carried"] = carried(self.model.coupling_table, self.wide.shape)
        return {kind: table for kind, table in found.items() if not np.allclose(table, known, rtol=1e-9, atol=1e-12)}

    def _with(self, table: Array) -> IsingModel:
        return IsingModel(self.wide.shape, CouplingTable(table))

    def _of_machine(self, kind: str, number: int, machine: RBM, wider: RBM, tell: Tell) -> TorusRow:
        if kind == "machine":
            return self._chains(kind, number, convolved(wider), tell)
        table = pair_table(wider) if kind == "pairs" else carried(pair_table(machine), self.wide.shape)
        return self._lattice(kind, self._with(table), 1.0, tell, number)[1]

    def _chains(self, kind: str, number: int | None, sampler: Chained, tell: Tell) -> TorusRow:
        generator = seeding.generator(self.seed, "beyond training size", kind, number or 0)
        found = own_ensemble(sampler, self.wide, self.chains, self.most_steps, generator, tell)
        return TorusRow(kind, number, reading(found.means, self.wide), found.tau, found.settled)

    def _lattice(
        self, kind: str, model: IsingModel, T: float, tell: Tell, number: int | None = None
    ) -> tuple[Array, TorusRow]:
        """Columns (n, 6) of states of a lattice, and its row; energies are those of the lattice that was learned."""
        clusters = bool(np.all(model.coupling_table >= 0))
        thin = _THIN if clusters else max(_THIN, model.n_sites // _SITES_A_SWEEP)
        draws = self.draws // _LATTICE_CHAINS // (1 if clusters else _FEWER)
        seed = seeding.generator(self.seed, "beyond training size", kind, number or 0).integers(2**31)
        data = sample(
            model, T, draws, _LATTICE_CHAINS, int(seed), keep_spins=True, thin=thin,
            energy=False, workers=self.workers, progress=tell,
        )  # fmt: skip
        states = data.spins.values[0]
        rows = np.stack([columns(chain, self.wide) for chain in states])
        length = rows.shape[1] // _BLOCKS * _BLOCKS
        blocks = rows[:, :length].reshape(_LATTICE_CHAINS * _BLOCKS, -1, rows.shape[2]).mean(axis=1)
        settled = bool(data.converged.values[0])
        return rows.reshape(-1, rows.shape[2]), TorusRow(kind, number, reading(blocks, self.wide), None, settled)


def convolved(machine: RBM) -> Convolved:
    """Gibbs steps of a machine of shared weights by Fourier transforms."""
    torus = tied(machine)
    assert torus is not None
    by_filter = machine.hidden_bias_.reshape(torus.n_filters, -1)[:, 0]
    return Convolved(torus, torus.filters(np.asarray(machine.weights_)), machine.visible_bias_, by_filter)
