"""The distribution of an autoregressive network: ln p of states, exact, and independent draws."""

from __future__ import annotations

from typing import Any

from spinlens import checks, seeding
from spinlens.arrays import Array, Spins
from spinlens.border import checked_methods
from spinlens.files.held import Held
from spinlens.machines.conditionals import network
from spinlens.machines.conditionals.network import Conditionals
from spinlens.machines.estimator import not_fitted
from spinlens.machines.files.packed import unpacked_states
from spinlens.resources import afford

_LEARNED = ("conditionals_", "history_")
_SECONDS = 1e-9  # of a parameter and state, in one draw


@checked_methods
class ConditionalDistribution:
    """p(s) of given conditional probabilities, all units ±1."""

    symmetric: bool
    conditionals_: Conditionals
    history_: list[dict[str, float]]

    def __getattr__(self, name: str) -> Any:
        if name in _LEARNED or (hasattr(type(self), name) and "conditionals_" not in vars(self)):  # a property of it
            raise not_fitted("this AutoregressiveNetwork has learned nothing yet: call fit or load first")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    @property
    def n_visible(self) -> int:
        """Number of units N of the trained network."""
        return len(self.conditionals_.bias)

    def log_probability(self, X: Held) -> Array:
        """ln p(s) of states, exact: the probabilities of all 2^N states add to 1.

        Parameters
        ----------
        X : array_like
            States (n_samples, N) of ±1.

        Returns
        -------
        ndarray of float64
            (n_samples,), in nats; the fields are summed in float32, which leaves 10⁻⁵.

        Examples
        --------
        >>> import itertools
        >>> import numpy as np
        >>> from spinlens import AutoregressiveNetwork
        >>> learned = AutoregressiveNetwork(4, epochs=1).fit([[1, -1, 1], [1, 1, -1]])
        >>> every = list(itertools.product([-1, 1], repeat=3))
        >>> float(round(np.exp(learned.log_probability(every)).sum(), 5))
        1.0
        """
        return network.log_probability(self.conditionals_, unpacked_states(X, self.n_visible), self.symmetric)

    def free_energy(self, X: Held) -> Array:
        """F(s) = −ln p(s), so that p(s) = e^{−F(s)} / Z as of an `RBM`, with Z = 1.

        Parameters
        ----------
        X : array_like
            States (n_samples, N) of ±1.

        Returns
        -------
        ndarray of float64
            (n_samples,), dimensionless, of the whole state.

        Examples
        --------
        >>> from spinlens import AutoregressiveNetwork
        >>> free = AutoregressiveNetwork(0, epochs=1, learning_rate=1e-9).fit([[1, -1], [1, 1]])
        >>> float(round(free.free_energy([[1, 1]])[0], 4))  # 2 ln 2
        1.3863
        """
        return -self.log_probability(X)

    def score(self, X: Held, y: object = None) -> float:
        """Mean ln p(s) of states, by which scikit-learn compares learners: larger is better.

        Parameters
        ----------
        X : array_like
            States (n_samples, N) of ±1, as a rule held out.
        y : object, optional
            Ignored: nothing is to be predicted.

        Returns
        -------
        float
            In nats a state.

        Examples
        --------
        >>> from spinlens import AutoregressiveNetwork
        >>> pairs = AutoregressiveNetwork(0, epochs=200, learning_rate=0.1).fit([[1, 1], [-1, -1]] * 50)
        >>> round(pairs.score([[1, 1]]), 2)
        -0.69
        """
        return float(self.log_probability(X).mean())

    def sample(self, n: int, seed: int = 0) -> Spins:
        """Independent states of the network, drawn unit by unit.

        Parameters
        ----------
        n : int
            How many.
        seed : int
            The same seed gives the same states.

        Returns
        -------
        ndarray of int8
            (n, N) of ±1.

        Examples
        --------
        >>> from spinlens import AutoregressiveNetwork
        >>> pairs = AutoregressiveNetwork(0, epochs=200, learning_rate=0.1).fit([[1, 1], [-1, -1]] * 50).sample(1000)
        >>> bool((pairs[:, 0] == pairs[:, 1]).mean() > 0.95)  # two units held together
        True
        """
        count, parameters = checks.positive_integer("n", n), sum(part.size for part in self.conditionals_)
        afford("these draws", _SECONDS * count * parameters, 2.0 * count * self.n_visible, "ask for fewer of them")
        generator = seeding.generator(checks.seed(seed), "autoregressive", "sample")
        return network.draw(self.conditionals_, count, self.symmetric, generator)
