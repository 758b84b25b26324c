"""A machine is read without knowing its kind."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spinlens.errors import ArtefactError
from spinlens.machines.kinds import MACHINES, read_machine
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

DATA = np.random.default_rng(0).choice([-1, 1], size=(100, 6))


@pytest.mark.parametrize("name", ["machine", "machine.safetensors"])
@pytest.mark.parametrize("machine", [RBM(3, epochs=1), StackedRBM((4, 2), epochs=1)], ids=list(MACHINES))
def test_the_kind_is_found_in_the_file(tmp_path, machine, name):
    machine.fit(DATA).save(tmp_path / name)
    found = read_machine(tmp_path / name)
    assert type(found) is type(machine)
    assert found.config() == machine.config()
    for key, array in machine.to_arrays().items():
        np.testing.assert_array_equal(found.to_arrays()[key], array)


def test_an_unknown_kind_is_said(tmp_path):
    RBM(3, epochs=1).fit(DATA).save(tmp_path / "machine")
    file = tmp_path / "machine" / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "kind": "loom"}))
    with pytest.raises(ArtefactError, match="of kind 'loom'; known are rbm, stack, autoregressive"):
        read_machine(tmp_path / "machine")


def test_no_machine_is_said(tmp_path):
    with pytest.raises(ArtefactError, match="no machine at"):
        read_machine(tmp_path / "nothing")
