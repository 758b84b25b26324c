"""What a flow would take: its machines counted, each kind of training tried once, nothing written."""

from __future__ import annotations

import json

import numpy as np
import pytest
from typer.testing import CliRunner

from spinlens.cli.app import app
from spinlens.comparisons.controls import Case, flow_controls
from spinlens.lattice.couplings import NearestNeighbour
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.workflows import flow_plan
from spinlens.workflows.flow_settings import FlowSettings

MODEL = IsingModel((8, 8), NearestNeighbour())


@pytest.fixture
def tried(monkeypatch):
    """Trials that take 0.5 s and 0.01 s an update and hidden unit, of batches of 100 states; which there were."""
    asked = []

    def trial(settings, case, updates):
        asked.append((case.recipe, case.n_hidden))
        return 0.5 + 0.01 * updates * case.n_hidden, 100

    monkeypatch.setattr(flow_plan, "_trial", trial)
    return asked


def test_a_plan_counts_machines_and_multiplies_trials(tried):
    cases = (
        Case("exact"),
        Case("lattice", "CD-1", 16, 0),
        Case("lattice", "CD-1", 16, 1),
        Case("mean-field", "CD-1", 4),
    )
    settings = FlowSettings(MODEL, 2.269, 2.269, machine=RBM.from_weights(np.eye(64)), cases=cases, epochs=3, workers=2)
    plan = flow_plan.plan_flow(settings)
    assert dict(plan.trainings) == {("CD-1", 16): 2, ("CD-1", 4): 1}
    assert plan.seconds["CD-1", 16] == pytest.approx(0.16 * 3 * 100)  # 10,000 states are 100 updates a pass
    assert plan.core_seconds == pytest.approx(2 * 48 + 12)
    assert plan.wall_seconds == pytest.approx(54)
    assert set(tried) == {("CD-1", 16), ("CD-1", 4)}
    assert plan.machines == {"of yours, or trained first": 1, "exact": 1, "trained on the lattice": 2, "mean-field": 1}
    assert "2 trainings, CD-1, 16 hidden units, 48 s each" in str(plan)


def test_the_longest_training_is_the_least_time(tried):
    settings = FlowSettings(MODEL, 2.269, 2.269, machine=RBM.from_weights(np.eye(64)), workers=50)
    one = flow_plan.plan_flow(settings)
    assert (one.core_seconds, one.wall_seconds) == (0.0, 0.0)
    own = flow_plan.plan_flow(FlowSettings(MODEL, 2.269, 2.269, workers=50))  # the machine that is trained first
    assert own.wall_seconds == own.core_seconds > 0


def test_the_command_says_it_and_writes_nothing(tried, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = ["flow", "-L", "8", "--controls", "--seeds", "2", "--dry-run"]
    done = CliRunner().invoke(app, line)
    assert done.exception is None
    assert "training " in done.stdout
    document = json.loads(CliRunner().invoke(app, [*line, "--json"]).stdout)
    assert sum(document["machines"].values()) == len(flow_controls(64, 2)) + 1
    assert list(tmp_path.iterdir()) == []


def test_a_trial_trains_the_machine_that_is_meant():
    settings = FlowSettings(MODEL, 2.269, 2.269)
    assert flow_plan._trial(settings, Case("lattice", "CD-1", 4), 2)[1] == 100
    assert flow_plan._trial(settings, Case("lattice", "learned", 64), 2)[1] == 300
