"""`--json`: one document on stdout and nothing else, whatever is said of the progress."""

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from spinlens.cli.app import app
from spinlens.criticality.analysis.critical_point import CriticalPoint


def run(*arguments):
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    assert done.exception is None, done.exception
    return json.loads(done.stdout)


def test_sample(tmp_path):
    document = run("sample", "-T", "2.5", "-L", 4, "-n", 100, "-o", tmp_path / "a.nc", "--json")
    assert document["written"] == [str(tmp_path / "a.nc")]
    assert {"temperature", "observable", "mean", "error", "tau"} <= document["rows"][0].keys()
    assert document["not_converged"] == {}


def test_critical(tmp_path):
    out = tmp_path / "point.json"
    document = run("critical", "-L", "4,6,8", "-n", 1000, "--points", 3, "-o", out, "--json")
    written = json.loads(out.read_text())
    assert {key: document[key] for key in written} == written
    assert document["written"] == [str(out), str(tmp_path / "point.csv"), str(tmp_path / "point.html")]
    assert CriticalPoint.load(out).temperature.value == document["temperature"]["value"]


def test_train(tmp_path):
    np.save(tmp_path / "a.npy", np.where(np.random.default_rng(0).random((200, 3, 3)) < 0.5, 1, -1))
    document = run("train", tmp_path / "a.npy", "--hidden", 3, "-e", 8, "-o", tmp_path / "m", "--json")
    assert document["log_likelihood"]["value"] == pytest.approx(-9 * np.log(2), abs=0.3)
    assert document["written"] == [str(tmp_path / "m")]


def test_reproduce_dry_run(tmp_path):
    document = run("reproduce", "quick", "--dry-run", "-o", tmp_path / "study", "--json")
    assert document["done"] == 0
    assert sum(stage["tasks"] for stage in document["stages"].values()) == document["to_do"]
    assert not (tmp_path / "study").exists()
