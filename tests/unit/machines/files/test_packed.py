"""Bit-packed data: the same states, the same machine; damaged files are refused."""

import json

import numpy as np
import pytest
from safetensors.numpy import load_file

from spinlens.errors import ArtefactError, InputError
from spinlens.files.packed_states import open_packed
from spinlens.machines.files.packed import checked_states, pack_states, write_packed
from spinlens.machines.rbm import RBM
from spinlens.machines.training import epoch

STATES = np.random.default_rng(0).choice([-1, 1], size=(1000, 13)).astype(np.int8)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "states.safetensors"


def test_states_come_back_in_any_order(path):
    packed = write_packed(path, [STATES[:300], STATES[300:]])
    rows = np.random.default_rng(1).permutation(1000)
    np.testing.assert_array_equal(packed[rows], STATES[rows])
    assert packed[rows].dtype == np.int8
    assert packed.bits.nbytes == 2000
    assert list(load_file(path)) == ["states"]  # any reader of safetensors can open it


def test_training_on_packed_states_is_training_on_the_states(path, monkeypatch):
    monkeypatch.setattr(epoch, "_SHUFFLED", 256)  # several shuffled blocks
    machines = [RBM(4, epochs=2, batch_size=50, track="exact").fit(X) for X in (STATES, write_packed(path, [STATES]))]
    np.testing.assert_array_equal(machines[0].weights_, machines[1].weights_)
    assert machines[0].history_ == machines[1].history_


def test_blocks_of_other_width_and_no_blocks_are_refused(path):
    with pytest.raises(InputError, match="one width"):
        write_packed(path, [STATES, STATES[:, :5]])
    with pytest.raises(InputError, match="no blocks"):
        write_packed(path, [])
    assert not path.exists()
    with pytest.raises(InputError, match="n_samples, n_visible"):
        pack_states(STATES[0])


@pytest.mark.parametrize("cut", [0, 7, 300, 512, 1500])
def test_a_truncated_file_is_said(path, cut):
    write_packed(path, [STATES])
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ArtefactError, match="no packed states"):
        open_packed(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["__metadata__"].update(kind="x"),
        lambda d: d["__metadata__"].update(n_visible="-1"),
        lambda d: d["__metadata__"].update(n_visible="1" + "0" * 30),
        lambda d: d["states"].update(shape=[]),
        lambda d: d.pop("states"),
    ],
)
def test_a_wrong_header_is_said(path, change):
    write_packed(path, [STATES])
    content = path.read_bytes()
    document = json.loads(content[8:512])
    change(document)
    path.write_bytes(content[:8] + json.dumps(document).encode().ljust(504) + content[512:])
    with pytest.raises(ArtefactError):
        open_packed(path)


def test_states_of_square_lattices_are_flattened_and_chains_are_not_taken_for_lattices():
    lattices = STATES[:, :9].reshape(1000, 3, 3)
    np.testing.assert_array_equal(checked_states(lattices), STATES[:, :9])
    oblong = STATES[:, :12].reshape(1000, 3, 4)
    np.testing.assert_array_equal(checked_states(oblong, 12), STATES[:, :12])
    for unclear in (oblong, lattices.reshape(2, 500, 3, 3), STATES.reshape(2, 500, 13)):
        with pytest.raises(InputError, match=r"flatten other lattices with reshape\(n_samples, -1\)"):
            checked_states(unclear)
    with pytest.raises(InputError, match="9 columns, the machine 12"):
        checked_states(lattices, 12)
