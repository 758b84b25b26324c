"""The distribution of a machine: conditional means and samples, Gibbs chains, likelihoods."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Array, Single, Spins
from spinlens.border import checked_methods
from spinlens.files.held import Held
from spinlens.machines.estimator import Learned
from spinlens.machines.files.packed import unpacked_states
from spinlens.machines.likelihood import free_energy as likelihood
from spinlens.machines.units import gibbs
from spinlens.machines.units.parameters import Weights
from spinlens.progress import Progress
from spinlens.statistics.estimate import Estimate


@checked_methods
class Distribution(Learned):
    """p(v, h) ∝ e^{Σ b_i v_i + Σ c_a h_a + Σ v_i W_ia h_a} of given parameters, all units ±1."""

    weights_: Weights
    visible_bias_: Weights
    hidden_bias_: Weights

    @property
    def n_visible(self) -> int:
        """Number of visible units."""
        return int(self._learned().weights_.shape[0])

    def hidden_mean(self, visible: Held) -> Single:
        """⟨h⟩ = tanh(c + v W) given visible units.

        Parameters
        ----------
        visible : array_like
            (n_samples, n_visible), states of ±1 or means in [−1, 1].

        Returns
        -------
        ndarray of float32
            (n_samples, n_hidden), with an error of 1e-7.

        Examples
        --------
        >>> from spinlens import RBM
        >>> round(float(RBM.from_weights([[1.0]]).hidden_mean([[1]])[0, 0]), 6)  # tanh 1
        0.761594
        """
        return gibbs.mean(gibbs.sampler(self._learned()).hidden_field(gibbs.as_units("v", visible, self.n_visible)))

    def visible_mean(self, hidden: npt.ArrayLike) -> Single:
        """⟨v⟩ = tanh(b + h Wᵀ) given hidden units.

        Parameters
        ----------
        hidden : array_like
            (n_samples, n_hidden), states of ±1 or means in [−1, 1].

        Returns
        -------
        ndarray of float32
            (n_samples, n_visible), with an error of 1e-7.
        """
        units = gibbs.as_units("h", hidden, self._learned().weights_.shape[1])
        return gibbs.mean(gibbs.sampler(self._learned()).visible_field(units))

    def sample_hidden(self, visible: Held, generator: np.random.Generator) -> Spins:
        """Draw h from p(h | v), where p(h_a = 1 | v) = 1 / (1 + e^{−2 θ_a}).

        Parameters
        ----------
        visible : array_like
            (n_samples, n_visible), states of ±1 or means in [−1, 1].
        generator : numpy.random.Generator
            Where the random numbers come from.

        Returns
        -------
        ndarray of int8
            (n_samples, n_hidden) of ±1.
        """
        field = gibbs.sampler(self._learned()).hidden_field(gibbs.as_units("v", visible, self.n_visible))
        return gibbs.draw(field, gibbs.make_lanes(checks.generator("generator", generator))).astype(np.int8)

    def sample_visible(self, hidden: npt.ArrayLike, generator: np.random.Generator) -> Spins:
        """Draw v from p(v | h).

        Parameters
        ----------
        hidden : array_like
            (n_samples, n_hidden), states of ±1 or means in [−1, 1].
        generator : numpy.random.Generator
            Where the random numbers come from.

        Returns
        -------
        ndarray of int8
            (n_samples, n_visible) of ±1.
        """
        units = gibbs.as_units("h", hidden, self._learned().weights_.shape[1])
        field = gibbs.sampler(self._learned()).visible_field(units)
        return gibbs.draw(field, gibbs.make_lanes(checks.generator("generator", generator))).astype(np.int8)

    def gibbs(self, visible: Held, steps: int, generator: np.random.Generator) -> Spins:
        """Block Gibbs steps v → h → v of independent chains.

        Parameters
        ----------
        visible : array_like
            (n_samples, n_visible) of ±1: where the chains begin.
        steps : int
            Steps ≥ 0.
        generator : numpy.random.Generator
            Where the random numbers come from.

        Returns
        -------
        ndarray of int8
            (n_samples, n_visible) of ±1 after the steps.
        """
        checks.positive_integer("steps", steps, minimum=0)
        return gibbs.gibbs(self._learned(), visible, steps, checks.generator("generator", generator))

    def sample(self, n: int, steps: int = 1000, seed: int = 0) -> Spins:
        """States of the machine from independent Gibbs chains that begin at free spins.

        Parameters
        ----------
        n : int
            Chains, one state each.
        steps : int
            Gibbs steps before it is taken; should be well above τ_int (see `gibbs_autocorrelation`).
        seed : int
            The same seed gives the same states.

        Returns
        -------
        ndarray of int8
            (n, n_visible) of ±1.

        Examples
        --------
        >>> from spinlens import RBM
        >>> pairs = RBM.from_weights([[20.0], [20.0]]).sample(100, steps=5)  # two units held together
        >>> int(np.abs(pairs.sum(axis=1)).min())
        2
        """
        generator = seeding.generator(checks.seed(seed), "rbm", "sample")
        start = gibbs.random_states(checks.positive_integer("n", n), self.n_visible, generator)
        return self.gibbs(start, steps, generator)

    def transform(self, X: Held) -> Single:
        """Mean hidden units of states, as `hidden_mean`.

        Parameters
        ----------
        X : array_like
            (n_samples, n_visible) of ±1.

        Returns
        -------
        ndarray of float32
            (n_samples, n_hidden).
        """
        return self.hidden_mean(X)

    def free_energy(self, visible: Held) -> Array:
        """F(v) = −b·v − Σ_a ln 2cosh(c_a + Σ_i v_i W_ia), so that p(v) = e^{−F(v)} / Z.

        Parameters
        ----------
        visible : array_like
            (n_samples, n_visible) of ±1.

        Returns
        -------
        ndarray of float64
            (n_samples,), dimensionless, of the whole state.

        Examples
        --------
        >>> from spinlens import RBM
        >>> round(float(RBM.from_weights([[1.0]]).free_energy([[1]])[0]), 6)  # −ln 2cosh 1
        -1.126928
        """
        return likelihood.free_energy(self, gibbs.as_units("v", visible, self.n_visible, means=False))

    def log_z(
        self,
        method: likelihood.Method = "auto",
        states: Held | None = None,
        progress: Progress = None,
        **options: int,
    ) -> Estimate:
        """ln Z = ln Σ_{v,h} e^{−E(v,h)}, in nats.

        Parameters
        ----------
        method : {"auto", "exact", "ais", "reverse-ais", "bracket"}
            "exact" sums over the smaller side (≤ 24 units, error 0); "ais" is annealed importance sampling from free
            units [SalakhutdinovMurray2008]_, [Neal2001]_; "reverse-ais" anneals the machine's own states to free units
            [Burda2015]_; "bracket" does both and joins them by the ratio of acceptances [Bennett1976]_; "auto" is exact
            up to 16 units and AIS beyond.
        states : array_like, optional
            States (n, n_visible) at which the machine's own chains begin, such as those it learned; free spins by
            default. They go on for 20 τ_int before anything is annealed from them.
        progress : bool or callable, optional
            Shows how far AIS is; by default a bar in notebooks and at the prompt, see `spinlens.progress`.
        **options : int
            Of AIS: `runs` independent annealings (200), `betas` intermediate distributions (1000), `seed` (0).

        Returns
        -------
        Estimate
            The error of one direction is the standard error of the mean weight, which does not see what few annealings
            miss: at criticality "ais" errs downward, and "reverse-ais" upward, by several of these errors where `betas`
            is too small. The error of "bracket" holds what is left between the two.

        Raises
        ------
        InputError
            An unknown method, or exact sums over more than 24 units.
        ConvergenceError
            Fewer than 20 of the weights count, or the two directions do not bracket ln Z: raise `betas`; or 20,000
            Gibbs steps do not take the machine to equilibrium: give states of its own.

        Notes
        -----
        Exact O(2^m · n) for sides m ≤ n; AIS O(runs · betas · n_visible · n_hidden).

        References
        ----------
        .. [Bennett1976] Bennett, J. Comput. Phys. 22, 245 (1976).
        .. [Burda2015] Burda, Grosse and Salakhutdinov, Proc. 18th Int. Conf. Artif. Intell. Stat., 102 (2015).
        .. [Neal2001] Neal, Stat. Comput. 11, 125 (2001).
        .. [SalakhutdinovMurray2008] Salakhutdinov and Murray, Proc. 25th Int. Conf. Mach. Learn., 872 (2008).

        Examples
        --------
        >>> from spinlens import RBM
        >>> found = RBM.from_weights(np.zeros((3, 2))).log_z()  # five free units
        >>> float(round(found.value / np.log(2), 12)), found.error
        (5.0, 0.0)
        """
        return likelihood.log_z(self._learned(), method, states=states, progress=progress, **options)

    def log_likelihood(
        self, X: Held, method: likelihood.Method = "auto", progress: Progress = None, **options: int
    ) -> Estimate:
        """Mean ln p(v) of states, −⟨F(v)⟩ − ln Z.

        Parameters
        ----------
        X : array_like or PackedStates
            (n_samples, n_visible) of ±1, as a rule states that were not learned from.
        method : {"auto", "exact", "ais", "reverse-ais", "bracket"}
            How ln Z is found, see `log_z`; the chains of the machine begin at X.
        progress, **options
            Of AIS, see `log_z`.

        Returns
        -------
        Estimate
            In nats a state; its bound is −entropy of the data. The error is that of ln Z alone, so that machines can
            be compared on the same states; the spread of the states is ``free_energy(X).std()``.

        Examples
        --------
        >>> from spinlens import RBM
        >>> free = RBM.from_weights(np.zeros((3, 2)))
        >>> float(round(free.log_likelihood([[1, 1, -1]]).value / np.log(2), 12))
        -3.0
        """
        return likelihood.log_likelihood(self, unpacked_states(X, self.n_visible), method, progress=progress, **options)

    def score(self, X: Held, y: object = None) -> float:
        """Mean ln p(v) of states, by which scikit-learn compares machines: larger is better.

        Parameters
        ----------
        X : array_like
            States (n_samples, n_visible) of ±1, as a rule held out.
        y : object, optional
            Ignored: nothing is to be predicted.

        Returns
        -------
        float
            In nats a state; the value of `log_likelihood`, which gives its error, too.
        """
        return self.log_likelihood(X).value
