"""The restricted Boltzmann machine of ±1 units, in scikit-learn's manner."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import AnyArray
from spinlens.border import checked_methods
from spinlens.errors import ArtefactError
from spinlens.machines.distribution import Distribution
from spinlens.machines.files import storage
from spinlens.machines.likelihood.gibbs_time import GibbsTime, gibbs_autocorrelation
from spinlens.machines.machine import Machine
from spinlens.machines.training.learner import Learner
from spinlens.machines.units import gibbs
from spinlens.machines.units.parameters import checked_parameters

if TYPE_CHECKING:
    from spinlens.lattice.ising import IsingModel


@checked_methods
class RBM(Learner, Distribution, Machine):
    """Restricted Boltzmann machine of ±1 units, trained along the gradient of its likelihood.

    p(v, h) = e^{−E} / Z with E = −Σ_i b_i v_i − Σ_a c_a h_a − Σ_ia v_i W_ia h_a, so that p(v) = e^{−F(v)} / Z with
    F(v) = −Σ_i b_i v_i − Σ_a ln 2cosh θ_a, θ_a = c_a + Σ_i v_i W_ia, and the mean of h_a given v is tanh θ_a. Training
    ascends ∂⟨ln p⟩/∂W_ia = ⟨v_i tanh θ_a⟩_data − ⟨v_i tanh θ_a⟩_model, where the states of the model are those k Gibbs
    steps after the data (CD-k [Hinton2002]_), chains that go on from update to update (PCD-k [Tieleman2008]_), or all.

    Parameters
    ----------
    n_hidden : int
        Hidden units.
    learning_rate : float
        Above 0; that of the first half of training, then it falls geometrically to `final_rate` times this. With "sgd"
        the velocity is not divided by 1 − `momentum`: a steady gradient g moves a weight by
        g · learning_rate / (1 − momentum) an update, twice the rate at the default momentum of ½. The default suits PCD
        on some hundred units; at higher rates the noise of the updates costs likelihood.
    batch_size : int
        States per update; also the number of persistent chains unless `chains` says otherwise.
    epochs : int
        Passes over the data.
    steps : int
        k of CD-k or PCD-k: block Gibbs steps v → h → v per update.
    persistent : bool or "growing"
        PCD: follows the likelihood far better than CD, whose chains start at the data each time. A machine trained
        with k far below its own τ_int is trained out of equilibrium [Decelle2021]_. "growing" goes from CD to PCD: an
        update puts a chain back to a state of the data with a probability that falls from 1 to 1/1000 along training
        and is 0 at its end, so that slow modes are learned one after another while chains stay near the data.
    biases : bool
        Train b and c. Off by default: without a field the data have the ± symmetry, and then so has the machine.
    seed : int
        The one seed; the same seed gives the same machine, to the bit with the engine "numpy".
    engine : {"numpy", "torch", "torch-cuda"}
        Compiled sampling, or PyTorch (an optional extra) on a CPU or a GPU, which draws other random numbers.
    chains : int, optional
        Number of persistent chains.
    replicas : int
        Above 1, the persistent chains are tempered: so many inverse temperatures between 1 and 0 exchange states, at
        that many times the cost of the chains. Worth it where τ_int of the machine exceeds the training.
    exact_gradient : bool
        Sum over all states of the smaller side (≤ 20 units) instead of sampling.
    optimizer : {"sgd", "adam", "natural"}
        Ascent with `momentum`; Adam [Kingma2015]_, whose learning rates are ≈ 0.001; or the natural gradient
        [Amari1998]_ from the Fisher information F of the states of the model, which is for persistent chains, some
        hundred of them, and without biases or decay. Its learning_rate is the part of a whole step, ≈ 0.1. With tied
        weights it comes nearest to critical lattices (`benchmarks/RESULTS.md`).
    momentum : float
        μ from 0 to below 1, of the velocity u ← μ u + rate · gradient that "sgd" adds to the weights.
    epsilon : float
        Of Adam: added to the root of the running mean square of the gradient.
    damping : tuple of float
        λ₁ < λ₂ of the natural gradient, in units of F, which is larger for tied weights: w moves by
        r (F + λ₁)⁻¹ g + (1 − r) (F + λ₂)⁻¹ g at the learning rate r. Directions of Fisher information above λ₂, as the
        magnetization at criticality, make whole steps.
    final_rate : float
        Learning rate of the last update over that of the first half.
    averaging : float
        Fraction of the updates, at the end, over which the parameters are averaged to give the machine [Polyak1992]_:
        takes out the noise of the last updates in soft directions such as the magnetization.
    l1, l2 : float
        Decay of the weights per update and unit of learning rate, by their sign and by themselves. l1 can gain held-out
        likelihood where states are few, and biases learned couplings (`validation/machines`).
    initial_scale : float
        Standard deviation of the first weights.
    torus : tuple of int, optional
        Sides of the lattice of visible units: all its translations share their weights (a convolutional machine), and
        n_hidden is a multiple of the number of sites. All units follow the magnetization together, so that learning
        rates that suit free weights can diverge.
    stride : int
        With `torus`: units stand at every stride-th site in each direction, n_hidden a multiple of their number. One
        filter with a stride of 2 is a learned map from blocks of 2 × 2 to one spin, with places by construction.
    augment : tuple of int, optional
        Sides of the lattice: every state of a batch is moved by a random translation, reflections and exchange of equal
        axes. Free data for machines whose weights are not tied, where the coupling has these symmetries.
    track : {"exact", "ais"}, optional
        Put the log-likelihood of the validation states (of the training states without any) into the history.
    track_at : tuple of float
        Fractions of the epochs, above 0 and at most 1, after which that and `observables` of `fit` are measured.
    annealing : tuple of int
        Runs and temperatures of each tracked AIS.
    patience : int, optional
        Stop once the tracked log-likelihood has not exceeded its best for this many tracked epochs; whether it stops
        or not, the machine of the best tracked epoch is kept. Give validation states and a dense `track_at`.

    Attributes
    ----------
    weights_ : ndarray
        W (n_visible, n_hidden), float32 after training.
    visible_bias_, hidden_bias_ : ndarray
        b (n_visible,) and c (n_hidden,).
    history_ : list of dict
        One entry an epoch: `epoch`, `learning_rate`, `weight_rms`; where tracked `log_likelihood` in nats a state and
        `gibbs_tau`, τ_int of |m| in Gibbs steps, each with its `_error`; `gibbs_tau_settled` is 0 of a lower bound.

    Raises
    ------
    InputError
        An option outside its range, or options that exclude each other; the message says which to change.

    Notes
    -----
    An epoch costs O(n_samples · n_visible · n_hidden · (3 + k)), most of it matrix products. Reconstruction errors
    judge nothing: use the likelihood and `compare_physics`.

    References
    ----------
    .. [Amari1998] Amari, Neural Comput. 10, 251 (1998).
    .. [Decelle2021] Decelle, Furtlehner and Seoane, Adv. Neural Inf. Process. Syst. 34 (2021).
    .. [Hinton2002] Hinton, Neural Comput. 14, 1771 (2002).
    .. [Kingma2015] Kingma and Ba, Int. Conf. Learn. Represent. (2015), algorithm 1.
    .. [Polyak1992] Polyak and Juditsky, SIAM J. Control Optim. 30, 838 (1992).
    .. [Tieleman2008] Tieleman, Proc. 25th Int. Conf. Mach. Learn., 1064 (2008).

    Examples
    --------
    Two units that one hidden unit holds together: p(++) / p(+−) = cosh 1.

    >>> machine = RBM.from_weights([[0.5], [0.5]])
    >>> p = np.exp(-machine.free_energy([[1, 1], [1, -1]]))
    >>> float(round(p[0] / p[1], 12))
    1.543080634815
    """

    kind: ClassVar[str] = "rbm"
    stream: ClassVar[str] = "rbm flow"

    @classmethod
    def from_weights(
        cls, weights: npt.ArrayLike, visible_bias: npt.ArrayLike | None = None, hidden_bias: npt.ArrayLike | None = None
    ) -> Self:
        """A machine with given parameters.

        Parameters
        ----------
        weights : array_like
            W (n_visible, n_hidden), finite; kept as float32 where it is that, else as float64.
        visible_bias, hidden_bias : array_like, optional
            b (n_visible,) and c (n_hidden,); zero by default.

        Returns
        -------
        RBM
            With copies of the arrays.

        Raises
        ------
        InputError
            Shapes that do not fit each other, or numbers that are not finite.

        Examples
        --------
        >>> float(RBM.from_weights(np.zeros((3, 1))).log_z("exact").value / np.log(2))
        4.0
        """
        array, *biases = checked_parameters(weights, visible_bias, hidden_bias)
        machine = cls(array.shape[1], biases=any(bool(np.any(bias)) for bias in biases))
        machine.weights_, (machine.visible_bias_, machine.hidden_bias_) = array, biases
        machine.history_ = []
        return machine

    @classmethod
    def exact(cls, model: IsingModel, temperature: float) -> Self:
        """The machine whose p(v) is the Boltzmann distribution of a ferromagnet, one hidden unit a bond.

        e^{K s s'} ∝ Σ_{h=±1} e^{w h (s + s')} with cosh 2w = e^{2K}, K = J_ij / T: a decorated bond [Fisher1959]_. Its
        flow is exact dynamics of the lattice at that T, what a perfect learner would do.

        Parameters
        ----------
        model : IsingModel
            N sites, J ≥ 0 for every pair, no field.
        temperature : float
            T > 0 in units of J/k_B; inf gives zero weights.

        Returns
        -------
        RBM
            Weights (N, bonds) in float64, all of them ≥ 0; N² / 2 bonds for a power law.

        Raises
        ------
        CouplingError
            A negative coupling or a field.
        InputError
            T = 0, a T at which e^{2J/T} overflows, or more than 2^28 weights.

        References
        ----------
        .. [Fisher1959] Fisher, Phys. Rev. 113, 969 (1959).

        Examples
        --------
        Turning one spin of the ordered square costs 8 J, and −ln p grows by 8 J / T.

        >>> from spinlens import IsingModel, NearestNeighbour
        >>> machine = RBM.exact(IsingModel((3, 3), NearestNeighbour()), 2.0)
        >>> ordered, turned = machine.free_energy([[1] * 9, [-1] + [1] * 8])
        >>> float(round(turned - ordered, 10))
        4.0
        """
        from spinlens.machines.exact_rbm import exact_weights

        return cls.from_weights(exact_weights(model, temperature))

    @property
    def layers_(self) -> list[RBM]:
        """This machine alone: an RBM is a stack of one layer."""
        return [self._learned()]

    def gibbs_tau(
        self, start: npt.ArrayLike, *, chains: int = 40, most_steps: int = 20_000, seed: int = 0
    ) -> GibbsTime:
        """τ_int of |m| of the machine's own chain, in Gibbs steps v → h → v.

        Parameters
        ----------
        start : array_like
            States (n_samples, …) of ±1 at which the chains begin, in turn.
        chains, most_steps : int
            Independent chains, and the most steps of each: they go on until they are 100 τ_int long.
        seed : int
            Seeds the draws.

        Returns
        -------
        GibbsTime
            An `Estimate`, see `gibbs_autocorrelation`; a lower bound where it is not `settled`.

        Examples
        --------
        >>> free = RBM.from_weights(np.zeros((4, 1)))
        >>> abs(free.gibbs_tau(np.ones((1, 4))).deviation(0.5)) < 4
        True
        """
        begin = gibbs.as_units("start", start, self.n_visible)
        begin = np.resize(begin, (checks.positive_integer("chains", chains), self.n_visible))
        return gibbs_autocorrelation(self, chains=chains, most_steps=most_steps, absolute=True, seed=seed, start=begin)

    def config(self) -> dict[str, Any]:
        """What is kept of a machine beside its arrays.

        Returns
        -------
        dict
            `parameters`, the constructor's arguments, and `history`; JSON-able.

        Examples
        --------
        >>> machine = RBM.from_weights([[1.0]])
        >>> machine.config()["parameters"]["n_hidden"], machine.config()["history"]
        (1, [])
        """
        return {"parameters": self.plain_options() | {"n_hidden": self.weights_.shape[1]}, "history": self.history_}

    @classmethod
    def _assembled(cls, config: Mapping[str, Any], arrays: Mapping[str, AnyArray], source: object, prefix: str) -> Self:
        found = storage.parameters(source, arrays, prefix)
        machine = cls(**storage.tuples(config["parameters"]))
        if machine.n_hidden != found["weights"].shape[1]:
            raise ArtefactError(f"{source}: n_hidden is {machine.n_hidden}, the weights {found['weights'].shape}")
        machine.history_ = [{str(key): _number(value) for key, value in entry.items()} for entry in config["history"]]
        machine.weights_, machine.visible_bias_, machine.hidden_bias_ = found.values()
        return machine

    @staticmethod
    def _prefix(number: int) -> str:
        return ""


def _number(value: Any) -> float:
    """A number of a history; JSON has null where one could not be found."""
    return math.nan if value is None else float(value)
