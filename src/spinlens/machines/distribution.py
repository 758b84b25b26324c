"""The distribution of a machine: conditional means and samples, Gibbs chains, likelihoods."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Array, Single, Spins
from spinlens.errors import InputError
from spinlens.machines import gibbs
from spinlens.machines.likelihood import free_energy as likelihood
from spinlens.machines.packed import unpacked_states
from spinlens.machines.parameters import Weights
from spinlens.statistics.estimate import Estimate


class Distribution:
    """p(v, h) ∝ e^{Σ b_i v_i + Σ c_a h_a + Σ v_i W_ia h_a} of given parameters, all units ±1."""

    weights_: Weights
    visible_bias_: Weights
    hidden_bias_: Weights

    def _learned(self) -> Self:
        if not hasattr(self, "weights_"):
            raise InputError("this RBM has no weights yet: call fit, load or from_weights first")
        return self

    @property
    def n_visible(self) -> int:
        """Number of visible units."""
        return int(self._learned().weights_.shape[0])

    def hidden_mean(self, visible: npt.ArrayLike) -> Single:
        """⟨h⟩ = tanh(c + v W) of visible states or means (n_samples, n_visible), float32 (n_samples, n_hidden)."""
        return gibbs.mean(gibbs.sampler(self).hidden_field(gibbs.as_units("v", visible, self.n_visible)))

    def visible_mean(self, hidden: npt.ArrayLike) -> Single:
        """⟨v⟩ = tanh(b + h Wᵀ) of hidden states or means (n_samples, n_hidden), float32 (n_samples, n_visible)."""
        units = gibbs.as_units("h", hidden, self._learned().weights_.shape[1])
        return gibbs.mean(gibbs.sampler(self).visible_field(units))

    def sample_hidden(self, visible: npt.ArrayLike, generator: np.random.Generator) -> Spins:
        """h ~ p(h | v), int8 ±1 (n_samples, n_hidden)."""
        field = gibbs.sampler(self).hidden_field(gibbs.as_units("v", visible, self.n_visible))
        return gibbs.draw(field, gibbs.make_lanes(generator)).astype(np.int8)

    def sample_visible(self, hidden: npt.ArrayLike, generator: np.random.Generator) -> Spins:
        """v ~ p(v | h), int8 ±1 (n_samples, n_visible)."""
        units = gibbs.as_units("h", hidden, self._learned().weights_.shape[1])
        field = gibbs.sampler(self).visible_field(units)
        return gibbs.draw(field, gibbs.make_lanes(generator)).astype(np.int8)

    def gibbs(self, visible: npt.ArrayLike, steps: int, generator: np.random.Generator) -> Spins:
        """States after `steps` block Gibbs steps v → h → v, int8 ±1 (n_samples, n_visible)."""
        checks.positive_integer("steps", steps, minimum=0)
        return gibbs.gibbs(self._learned(), visible, steps, generator)

    def sample(self, n: int, steps: int = 1000, seed: int = 0) -> Spins:
        """`n` independent chains after `steps` Gibbs steps from free spins; `steps` should exceed its τ_int."""
        generator = seeding.generator(checks.seed(seed), "rbm", "sample")
        start = gibbs.random_states(checks.positive_integer("n", n), self.n_visible, generator)
        return self.gibbs(start, steps, generator)

    def transform(self, X: npt.ArrayLike) -> Single:
        """Mean hidden states, as `hidden_mean`."""
        return self.hidden_mean(X)

    def free_energy(self, visible: npt.ArrayLike) -> Array:
        """F(v) = −b·v − Σ_a ln 2cosh(c_a + Σ_i v_i W_ia), so that p(v) = e^{−F(v)} / Z; (n_samples,)."""
        return likelihood.free_energy(self, gibbs.as_units("v", visible, self.n_visible))

    def log_z(self, method: likelihood.Method = "auto", **options: int) -> Estimate:
        """ln Z, see `likelihood.log_z`."""
        return likelihood.log_z(self._learned(), method, **options)

    def log_likelihood(self, X: npt.ArrayLike, method: likelihood.Method = "auto", **options: int) -> Estimate:
        """Mean ln p of X in nats per state; the error is that of ln Z alone, see `likelihood.log_likelihood`."""
        return likelihood.log_likelihood(self, unpacked_states(X, self.n_visible), method, **options)
