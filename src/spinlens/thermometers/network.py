"""Neural-network thermometer: the instrument of the published flows, here with a calibration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar

from spinlens import checks, seeding
from spinlens.arrays import AnyArray, Array, Fields, Single, Spins
from spinlens.border import checked, checked_methods
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.lattice.ising import IsingModel
from spinlens.thermometers.curve import Curve
from spinlens.thermometers.ensembles import Calibration, Ensemble, calibration, inflation, stored
from spinlens.thermometers.thermometer import Thermometer

_HIDDEN, _EPOCHS = 64, 20


@checked_methods
class NetworkThermometer(Thermometer):
    """Reads T from a small multilayer perceptron that classifies states by temperature.

    The network has one hidden layer of rectified units and one output class a temperature. Its statistic is the
    posterior mean temperature Σ_k p_k T_k, averaged over the state and its mirror image −s, so that it has the ±
    symmetry exactly. That mean is biased (the posterior is broad and ends with the classes), hence the calibration
    curve on states which the network has not seen. The same states set the scale of the scores, so that the posterior
    means what it says: of states to which it gives a probability p, a fraction p is at that temperature [Guo2017]_.
    Published flows were read with such networks [Iso2018]_. Cost O(N hidden) a state.

    Parameters
    ----------
    model : IsingModel
        The lattice that it was calibrated on.
    curve : Curve
        Posterior mean against T.
    layers : tuple of ndarray
        Weights and biases (W_1, b_1, W_2, b_2), float32.
    classes : ndarray
        (K,) temperatures; `NetworkThermometer.calibrate` makes all of these.

    References
    ----------
    .. [Guo2017] Guo, Pleiss, Sun & Weinberger, Proc. 34th Int. Conf. Machine Learning, 1321 (2017).
    .. [Iso2018] Iso, Shiba & Yokoo, Phys. Rev. E 97, 053304 (2018).

    Examples
    --------
    A network without weights knows nothing; its posterior is flat:

    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> grid = np.array([1.0, 2.0, 3.0])
    >>> curve = Curve(grid, grid, 0 * grid, np.ones(3), np.ones(3))
    >>> layers = tuple(np.zeros(shape, np.float32) for shape in ((9, 4), (4,), (4, 3), (3,)))
    >>> network = NetworkThermometer(IsingModel((3, 3), NearestNeighbour()), curve, layers, grid)
    >>> network.statistic(np.ones((1, 3, 3))).tolist()
    [2.0]
    """

    name = "network"

    def __init__(self, model: IsingModel, curve: Curve, layers: tuple[Single, ...], classes: Array) -> None:
        super().__init__(model, curve)
        self.layers = layers
        self.classes = classes

    @classmethod
    def calibrate(
        cls,
        model: IsingModel,
        temperatures: npt.ArrayLike,
        states: Held,
        hidden: int = _HIDDEN,
        epochs: int = _EPOCHS,
        seed: int = 0,
    ) -> Self:
        """Train on the first half of every ensemble and calibrate on the second.

        Cost O(epochs · samples · N · hidden).

        Parameters
        ----------
        model : IsingModel
            The lattice; states of this model and shape only can be read.
        temperatures, states : array_like
            As in `EnergyThermometer.calibrate`; at least 4 samples a temperature.
        hidden : int, default 64
            Hidden units.
        epochs : int, default 20
            Passes over the training half; every state is moved by a random translation and sign in each.
        seed : int, default 0
            Of the initial weights, the order of the states and their translations.

        Returns
        -------
        NetworkThermometer
            The same for the same seed.

        Raises
        ------
        InputError
            Fewer than 4 states a temperature, or fewer than 3 finite temperatures.

        Examples
        --------
        >>> from spinlens import NearestNeighbour
        >>> model, up = IsingModel((4, 4), NearestNeighbour()), np.ones((3, 40, 4, 4), dtype=np.int8)
        >>> up[1, :, 0], up[2, :, ::2] = -1, -1  # |m| = 1, 1/2 and 0 stand in for draws at three temperatures
        >>> NetworkThermometer.calibrate(model, [1.0, 2.0, 3.0], up, hidden=4, epochs=1).classes.tolist()
        [1.0, 2.0, 3.0]
        """
        return cls._fit(calibration(model, temperatures, states), hidden, epochs, seed)

    @classmethod
    def _fit(cls, known: Calibration, hidden: int = _HIDDEN, epochs: int = _EPOCHS, seed: int = 0) -> Self:
        epochs, seed = checks.positive_integer("epochs", epochs), checks.seed(seed)
        hidden, ensembles = checks.positive_integer("hidden", hidden), np.stack([part.states for part in known.parts])
        if ensembles.shape[1] < 4:
            raise InputError(
                "the network needs at least 4 states at each temperature: half to train, half to calibrate"
            )
        half, rest = _halves(ensembles.shape[1], known.chains)
        held_out, grid = ensembles[:, half:], known.temperatures
        layers = _scaled(_train(ensembles[:, :half], known.model.shape, hidden, epochs, seed), held_out)
        values = np.stack([_posterior(part, layers) @ grid for part in held_out])
        factors = np.array([inflation(row, rest) for row in values])
        curve = Curve.fit(grid, values, known.energies[:, half:], factors)
        return cls(known.model, curve, layers, grid)

    def _values(self, given: Ensemble) -> Array:
        return np.asarray(_posterior(given.states, self.layers) @ self.classes)

    def posterior(self, states: npt.ArrayLike) -> Array:
        """Calibrated probability of each temperature of `classes`, all equally likely before.

        Parameters
        ----------
        states : array_like
            (n_samples, *shape), ±1 or a real field.

        Returns
        -------
        ndarray
            (n_samples, K), rows of sum 1.

        Examples
        --------
        >>> from spinlens import NearestNeighbour
        >>> model, up = IsingModel((4, 4), NearestNeighbour()), np.ones((3, 40, 4, 4), dtype=np.int8)
        >>> up[1, :, 0], up[2, :, ::2] = -1, -1  # |m| = 1, 1/2 and 0 stand in for draws at three temperatures
        >>> network = NetworkThermometer.calibrate(model, [1.0, 2.0, 3.0], up, hidden=4, epochs=1)
        >>> network.posterior(up[0]).sum(axis=1).round(12).tolist() == [1.0] * 40
        True
        """
        return _posterior(checks.field("states", states, self.shape), self.layers)

    def _own_arrays(self) -> dict[str, AnyArray]:
        return {"classes": self.classes, **{f"layer_{k}": layer for k, layer in enumerate(self.layers)}}

    @classmethod
    def _rebuild(cls, model: IsingModel, curve: Curve, arrays: Mapping[str, AnyArray]) -> Self:
        hidden, classes = np.asarray(arrays["layer_1"]).size, np.asarray(arrays["classes"]).size
        shapes = (model.n_sites, hidden), (hidden,), (hidden, classes), (classes,)
        layers = tuple(stored(arrays, f"layer_{k}", shape).astype(np.float32) for k, shape in enumerate(shapes))
        return cls(model, curve, layers, stored(arrays, "classes", (classes,)).astype(np.float64))


def _halves(samples: int, chains: int) -> tuple[int, int]:
    """Samples to train with, and the number of chains that the others come from; whole chains where there are two."""
    if chains < 2:
        return samples // 2, chains
    return samples * (chains // 2) // chains, chains - chains // 2


@checked
def _train(ensembles: Spins, shape: tuple[int, ...], hidden: int, epochs: int, seed: int) -> tuple[Single, ...]:
    """Weights and biases (W_1, b_1, W_2, b_2) after `epochs` passes of Adam, batches of 100."""
    from sklearn.neural_network import MLPClassifier

    generator = seeding.generator(seed, "network thermometer")
    states = ensembles.reshape(-1, *shape)
    labels = np.repeat(np.arange(len(ensembles)), ensembles.shape[1])
    network = MLPClassifier(
        (hidden,), batch_size=min(100, len(states)), learning_rate_init=2e-3, random_state=seed % 2**32
    )
    for _ in range(epochs):
        moved = _translate(states, generator).reshape(len(states), -1).astype(np.float32)
        moved *= np.where(generator.random((len(states), 1)) < 0.5, np.float32(1), np.float32(-1))
        network.partial_fit(moved, labels, classes=np.arange(len(ensembles)))
    layers = zip(network.coefs_, network.intercepts_, strict=True)
    return tuple(np.asarray(array, dtype=np.float32) for pair in layers for array in pair)


def _translate(states: Spins, generator: np.random.Generator) -> Spins:
    """Every state moved by a random displacement of its own on the torus."""
    index: list[npt.NDArray[np.intp]] = [np.arange(len(states)).reshape(-1, *([1] * (states.ndim - 1)))]
    for axis, side in enumerate(states.shape[1:]):
        shift = (generator.random(len(states)) * side).astype(np.intp)
        sites = (np.arange(side) + shift[:, None]) % side
        index.append(sites.reshape(len(states), *(side if k == axis else 1 for k in range(states.ndim - 1))))
    return np.asarray(states[tuple(index)])


def _scaled(layers: tuple[Single, ...], held_out: Spins) -> tuple[Single, ...]:
    """The layers with scores times the factor that makes the true temperatures of held-out states most likely."""
    labels = np.repeat(np.arange(len(held_out)), held_out.shape[1])
    states = held_out.reshape(-1, *held_out.shape[2:])

    def loss(logarithm: float) -> float:
        found = _posterior(states, _times(layers, np.exp(logarithm)))[np.arange(len(labels)), labels]
        return float(-np.mean(np.log(np.maximum(found, 1e-300))))

    best = minimize_scalar(loss, bounds=(-3.0, 1.5), method="bounded", options={"xatol": 0.01})
    return _times(layers, np.exp(best.x))


def _times(layers: tuple[Single, ...], factor: float) -> tuple[Single, ...]:
    first, first_bias, second, second_bias = layers
    return first, first_bias, second * np.float32(factor), second_bias * np.float32(factor)


def _posterior(states: Fields, layers: tuple[Single, ...]) -> Array:
    """Probabilities of the classes of each state, (n, K), averaged over s and −s."""
    first, first_bias, second, second_bias = layers
    field = states.reshape(len(states), -1).astype(np.float32) @ first  # (n, hidden); −s has the field −field
    total = np.zeros((len(states), second.shape[1]))
    for sign in (np.float32(1), np.float32(-1)):
        scores = np.maximum(sign * field + first_bias, 0) @ second + second_bias
        weights = np.exp((scores - scores.max(axis=1, keepdims=True)).astype(np.float64))
        total += weights / weights.sum(axis=1, keepdims=True)
    return total / 2
