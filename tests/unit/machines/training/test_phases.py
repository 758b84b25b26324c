"""One training after another, and a kill between them."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM
from spinlens.errors import InputError
from spinlens.machines.training import phases as module
from spinlens.machines.training.phases import fit_phases

X = np.where(np.random.default_rng(0).random((200, 9)) < 0.3, 1, -1).astype(np.int8)


def machines():
    return [
        RBM(4, epochs=3, seed=1),
        RBM(4, epochs=2, persistent=True, learning_rate=0.01, seed=2),
        RBM(4, epochs=2, optimizer="adam", learning_rate=0.001, seed=3),
    ]


def phases():
    return [(machine, X) for machine in machines()]


def test_phases_are_fits_from_the_machine_before():
    first, second, third = machines()
    first.fit(X)
    second.fit(X, start=first)
    third.fit(X, start=second)
    np.testing.assert_array_equal(fit_phases(phases()).weights_, third.weights_)
    assert not np.array_equal(fit_phases(phases()[:2]).weights_, third.weights_)


@pytest.mark.parametrize("killed", [0, 1, 2])
def test_a_killed_run_goes_on_in_its_phase(tmp_path, monkeypatch, killed):
    whole, fit, calls = fit_phases(phases()).weights_, RBM.fit, []

    def dying(self, *arguments, **options):
        calls.append(self.epochs)
        if len(calls) == killed + 1:
            raise KeyboardInterrupt
        return fit(self, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(RBM, "fit", dying)
        with pytest.raises(KeyboardInterrupt):
            fit_phases(phases(), tmp_path)
    assert len(list(tmp_path.iterdir())) == killed
    epochs = []
    run = module.Learner.fit

    def counted(self, *arguments, **options):
        return run(self, *arguments, progress=epochs.append, **options)

    monkeypatch.setattr(RBM, "fit", counted)
    np.testing.assert_array_equal(fit_phases(phases(), tmp_path).weights_, whole)
    assert len(epochs) == sum(machine.epochs for machine in machines()[killed:])


def test_no_phases_and_other_shapes():
    with pytest.raises(InputError, match="phases is empty"):
        fit_phases([])
    with pytest.raises(InputError, match="start has weights of shape"):
        fit_phases([(RBM(4, epochs=1), X), (RBM(5, epochs=1), X)])
