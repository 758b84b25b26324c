"""Adam in NumPy against its formula, and both optimizers in PyTorch against NumPy."""

import numpy as np
import pytest

from spinlens.machines.training.optimizers.choice import OPTIMIZERS, make_optimizer
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.units.parameters import Parameters


def parameters(seed):
    generator = np.random.default_rng(seed)
    return Parameters(*(generator.normal(size=shape).astype(np.float32) for shape in ((4, 3), 4, 3)))


ELEMENTWISE = [name for name, kind in OPTIMIZERS.items() if kind.memories]


def ascended(name, updates=5, **options):
    """Parameters after some updates along other gradients each time, and the memory."""
    recipe = Recipe(3, optimizer=name, biases=True, **options)
    values = parameters(0)
    memory = [np.zeros(part.size, np.float32) for _ in range(OPTIMIZERS[name].memories) for part in values]
    for update in range(1, updates + 1):
        make_optimizer(name, recipe).ascend(values, parameters(update), memory, 0.01, update, None)
    return values, memory


def test_adam_is_the_published_recurrence():
    """Algorithm 1 of Kingma & Ba with its own bias corrections, in double precision."""
    value = parameters(0).weights_.astype(float)
    m = v = np.zeros_like(value)
    for t in range(1, 6):
        g = parameters(t).weights_.astype(float)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        value = value + 0.01 * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(ascended("adam")[0].weights_, value, rtol=1e-5, atol=1e-6)
    assert np.abs(ascended("adam", 4)[0].weights_ - value).max() > 1e-3


def test_a_larger_epsilon_makes_smaller_steps():
    start, near, far = parameters(0).weights_, ascended("adam", 1)[0].weights_, ascended("adam", 1, epsilon=1e-2)[0]
    g = np.abs(parameters(1).weights_)
    np.testing.assert_allclose((far.weights_ - start) / (near - start), g / (g + 1e-2 / np.sqrt(1e-3)), rtol=1e-3)


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_pytorch_does_the_same(name):
    torch = pytest.importorskip("torch")
    options = {"l1": 0.1, "l2": 0.2}
    values, memory = ascended(name, **options)
    tensors = [torch.tensor(part) for part in parameters(0)]
    kept = [torch.zeros(part.size) for part in memory]
    recipe = Recipe(3, optimizer=name, biases=True, **options)
    for update in range(1, 6):
        gradient = [torch.tensor(part) for part in parameters(update)]
        make_optimizer(name, recipe).ascend_tensors(tensors, gradient, kept, 0.01, update, None)
    for tensor, array in zip([*tensors, *kept], [*values, *memory], strict=True):
        np.testing.assert_allclose(tensor.numpy(), array, rtol=1e-5, atol=1e-6)
