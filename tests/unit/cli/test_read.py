"""`spinlens read`: anyone's states by calibrated instruments, kept for the next time."""

import json

import numpy as np
import pytest

from spinlens.cli.choices import INSTRUMENTS
from spinlens.errors import InputError
from spinlens.thermometers.instruments import THERMOMETERS, InstrumentSet

QUICK = ("--grid", "1.8:4.2:0.3", "--samples", 200, "-i", "energy,xi", "--workers", 1)


@pytest.fixture(scope="module")
def kept(tmp_path_factory, run_file):
    """The instruments that one call leaves for others, and what it said."""
    from typer.testing import CliRunner

    from spinlens.cli.app import app

    path = tmp_path_factory.mktemp("kept") / "instruments.safetensors"
    done = CliRunner().invoke(app, [str(a) for a in ("read", run_file, *QUICK, "--calibration", path)])
    assert done.exception is None
    return path, done.stdout


def test_names_are_those_of_the_library():
    assert tuple(THERMOMETERS) == INSTRUMENTS


def test_the_temperatures_of_a_run_are_read(shell, run_file, kept):
    assert set(InstrumentSet.load(kept[0])) == {"energy", "xi"}
    assert "T = 2.8" in kept[1]
    document = json.loads(shell("read", run_file, "--calibration", kept[0], "--json"))
    assert len(document["readings"]) == 4
    for row in document["readings"]:
        true = float(row["states"].removeprefix("T = "))
        assert abs(row["temperature"] - true) < 4 * row["temperature_error"] < 0.4
    assert document["tests"]["T = 2.4"]["p_value"] > 1e-4


def test_one_temperature_is_chosen(shell, run_file, kept):
    said = shell("read", run_file, "-T", 2.8, "--calibration", kept[0])
    assert "T = 2.8" in said
    assert "T = 2.4" not in said
    with pytest.raises(InputError, match=r"no temperature 3; it has \[2.4, 2.8\]"):
        shell("read", run_file, "-T", 3, "--calibration", kept[0])


def test_states_of_others_are_read_on_the_lattice_that_is_named(shell, flat_file, kept):
    assert "(out of range)" in shell("read", flat_file, "--size", 8, "--calibration", kept[0])
    with pytest.raises(InputError, match="flat states of 64 sites: give their lattice"):
        shell("read", flat_file, "--calibration", kept[0])
    with pytest.raises(InputError, match="instruments of nearest-neighbour, 8×8, and the states are of power law"):
        shell("read", flat_file, "--size", 8, "-s", 1.2, "--calibration", kept[0])
    with pytest.raises(InputError, match="this one says none"):
        shell("read", flat_file, "--size", 8, "-T", 2.4, "--calibration", kept[0])


def test_bits_are_refused(shell, tmp_path, kept):
    np.save(tmp_path / "bits.npy", np.random.default_rng(0).integers(0, 2, (20, 8, 8)))
    with pytest.raises(InputError, match="for 0/1 data pass 2"):
        shell("read", tmp_path / "bits.npy", "--calibration", kept[0])
