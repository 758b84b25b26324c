"""Files of one small run that the commands for files are tried on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from spinlens.cli.app import app
from spinlens.files.netcdf import dataset_bytes
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.sampling.sampler import sample

MODEL = IsingModel((8, 8), NearestNeighbour())


@pytest.fixture(scope="session")
def run_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """400 states of 8 × 8 at each of two temperatures, as `spinlens sample --keep-spins` writes them."""
    data = sample(MODEL, [2.4, 2.8], draws=200, chains=2, thin=4, keep_spins=True, seed=1)
    path = tmp_path_factory.mktemp("run") / "run.nc"
    path.write_bytes(dataset_bytes(data))
    return path


@pytest.fixture(scope="session")
def flat_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 states of 64 free spins, flat."""
    path = tmp_path_factory.mktemp("flat") / "flat.npy"
    np.save(path, np.where(np.random.default_rng(0).random((200, 64)) < 0.5, 1, -1))
    return path


@pytest.fixture
def shell():
    """The command line with what it prints; errors are raised."""

    def call(*arguments: object) -> str:
        done = CliRunner().invoke(app, [str(one) for one in arguments])
        if done.exception is not None:
            raise done.exception
        return done.stdout

    return call
