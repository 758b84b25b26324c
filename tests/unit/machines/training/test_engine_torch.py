"""The PyTorch engine: the same gradients as NumPy, the same machine up to noise, the same bits for the same seed."""

import itertools

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.statistics.estimate import Estimate

STATES = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(2000, 4)), 2, axis=1).astype(np.int8)
NOISY = np.where(np.random.default_rng(1).random(STATES.shape) < 0.1, -STATES, STATES)


def fit(engine, **options):
    return RBM(6, engine=engine, **{"epochs": 10, "learning_rate": 0.05, **options}).fit(NOISY)


def test_without_torch_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    with pytest.raises(InputError, match="pip install"):
        fit("torch")


class TestWithTorch:
    @pytest.fixture(autouse=True)
    def torch(self):
        return pytest.importorskip("torch")

    @pytest.mark.parametrize("options", [{}, {"optimizer": "adam", "learning_rate": 0.01}, {"torus": (8,)}])
    def test_exact_gradients_give_the_same_machine(self, options):
        options = {"exact_gradient": True, "biases": True, "l1": 0.001, "l2": 0.002, "epochs": 3, **options}
        machines = [
            RBM(8, **{"engine": engine, "learning_rate": 0.05, **options}).fit(NOISY) for engine in ("numpy", "torch")
        ]
        for name, array in machines[0].to_arrays().items():
            np.testing.assert_allclose(machines[1].to_arrays()[name], array, atol=2e-5)

    @pytest.mark.parametrize("options", [{"persistent": True}, {"steps": 2}, {"persistent": True, "replicas": 3}])
    def test_likelihoods_agree_within_the_spread_over_seeds(self, options):
        mean = {}
        for engine in ("numpy", "torch"):
            found = [fit(engine, seed=s, **options).log_likelihood(NOISY, "exact").value for s in range(6)]
            mean[engine] = Estimate(float(np.mean(found)), float(np.std(found, ddof=1) / np.sqrt(6)))
        assert abs(mean["numpy"].deviation(mean["torch"])) < 4
        broken = fit("torch", l2=0.05, **options).log_likelihood(NOISY, "exact").value
        assert abs(mean["numpy"].deviation(broken)) > 4

    def test_conditional_draws_have_the_right_mean(self, torch):
        from spinlens.machines.training.engine_torch import TorchUpdates
        from spinlens.machines.training.recipe import Recipe
        from spinlens.machines.training.state import start

        recipe = Recipe(3, 0.1)
        updates = TorchUpdates(torch, "cpu", recipe, start(recipe, 2, 10), 10, np.random.default_rng(0))
        field = torch.linspace(-2, 2, 9).repeat(40_000, 1)
        drawn = updates._draw(field).numpy()
        expected = np.tanh(np.linspace(-2, 2, 9))
        assert np.abs((drawn.mean(axis=0) - expected) / np.sqrt((1 - expected**2) / 40_000)).max() < 4

    def test_tempered_replicas_follow_their_temperatures(self, torch):
        """Energy-like and magnetic means of every replica against sums over all states; one wrong β is noticed."""
        from spinlens.machines.training.engine_torch import TorchUpdates
        from spinlens.machines.training.recipe import Recipe
        from spinlens.machines.training.state import start

        recipe = Recipe(3, 0.1, persistent=True, replicas=4, chains=4000)
        state = start(recipe, 6, 4000)
        weights, visible_bias, _ = state.parameters
        weights[:] = np.random.default_rng(2).normal(size=(6, 3)) * 0.7
        visible_bias[:] = [0.3, -0.2, 0.0, 0.1, 0.0, 0.0]
        updates = TorchUpdates(torch, "cpu", recipe, state, 100, np.random.default_rng(0))
        replicas = updates.chains.view(4, 4000, 6)
        for _ in range(100):
            updates._temper(replicas)
        every = np.array(list(itertools.product([1, -1], repeat=6)))
        statistic = {"pairs": lambda s: s[:, 0] * s[:, 1] + s[:, 2] * s[:, 3], "m": lambda s: s.mean(axis=1)}

        def deviations(betas):
            found = []
            for beta, states in zip(betas, replicas.numpy(), strict=True):
                log_p = every @ state.parameters.visible_bias_ + np.log(
                    np.cosh(beta * every @ state.parameters.weights_)
                ).sum(axis=1)
                p = np.exp(log_p - np.logaddexp.reduce(log_p))
                for measure in statistic.values():
                    x = measure(states)
                    found.append((x.mean() - p @ measure(every)) / (x.std() / np.sqrt(len(x))))
            return np.abs(found)

        assert deviations([1, 2 / 3, 1 / 3, 0]).max() < 4  # eight comparisons
        assert deviations([0.8, 2 / 3, 1 / 3, 0]).max() > 4
        assert 0.3 < float(updates.accepted.min()) / updates.tried <= 1

    def test_same_seed_same_bits_also_in_parts(self):
        whole = fit("torch", persistent=True, epochs=4)
        again = RBM(6, engine="torch", epochs=4, learning_rate=0.05, persistent=True)
        again.partial_fit(NOISY, 1).partial_fit(NOISY, 3)
        np.testing.assert_array_equal(whole.weights_, again.weights_)

    def test_what_it_cannot_do_is_said(self, torch):
        if not torch.cuda.is_available():
            with pytest.raises(InputError, match="no GPU"):
                fit("torch-cuda")
