"""Machines on disk: what is written comes back, what is damaged is said."""

import json

import numpy as np
import pytest
from safetensors.numpy import save

from spinlens.errors import ArtefactError
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

DATA = np.random.default_rng(0).choice([-1, 1], size=(200, 6))
KINDS = [RBM(3, epochs=2, biases=True, track="exact"), StackedRBM((4, 2), epochs=2, track="exact", track_at=(0.5, 1.0))]


@pytest.fixture(params=["machine.safetensors", "machine"])
def path(request, tmp_path):
    return tmp_path / request.param


@pytest.mark.parametrize("machine", KINDS, ids=["rbm", "stack"])
def test_a_machine_comes_back_the_same(path, machine):
    machine.fit(DATA)
    machine.save(path)
    back = type(machine).load(path)
    assert back.get_params() == machine.get_params()
    assert back.config() == machine.config()
    for name, array in machine.to_arrays().items():
        assert back.to_arrays()[name].dtype == array.dtype
        np.testing.assert_array_equal(back.to_arrays()[name], array)


def test_same_machine_same_bytes(tmp_path):
    for name in ("a.safetensors", "b.safetensors"):
        RBM(3, epochs=2).fit(DATA).save(tmp_path / name)
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()


def test_every_truncation_is_noticed(tmp_path):
    path = tmp_path / "machine.safetensors"
    RBM(3, epochs=1).fit(DATA).save(path)
    content = path.read_bytes()
    for length in range(0, len(content), 7):
        path.write_bytes(content[:length])
        with pytest.raises(ArtefactError):
            RBM.load(path)


def test_missing_foreign_and_wrong_kind_are_said(tmp_path):
    with pytest.raises(ArtefactError, match="no machine at"):
        RBM.load(tmp_path / "nothing")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ArtefactError, match="cannot be read"):
        RBM.load(tmp_path / "folder")
    (tmp_path / "foreign.safetensors").write_bytes(save({"weights": np.zeros((2, 2))}))
    with pytest.raises(ArtefactError, match="not written by spinlens"):
        RBM.load(tmp_path / "foreign.safetensors")
    StackedRBM((2,), epochs=1).fit(DATA).save(tmp_path / "stack")
    with pytest.raises(ArtefactError, match="other class"):
        RBM.load(tmp_path / "stack")


@pytest.mark.parametrize(
    "change",
    [
        lambda config: config.update(format=99),
        lambda config: config.update(parameters=[]),
        lambda config: config["parameters"].update(n_hidden=5),
        lambda config: config["parameters"].update(learning_rate="fast"),
        lambda config: config["parameters"].update(surprise=1),
        lambda config: config["parameters"].update(track_at=3),
        lambda config: config.pop("history"),
        lambda config: config.update(history=[1]),
    ],
)
def test_wrong_settings_are_said(tmp_path, change):
    RBM(3, epochs=1).fit(DATA).save(tmp_path / "machine")
    file = tmp_path / "machine" / "config.json"
    config = json.loads(file.read_text())
    change(config)
    file.write_text(json.dumps(config))
    with pytest.raises(ArtefactError):
        RBM.load(tmp_path / "machine")


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\x00"])
def test_settings_that_are_not_an_object_are_said(tmp_path, text):
    RBM(3, epochs=1).fit(DATA).save(tmp_path / "machine")
    (tmp_path / "machine" / "config.json").write_text(text)
    with pytest.raises(ArtefactError):
        RBM.load(tmp_path / "machine")


@pytest.mark.parametrize(
    "arrays",
    [
        {"weights": np.full((6, 3), np.nan), "visible_bias": np.zeros(6), "hidden_bias": np.zeros(3)},
        {"weights": np.zeros((6, 3)), "visible_bias": np.zeros(5), "hidden_bias": np.zeros(3)},
        {"weights": np.zeros((6, 3), np.int64), "visible_bias": np.zeros(6), "hidden_bias": np.zeros(3)},
        {"weights": np.zeros(18), "visible_bias": np.zeros(6), "hidden_bias": np.zeros(3)},
        {"weights": np.zeros((6, 3))},
    ],
)
def test_arrays_that_are_no_machine_are_said(tmp_path, arrays):
    RBM(3, epochs=1).fit(DATA).save(tmp_path / "machine")
    (tmp_path / "machine" / "weights.safetensors").write_bytes(save(arrays))
    with pytest.raises(ArtefactError):
        RBM.load(tmp_path / "machine")
