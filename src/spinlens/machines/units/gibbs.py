"""Block Gibbs sampling of a machine: all hidden units given the visible ones, and back.

E(v, h) = −Σ b_i v_i − Σ c_a h_a − Σ v_i W_ia h_a with ±1 units, so p(h_a = 1 | v) = 1 / (1 + e^{−2 θ_a}) and the mean
of h_a is tanh θ_a, θ_a = c_a + Σ_i v_i W_ia; the same with the sides exchanged.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np

from spinlens import checks
from spinlens.arrays import AnyArray, Array, Single, Spins
from spinlens.errors import SpinsError
from spinlens.files.held import Held
from spinlens.machines.units.bonds import Bonds
from spinlens.machines.units.kernels import LANES, Lanes, draw_and_mean_units, draw_units, mean_units
from spinlens.machines.units.parameters import Layer, Weights
from spinlens.resources import WEIGHT, afford

_LARGEST_SCRATCH = 2**24  # hidden units held at once, 64 MB: an exact power-law machine has N² / 2 of them


class Chained(Protocol):
    """What Gibbs chains of a machine need: an RBM's `Sampler`, or its `Bonds`."""

    @property
    def n_visible(self) -> int: ...
    @property
    def work(self) -> int: ...
    def scratch(self, n_samples: int) -> Single: ...
    def step(self, visible: Single, hidden: Single, lanes: Lanes, steps: int = 1) -> None: ...


class Sampler:
    """The conditional distributions of one machine in float32, whatever its precision; a `Layer` itself.

    Fields are matrix products with a relative rounding of 1e-7. Parameters that are contiguous float32 are not copied:
    the sampler of a machine under training follows it.
    """

    def __init__(self, weights: Weights, visible_bias: Weights, hidden_bias: Weights) -> None:
        self.weights_ = np.ascontiguousarray(weights, dtype=np.float32)
        self.visible_bias_ = np.ascontiguousarray(visible_bias, dtype=np.float32)
        self.hidden_bias_ = np.ascontiguousarray(hidden_bias, dtype=np.float32)
        self.biased = bool(np.any(visible_bias) or np.any(hidden_bias))

    def hidden_field(self, visible: Single, out: Single | None = None) -> Single:
        """θ = c + v W, (n_samples, n_hidden)."""
        field = np.matmul(visible, self.weights_, out=out)
        if self.biased:
            field += self.hidden_bias_
        return field

    def visible_field(self, hidden: Single, out: Single | None = None) -> Single:
        """b + h Wᵀ, (n_samples, n_visible)."""
        field = np.matmul(hidden, self.weights_.T, out=out)
        if self.biased:
            field += self.visible_bias_
        return field

    def log_weight(self, visible: Single) -> Array:
        """ln Σ_h e^{−E(v, h)} of each row, (n_samples,): fields in float32, their sum in float64."""
        total = log_two_cosh(self.hidden_field(visible)).sum(axis=1, dtype=np.float64)
        return np.asarray(total + visible @ self.visible_bias_ if self.biased else total)

    @property
    def n_visible(self) -> int:
        """Number of visible units."""
        return len(self.weights_)

    @property
    def work(self) -> int:
        """Weights that a step goes through."""
        return self.weights_.size

    def scratch(self, n_samples: int) -> Single:
        """What `step` is given as `hidden`, (n_samples, n_hidden)."""
        return np.empty((n_samples, self.weights_.shape[1]), np.float32)

    def step(self, visible: Single, hidden: Single, lanes: Lanes, steps: int = 1) -> None:
        """`steps` Gibbs steps v → h → v of `visible` (n_samples, n_visible), in place; `hidden` is scratch."""
        for _ in range(steps):
            draw(self.hidden_field(visible, out=hidden), lanes)
            draw(self.visible_field(hidden, out=visible), lanes)

    def tempered_step(self, theta: Single, visible: Single, lanes: Lanes, beta: Single | np.float32) -> None:
        """A Gibbs step of `visible` under f_β(v) = e^{b·v} Π_a 2cosh(β θ_a), in place; `theta` is θ of it, and scratch.

        `beta` is a number or one for each row, (n_samples, 1).
        """
        theta *= beta
        draw(theta, lanes)  # h
        np.matmul(theta, self.weights_.T, out=visible)
        visible *= beta
        visible += self.visible_bias_  # b + β h Wᵀ
        draw(visible, lanes)


