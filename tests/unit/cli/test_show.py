"""`spinlens show`: whatever is opened, on one screen, as JSON, as CSV."""

import csv
import io
import json

import numpy as np
import pytest

from spinlens import summary
from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.workflows import opening


def test_a_run_shows_means_with_errors_and_tau(shell, run_file):
    said = shell("show", run_file)
    assert "nearest-neighbour, 8×8" in said
    assert "200 draws of 2 chains by NearestNeighbourSwendsenWang" in said
    known = summary(opening.open(run_file))
    rows = list(csv.DictReader(io.StringIO(shell("show", run_file, "--csv"))))
    assert len(rows) == len(known)
    for row in rows:
        at = known.loc[float(row["temperature"]), row["observable"]]
        assert (float(row["mean"]), float(row["error"]), float(row["tau"])) == (at["mean"], at["error"], at["tau"])
    document = json.loads(shell("show", run_file, "--json"))
    assert document["model"]["shape"] == [8, 8]
    assert [row["mean"] for row in document["rows"]] == known["mean"].tolist()


def test_states_of_any_origin_show_their_magnetization(shell, flat_file, tmp_path):
    assert "200 states of 64 sites, flat, ±1" in shell("show", flat_file)
    m = np.load(flat_file).mean(axis=1)
    (row,) = [row for row in json.loads(shell("show", flat_file, "--json"))["rows"] if row["observable"] == "m2"]
    assert row["mean"] == pytest.approx(np.mean(m**2))
    np.savez(tmp_path / "both.npz", a=np.ones((5, 4, 4)), b=np.ones((3, 4, 4)))
    assert "5×4×4" in shell("show", tmp_path / "both.npz")
    np.save(tmp_path / "energies.npy", np.ones(7))
    with pytest.raises(InputError, match=r"array of shape \(7,\): states have shape"):
        shell("show", tmp_path / "energies.npy")


def test_a_machine_shows_itself(shell, tmp_path):
    machine = RBM(4, epochs=2).fit(np.where(np.random.default_rng(0).random((200, 9)) < 0.5, 1, -1))
    machine.save(tmp_path / "machine")
    assert shell("show", tmp_path / "machine") == f"{machine}\n"
    assert len(shell("show", tmp_path / "machine", "--csv").splitlines()) == 1 + len(machine.history_)
    assert json.loads(shell("show", tmp_path / "machine", "--json"))["what"] == repr(machine)


def test_any_json_shows_its_entries(shell, tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"seed": 3, "text": "x" * 100}))
    said = shell("show", tmp_path / "a.json")
    assert "seed  3" in said
    assert "xxx…" in said
    assert json.loads(shell("show", tmp_path / "a.json", "--json")) == {"seed": 3, "text": "x" * 100}


def test_one_form_at_a_time(shell, run_file):
    with pytest.raises(InputError, match="leave one of them out"):
        shell("show", run_file, "--json", "--csv")
