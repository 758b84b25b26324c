"""How fast a machine's own Gibbs chain forgets, from a chain as long as that needs."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Array, Single
from spinlens.border import checked
from spinlens.errors import ConvergenceError
from spinlens.files.held import Held
from spinlens.machines.units import gibbs
from spinlens.machines.units.bonds import Bonds
from spinlens.machines.units.gibbs import Chained
from spinlens.machines.units.kernels import Lanes
from spinlens.machines.units.parameters import Layer
from spinlens.progress import Progress, Step, Tell, counted, silent, telling, time_left
from spinlens.statistics.autocorrelation import integrated_time
from spinlens.statistics.estimate import Estimate

LENGTHS = 100.0
"""Times τ_int that a chain is long before τ_int is believed."""

FORGOTTEN = 20.0
"""Times τ_int after which a chain has forgotten where it began."""

_FIRST = 256
_ITERATIONS = 30
_SKIPPED = 0.2  # part of a chain that may remember its start


@dataclass(frozen=True)
class GibbsTime(Estimate):
    """τ_int in Gibbs steps; where the chain was shorter than 100 τ_int it is a lower bound, and prints with "≥".

    >>> print(GibbsTime(66.2, 4.1, False))
    ≥ 66(4)
    """

    settled: bool = True

    def _styled(self, digits: int | None, style: str) -> str:
        text = super()._styled(digits, style)
        return text if self.settled else f"≥ {text}"


@checked
def gibbs_autocorrelation(
    machine: Layer | Bonds,
    *,
    chains: int = 50,
    steps: int | None = None,
    most_steps: int = 20_000,
    burn_in: int | None = None,
    start: npt.ArrayLike | None = None,
    absolute: bool = False,
    seed: int = 0,
    progress: Progress = None,
) -> GibbsTime:
    """Integrated autocorrelation time τ_int = ½ + Σ_{t≥1} ρ(t) of the magnetization of a machine's Gibbs chain.

    The mean visible unit is the slowest observable of a ferromagnetic machine. A machine trained by CD-k with k ≪ τ_int
    is trained out of equilibrium [Decelle2021]_: quote it beside its flow.

    Parameters
    ----------
    machine : RBM
        The machine.
    chains : int
        Independent chains.
    steps : int, optional
        Steps v → h → v of each, at least 4; by default as many as make 100 τ_int, `most_steps` at the most.
    most_steps : int
        Where the search for a length ends.
    burn_in : int, optional
        Steps before the first that is measured; by default steps / 4, or a fifth of the chain where `steps` is not
        given.
    start : array_like, optional
        States (chains, n_visible) to start from, such as training states; free spins by default.
    absolute : bool
        Take |m|, which does not see the jumps between the two signs.
    seed : int
        Seeds the draws.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    GibbsTime
        An `Estimate` in Gibbs steps, with its statistical error; independent states give ½. `settled` says whether the
        chain was 100 τ_int long; otherwise the number is a lower bound and prints with "≥".

    Raises
    ------
    InputError
        No chains, or fewer than 4 steps.
    SpinsError
        A start of another shape.

    Notes
    -----
    Cost O(chains · steps · n_visible · n_hidden).

    References
    ----------
    .. [Decelle2021] Decelle, Furtlehner and Seoane, Adv. Neural Inf. Process. Syst. 34 (2021).

    Examples
    --------
    Free units forget at once.

    >>> from spinlens import RBM
    >>> tau = gibbs_autocorrelation(RBM.from_weights(np.zeros((4, 1))), chains=10, steps=1000)
    >>> abs(tau.deviation(0.5)) < 4
    True
    """
    chains = checks.positive_integer("chains", chains)
    most_steps = checks.positive_integer("most_steps", most_steps, minimum=4)
    generator = seeding.generator(checks.seed(seed), "rbm", "mixing")
    sampler = gibbs.chained(machine)
    n_visible = sampler.n_visible
    length = most_steps if steps is None else checks.positive_integer("steps", steps, minimum=4)
    gibbs.afford_steps("this chain", sampler.work, chains * length, 16.0 * chains * length)
    state = gibbs.random_states(chains, n_visible, generator)
    if start is not None:
        state = gibbs.as_units("start", start, n_visible).copy()
    uniform = np.full(n_visible, 1 / n_visible, np.float32)
    chain = _Chain(sampler, state, gibbs.make_lanes(generator), uniform, absolute)
    with telling(progress) as tell:
        if steps is None:
            return _adaptive(chain, most_steps, tell=tell)
        chain.skip(steps // 4 if burn_in is None else checks.positive_integer("burn_in", burn_in, 0))
        chain.extend(steps, tell)
        return _judged(integrated_time(chain.series), steps)


def equilibrate(
    machine: Layer,
    count: int,
    generator: np.random.Generator,
    states: Held | None = None,
    tell: Tell = silent,
) -> tuple[Single, GibbsTime]:
    """States (count, n_visible) of chains that have forgotten where they began, 20 τ_int before, and this τ_int.

    It is that of the size of the states along the strongest direction of the weights, the magnetization of a
    ferromagnet. Chains begin at `states`, in turn, or at free spins. `ConvergenceError` where 20,000 steps are not
    20 τ_int.
    """
    n_visible = machine.weights_.shape[0]
    if states is None:
        state = gibbs.random_states(count, n_visible, generator)
    else:
        state = np.resize(gibbs.as_units("states", states, n_visible), (count, n_visible)).copy()
    sampler = gibbs.sampler(machine)
    chain = _Chain(sampler, state, gibbs.make_lanes(generator), _strongest(sampler.weights_), absolute=True)
    tau = _adaptive(chain, 20_000, FORGOTTEN, tell)
    if chain.done < FORGOTTEN * tau.value:
        raise ConvergenceError(
            f"the machine's chain has τ_int ≥ {tau.value:.0f} steps: {chain.done} steps do not take it to equilibrium; "
            "give states that are its own, or sample it with tempered_sample"
        )
    return chain.state, tau


def _strongest(weights: Single) -> Single:
    """The left singular vector (n_visible,) of the largest singular value, by power iteration."""
    direction = np.abs(weights).sum(axis=1)
    for _ in range(_ITERATIONS):
        size = float(np.linalg.norm(direction))
        if not size:
            return np.ones(len(weights), np.float32)
        direction = weights @ (weights.T @ (direction / size))
    return np.asarray(direction / np.linalg.norm(direction), dtype=np.float32)


class _Chain:
    """Chains of one machine and the series of v along a `direction`, or of its size, (chains, steps)."""

    def __init__(self, sampler: Chained, state: Single, lanes: Lanes, direction: Single, absolute: bool) -> None:
        self.sampler, self.state, self.lanes, self.direction, self.absolute = sampler, state, lanes, direction, absolute
        self.hidden = sampler.scratch(len(state))
        self.parts: list[Array] = []
        self.done = 0

    def skip(self, steps: int) -> None:
        """Steps that are not measured."""
        self.sampler.step(self.state, self.hidden, self.lanes, steps)

    def extend(self, steps: int, tell: Tell = silent) -> None:
        """Go on and measure."""
        part = np.empty((len(self.state), steps))
        for step in counted(range(steps), steps, tell, "Gibbs steps"):
            self.sampler.step(self.state, self.hidden, self.lanes)
            part[:, step] = self.state @ self.direction
        self.parts.append(np.abs(part) if self.absolute else part)
        self.done += steps

    @property
    def series(self) -> Array:
        """All that was measured, (chains, done)."""
        self.parts = [np.concatenate(self.parts, axis=1)]
        return self.parts[0]


def _adaptive(chain: _Chain, most_steps: int, lengths: float = LENGTHS, tell: Tell = silent) -> GibbsTime:
    """Double the chain until it is `lengths` τ_int long."""
    begun = time.monotonic()
    while True:
        chain.extend(min(max(_FIRST, chain.done), most_steps - chain.done))
        late = chain.series[:, int(_SKIPPED * chain.done) :]
        tau = integrated_time(late)
        if late.shape[1] >= lengths * tau.value or chain.done >= most_steps:
            return _judged(tau, late.shape[1])
        share = max(late.shape[1] / (lengths * tau.value), chain.done / most_steps)
        text = f"{chain.done} Gibbs steps, tau_int {tau}"
        tell(Step(text, share, time_left(time.monotonic() - begun, share)))


def _judged(tau: Estimate, steps: int) -> GibbsTime:
    return GibbsTime(tau.value, tau.error, steps >= LENGTHS * tau.value)