class BondSampler(Sampler):
    """A sampler of a machine of bonds, such as an exact one: a step leaves out the weights that are zero."""

    def __init__(self, machine: Layer, bonds: Bonds) -> None:
        super().__init__(machine.weights_, machine.visible_bias_, machine.hidden_bias_)
        self._bonds = bonds

    @property
    def work(self) -> int:
        """Weights that a step goes through."""
        return self._bonds.work

    def hidden_field(self, visible: Single, out: Single | None = None) -> Single:
        """θ = v W, (n_samples, n_hidden)."""
        return self._bonds.hidden_field(visible, out)

    def scratch(self, n_samples: int) -> Single:
        """What `step` is given as `hidden`."""
        return self._bonds.scratch(n_samples)

    def step(self, visible: Single, hidden: Single, lanes: Lanes, steps: int = 1) -> None:
        """`steps` Gibbs steps v → h → v of `visible` (n_samples, n_visible), in place; `hidden` is not used."""
        self._bonds.step(visible, hidden, lanes, steps)


def log_two_cosh(x: AnyArray) -> AnyArray:
    """ln(2 cosh x) = ln Σ_{h=±1} e^{hx} without overflow, in the precision of `x`.

    >>> float(log_two_cosh(np.array(1000.0)))
    1000.0
    """
    size = np.abs(x)
    rest = np.asarray(-2 * size)
    np.exp(rest, out=rest)
    np.log1p(rest, out=rest)
    rest += size  # |x| + ln(1 + e^{−2|x|})
    return rest


def make_lanes(generator: np.random.Generator) -> Lanes:
    """A fresh random state for the kernels, drawn from `generator`."""
    return generator.integers(0, 2**32, size=(4, LANES), dtype=np.uint32)


def draw(field: Single, lanes: Lanes) -> Single:
    """Replace each field θ by ±1 with mean tanh θ."""
    draw_units(field.reshape(-1), lanes, field.reshape(-1))
    return field


def mean(field: Single, factor: float = 1.0) -> Single:
    """Replace each field θ by factor · tanh θ."""
    mean_units(field.reshape(-1), np.float32(factor), field.reshape(-1))
    return field


def draw_and_mean(field: Single, lanes: Lanes, spins: Single, factor: float = 1.0) -> None:
    """Draw `spins` = ±1 with mean tanh θ from the fields θ, and replace these by factor · tanh θ."""
    flat = field.reshape(-1)
    draw_and_mean_units(flat, lanes, np.float32(factor), spins.reshape(-1), flat)


def as_units(name: str, states: Held, width: int, means: bool = True) -> Single:
    """`states` (n_samples, width), or lattices of as many sites, as contiguous float32; ±1, or `means` between them."""
    array = np.ascontiguousarray(checks.units(name, states, means), dtype=np.float32)
    if array.ndim > 2 and array[0].size == width:
        array = array.reshape(len(array), width)
    if array.ndim != 2 or array.shape[1] != width:
        raise SpinsError(f"{name} must have shape (n_samples, {width}), got {array.shape}")
    return array


def sampler(machine: Layer) -> Sampler:
    """The float32 sampler of `machine`, which is checked; of one of bonds without biases it leaves out the zeros."""
    checks.machine("machine", machine)
    biased = bool(np.any(machine.visible_bias_) or np.any(machine.hidden_bias_))
    bonds = None if biased else Bonds.of(machine.weights_)
    if bonds is not None:
        return BondSampler(machine, bonds)
    return Sampler(machine.weights_, machine.visible_bias_, machine.hidden_bias_)


def chained(machine: Layer | Bonds) -> Chained:
    """What runs Gibbs chains of `machine`."""
    return machine if isinstance(machine, Bonds) else sampler(machine)


def sampler_copy(machine: Layer) -> Sampler:
    """As `sampler`, with parameters of its own that later training does not change."""
    return Sampler(machine.weights_.copy(), machine.visible_bias_.copy(), machine.hidden_bias_.copy())


def afford_steps(what: str, work: int, steps: float, memory: float = 0.0) -> None:
    """See `resources.afford`, of so many Gibbs steps through `work` weights, those of all chains together."""
    afford(what, 2 * WEIGHT * work * steps, memory, "ask for fewer states or steps")


def gibbs(machine: Layer, visible: Held, steps: int, generator: np.random.Generator) -> Spins:
    """States after `steps` block Gibbs steps v → h → v, (n_samples, n_visible) int8 ±1."""
    n_visible, n_hidden = machine.weights_.shape
    state = as_units("visible states", visible, n_visible, means=False).copy()
    conditional, lanes = sampler(machine), make_lanes(generator)
    afford_steps("this chain", conditional.work, float(steps) * len(state))
    rows = max(1, _LARGEST_SCRATCH // n_hidden)
    hidden = conditional.scratch(min(rows, len(state)))
    for first in range(0, len(state), rows):
        part = state[first : first + rows]
        conditional.step(part, hidden[: len(part)], lanes, steps)
    return state.astype(np.int8)


def random_states(n_samples: int, width: int, generator: np.random.Generator) -> Single:
    """Free spins: (n_samples, width) of ±1 with equal probability, as float32."""
    afford("so many states", 0, 9.0 * n_samples * width, "ask for fewer")
    return draw(np.zeros((n_samples, width), np.float32), make_lanes(generator))
