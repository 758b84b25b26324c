"""`spinlens sample`: options that arrive, the table at its end, a run prolonged by its checkpoint."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

from spinlens import IsingModel, NearestNeighbour, PowerLaw, model_of, sample
from spinlens.cli import sample as cli_sample
from spinlens.cli.app import app
from spinlens.errors import CheckpointError


def test_every_option_of_the_model_arrives(tmp_path):
    line = (
        "sample --temperatures 7 --sigma 1.2 --shape 6x5 --cell integrated --images minimum --field 0.1 --strength 0.8"
    )
    app([*line.split(), "--draws", "20", "--warmup", "5", "--out", str(tmp_path / "a.nc")], standalone_mode=False)
    with xr.open_dataset(tmp_path / "a.nc") as found:
        model = IsingModel((6, 5), PowerLaw(1.2, images="minimum", cell="integrated", strength=0.8), field=0.1)
        assert model_of(found) == model
        np.testing.assert_array_equal(found.energy, sample(model, 7.0, 20, warmup=5).energy)


@pytest.mark.parametrize(
    ("options", "arguments"),
    [
        ("--algorithm multi-spin-heat-bath --chains 66 --correlations", {"chains": 66, "correlations": True}),
        ("--algorithm heat-bath --exchange", {"exchange": True}),
    ],
)
def test_many_chains_and_exchange_are_on_the_command_line(tmp_path, options, arguments):
    line = f"sample --temperatures 2,3 --size 6 --draws 30 --seed 4 --warmup 5 {options}"
    app([*line.split(), "--out", str(tmp_path / "a.nc")], standalone_mode=False)
    again = sample(
        IsingModel((6, 6), NearestNeighbour()),
        (2.0, 3.0),
        30,
        seed=4,
        warmup=5,
        algorithm=options.split()[1],
        **arguments,
    )
    with xr.open_dataset(tmp_path / "a.nc") as found:
        for name in again.data_vars:
            np.testing.assert_array_equal(found[name], again[name])


def test_a_kept_checkpoint_prolongs_a_run(tmp_path):
    command = [sys.executable, "-m", "spinlens", "sample", "--temperatures", "2.5", "--size", "8", "--averages"]
    command += ["--checkpoint", str(tmp_path / "run"), "--force", "--out", str(tmp_path / "a.nc"), "--draws"]
    for draws in ("2000", "5000"):
        done = subprocess.run([*command, draws], capture_output=True, text=True)
        assert done.returncode == 0
        assert done.stderr.startswith("T = 2.5: warm after")
    with xr.open_dataset(tmp_path / "a.nc") as found:
        whole = sample(IsingModel((8, 8), NearestNeighbour()), 2.5, 5000, series=False)
        np.testing.assert_array_equal(found.m2, whole.m2)
    other = subprocess.run([*command, "5000", "--seed", "1"], capture_output=True, text=True)
    assert other.returncode == 2
    assert "seed was 0 and is 1" in other.stderr
    assert other.stderr.count("\n") == 1


def test_a_stopped_run_of_other_arguments_gives_way_where_forced(tmp_path):
    """In the folder beside the output only: one that was asked for by name is the user's."""
    out = tmp_path / "a.nc"
    line = ["sample", "--temperatures", "2.5", "--size", "6", "--draws", "20", "--averages", "--warmup", "0"]
    line += ["--out", str(out)]
    square = IsingModel((6, 6), NearestNeighbour())
    for folder in (tmp_path / "a.nc.checkpoint", tmp_path / "mine"):
        sample(square, 2.0, 1 << 16, warmup=0, series=False, checkpoint=folder, workers=1)
        with pytest.raises(CheckpointError, match="temperatures was"):
            app([*line, "--checkpoint", str(folder), "--force"], standalone_mode=False)
    with pytest.raises(CheckpointError, match="temperatures was"):
        app(line, standalone_mode=False)
    app([*line, "--force"], standalone_mode=False)
    with xr.open_dataset(out) as found:
        assert found.temperature.values.tolist() == [2.5]
    assert not (tmp_path / "a.nc.checkpoint").exists()


def test_the_table_marks_what_has_not_converged():
    data = sample(IsingModel((24, 24), NearestNeighbour()), 1.0, 60, 4, algorithm="metropolis", warmup=5)
    table = cli_sample.table(data).splitlines()
    assert table[1].endswith("not converged")
    assert table[2].startswith("T = 1: chains disagree about")
    assert len(table) == 3
    data = sample(IsingModel((4, 4), NearestNeighbour()), (3.0, 4.0), 1000)
    assert "not" not in cli_sample.table(data)
    assert len(cli_sample.table(data).splitlines()) == 3
