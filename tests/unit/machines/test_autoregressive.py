"""An autoregressive network as a learner: options, files, going on, what it says of itself."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spinlens import AutoregressiveNetwork
from spinlens import open as load
from spinlens.errors import ArtefactError, ConvergenceError, InputError, SpinsError
from spinlens.machines.kinds import read_machine
from truths import all_states

PAIRS = np.random.default_rng(0).choice([-1, 1], size=(600, 3)).repeat(2, axis=1)  # three pairs of equal units
SMALL = {"epochs": 3, "learning_rate": 0.05, "batch_size": 50}


def trained(**options):
    return AutoregressiveNetwork(4, **{**SMALL, **options}).fit(PAIRS)


def test_it_learns_pairs_to_the_bound_and_without_hidden_units_too():
    for hidden in (0, 4):
        found = AutoregressiveNetwork(hidden, epochs=30, learning_rate=0.1).fit(PAIRS)
        assert found.score(PAIRS) == pytest.approx(-3 * np.log(2), abs=0.05)
    assert found.score(PAIRS[:, [0, 2, 4, 1, 3, 5]]) < -4  # in another order they are none


def test_one_seed_is_one_network_and_another_is_another():
    first, again, other = trained(), trained(), trained(seed=1)
    np.testing.assert_array_equal(first.conditionals_.inward, again.conditionals_.inward)
    assert not np.array_equal(first.conditionals_.inward, other.conditionals_.inward)
    np.testing.assert_array_equal(first.sample(5, seed=3), again.sample(5, seed=3))
    assert not np.array_equal(first.sample(50, seed=3), first.sample(50, seed=4))


def test_the_symmetric_one_does_not_tell_up_from_down():
    lopsided = np.abs(PAIRS) * np.array([1, 1, 1, 1, -1, -1])
    both, one = (AutoregressiveNetwork(2, symmetric, **SMALL).fit(lopsided) for symmetric in (True, False))
    np.testing.assert_array_equal(both.log_probability(lopsided), both.log_probability(-lopsided))
    assert one.score(lopsided) > one.score(-lopsided) + 3
    assert abs(both.sample(400).mean()) < 0.15 < abs(one.sample(400)[:, :4].mean())


@pytest.mark.parametrize("name", ["network", "network.safetensors"])
@pytest.mark.parametrize("hidden", [0, 4])
def test_it_comes_back_from_its_file(tmp_path, name, hidden):
    machine = AutoregressiveNetwork(hidden, augment=(2, 3), **SMALL).fit(PAIRS)
    machine.save(tmp_path / name)
    for found in (AutoregressiveNetwork.load(tmp_path / name), load(tmp_path / name)):
        assert (type(found), found.config()) == (AutoregressiveNetwork, machine.config())
        np.testing.assert_array_equal(found.log_probability(PAIRS), machine.log_probability(PAIRS))
    with pytest.raises(InputError, match="states flow through an RBM or a stack only"):
        read_machine(tmp_path / name)


def test_files_that_are_no_network_are_said(tmp_path):
    from spinlens import RBM

    RBM.from_weights(np.ones((6, 2))).save(tmp_path / "rbm")
    with pytest.raises(ArtefactError, match="of kind 'rbm'"):
        AutoregressiveNetwork.load(tmp_path / "rbm")
    machine = trained()
    parts = machine.to_arrays()
    for change in (
        {"bias": parts["bias"] * np.nan}, {"outward": parts["outward"][:, :2]}, {"direct": np.eye(6, dtype=np.float32)},
    ):  # fmt: skip
        with pytest.raises(ArtefactError, match="must"):
            AutoregressiveNetwork.from_parts(machine.config(), {**parts, **change})
    with pytest.raises(ArtefactError, match="do not describe"):
        AutoregressiveNetwork.from_parts({"history": []}, parts)


def test_a_training_that_was_stopped_goes_on_to_the_same_bits(tmp_path):
    options = {**SMALL, "epochs": 4, "averaging": 0.5, "augment": (2, 3)}
    unbroken = AutoregressiveNetwork(4, **options).fit(PAIRS, validation=PAIRS[:50])

    def stop(step):
        if step.numbers["epoch"] == 2:
            raise KeyboardInterrupt

    stopped = AutoregressiveNetwork(4, **options)
    how = {"validation": PAIRS[:50], "checkpoint": tmp_path / "state", "checkpoint_seconds": 0}
    with pytest.raises(KeyboardInterrupt):
        stopped.fit(PAIRS, progress=stop, **how)
    assert [entry["epoch"] for entry in stopped.history_] == [1, 2]  # the network of the last epoch stays
    resumed = AutoregressiveNetwork(4, **options).fit(PAIRS, **how)
    assert resumed.history_ == unbroken.history_
    for mine, other in zip(resumed.conditionals_, unbroken.conditionals_, strict=True):
        np.testing.assert_array_equal(mine, other)
    with pytest.raises(InputError, match="another training"):
        AutoregressiveNetwork(4, **{**options, "seed": 1}).fit(PAIRS, **how)
    (tmp_path / "state").write_bytes(b"no state")
    with pytest.raises(ArtefactError):
        AutoregressiveNetwork(4, **options).fit(PAIRS, **how)


def test_validation_keeps_the_network_that_was_best():
    few = PAIRS[:60]
    machine = AutoregressiveNetwork(30, epochs=40, learning_rate=0.1, batch_size=20).fit(few, validation=PAIRS[60:])
    judged = [entry["validation"] for entry in machine.history_]
    assert machine.score(PAIRS[60:]) == pytest.approx(max(judged), abs=1e-5)
    assert judged[-1] < max(judged)


def test_what_cannot_be_is_refused():
    for options in ({"n_hidden": -1}, {"learning_rate": 0}, {"symmetric": 1}, {"averaging": 1.0}, {"augment": (0, 2)}):
        with pytest.raises(InputError):
            AutoregressiveNetwork(**{"n_hidden": 2, **options})
    with pytest.raises(SpinsError):
        AutoregressiveNetwork(2).fit(PAIRS * 0.5)
    with pytest.raises(InputError, match="6 visible"):
        trained().log_probability(PAIRS[:, :5])
    for ask in (lambda x: x.sample(3), lambda x: x.n_visible, lambda x: x.score(PAIRS), lambda x: x.history_):
        with pytest.raises(InputError, match="yet: call fit or load"):
            ask(AutoregressiveNetwork(2))
    with pytest.raises(InputError, match="memory"):
        trained().sample(10**12)
    with pytest.raises(InputError, match="years"):
        AutoregressiveNetwork(2, epochs=10**12).fit(PAIRS)
    with pytest.raises(ConvergenceError, match="smaller learning_rate"), np.errstate(all="ignore"):
        AutoregressiveNetwork(4, learning_rate=1e38, final_rate=1.0).fit(PAIRS)


def test_it_says_what_it_is():
    assert repr(AutoregressiveNetwork(3, seed=1)) == "AutoregressiveNetwork(n_hidden=3, seed=1)"
    shown = str(trained())
    assert "6 visible units" in shown
    assert "nats a state" in shown
    assert json.dumps(trained().config())


def test_options_change_one_by_one_or_not_at_all():
    machine = trained()
    assert machine.set_params(epochs=7).get_params()["epochs"] == 7
    with pytest.raises(InputError):
        machine.set_params(epochs=8, batch_size=0)
    with pytest.raises(InputError, match="no parameter 'depth'"):
        machine.set_params(depth=2)
    assert machine.epochs == 7
    assert AutoregressiveNetwork(**machine.get_params()).get_params() == machine.get_params()
    assert np.isclose(np.exp(machine.log_probability(all_states(6))).sum(), 1, atol=1e-5)
