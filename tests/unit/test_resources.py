"""What long calls take before they begin."""

from __future__ import annotations

import numpy as np
import pytest

import spinlens as sl
from spinlens import resources
from spinlens.errors import InputError
from spinlens.resources import afford

SQUARE = sl.IsingModel((4, 4), sl.NearestNeighbour())
X = np.where(np.arange(400 * 16).reshape(400, 16) * 7919 % 5 < 2, -1, 1)
MACHINE = sl.RBM.from_weights(np.full((16, 64), 0.01))


def test_a_moment_is_not_spoken_of(recwarn):
    afford("this run", 3600.0, 1 << 20, "ask for less")
    assert not recwarn.list


def test_days_are_said_and_years_refused():
    with pytest.warns(RuntimeWarning, match=r"this run will take about 12 days; ask for less"):
        afford("this run", 12 * 86_400.0, 0, "ask for less")
    with pytest.raises(InputError, match=r"this run would take about 2 years; ask for less"):
        afford("this run", 2 * 365 * 86_400.0, 0, "ask for less")


def test_memory_that_is_not_there_is_refused(monkeypatch):
    monkeypatch.setattr(resources, "available", lambda: 1 << 30)
    afford("this run", 0, 1 << 29, "ask for less")
    with pytest.raises(InputError, match=r"this run would need about 2 GiB of memory and 1 GiB are available"):
        afford("this run", 0, 1 << 31, "ask for less")


LONG = {
    "draws": lambda: sl.sample(sl.IsingModel((64, 64), SQUARE.coupling), 2.3, draws=10**12, series=False, workers=1),
    "thin": lambda: sl.sample(SQUARE, 2.3, draws=10**6, thin=10**9, workers=1),
    "series": lambda: sl.sample(SQUARE, 2.3, draws=10**11, workers=1),
    "chains": lambda: sl.sample(SQUARE, 2.3, draws=10, chains=10**11, workers=1),
    "states": lambda: sl.sample(sl.IsingModel((512, 512), SQUARE.coupling), 2.3, draws=10**7, keep_spins=True),
    "epochs": lambda: sl.RBM(4, epochs=10**12).fit(X),
    "more epochs": lambda: sl.RBM(4).partial_fit(X, 10**12),
    "units": lambda: sl.RBM(10**12, epochs=1).fit(X),
    "persistent chains": lambda: sl.RBM(4, epochs=1, persistent=True, chains=10**12).fit(X),
    "steps": lambda: MACHINE.gibbs(X, 10**12, np.random.default_rng(0)),
    "states of a machine": lambda: MACHINE.sample(10**12),
    "flow": lambda: sl.rbm_flow(MACHINE, X.reshape(-1, 4, 4), 10**12, record=10),
    "mixing": lambda: sl.gibbs_autocorrelation(MACHINE, chains=10**6, steps=10**7),
    "annealing": lambda: MACHINE.log_z("ais", runs=10**6, betas=10**12),
    "annealings": lambda: MACHINE.log_z("ais", runs=10**12, betas=100),
    "replicas": lambda: sl.tempered_sample(MACHINE, 10**6, steps=10**12),
    "ladders": lambda: sl.trajectory_sample(MACHINE, [MACHINE], 10**10, steps=10**6),
    "search": lambda: sl.find_critical_point(SQUARE.coupling, (8, 16, 32), draws=10**12, workers=1),
    "updates": lambda: sl.find_critical_point(SQUARE.coupling, (8, 16, 32), budget=1e18, workers=1),
}


@pytest.mark.parametrize("name", LONG)
def test_what_would_not_end_is_refused_at_once(name):
    """10¹² draws ran on for ever, or ended with a MemoryError, after minutes."""
    with pytest.raises(InputError, match=r"would (take about .* years|need about .* GiB of memory)"):
        LONG[name]()


@pytest.mark.parametrize("algorithm", ["auto", "wolff", "clock"])
def test_next_to_zero_a_sweep_that_nobody_could_stop_is_refused(algorithm):
    """Bonds tried are 2βJ a pair: at T = 10⁻⁶ tables took gigabytes and a sweep minutes."""
    model = sl.IsingModel((32, 32), sl.PowerLaw(1.2))
    with pytest.raises(InputError, match="bonds a site: T = 0 is drawn exactly"):
        sl.sample(model, 1e-6, draws=3, algorithm=algorithm, workers=1)
    cold = sl.sample(model, 0.05, draws=3, warmup=2, algorithm="wolff", workers=1)
    assert float(cold["energy"].max()) < 0


def group(root, folder, version, limit, used):
    """A folder of a control group."""
    names = {1: ("memory.limit_in_bytes", "memory.usage_in_bytes"), 2: ("memory.max", "memory.current")}[version]
    (root / folder).mkdir(parents=True, exist_ok=True)
    for name, text in zip(names, (limit, used), strict=True):
        (root / folder / name).write_text(f"{text}\n")


NONE = 9223372036854771712  # how version 1 says that there is no limit


@pytest.mark.parametrize(
    ("lines", "groups", "left"),
    [
        ("0::/job/step\n", [("job/step", 2, "max", 1), ("job", 2, 900, 300), ("", 2, "max", 5)], 600),
        ("0::/job\n", [("job", 2, "max", 1)], None),
        ("5:memory:/docker/a\n1:cpu:/docker/a\n", [("memory/docker/a", 1, 400, 100), ("memory", 1, NONE, 7)], 300),
        ("5:memory,hugetlb:/a\n0::/\n", [("memory/a", 1, 400, 100), ("", 2, "max", 9)], 300),
        ("5:memory:/of/the/host\n", [("memory", 1, 500, 100)], 400),  # the container sees its own group as the root
        ("5:memory:/a\n", [("memory/a", 1, NONE, 100)], None),
        ("5:memory:/a\n", [("memory/a", 1, 100, 400)], 0),
        ("5:memory:/a\n", [("memory/a", 1, "nonsense", 400)], None),
        ("nonsense\n", [("", 2, 3, 1)], None),
    ],
)
def test_limits_of_control_groups_of_both_versions_are_seen(lines, groups, left, tmp_path, monkeypatch):
    monkeypatch.setattr(resources, "_CGROUP", tmp_path / "groups")
    monkeypatch.setattr(resources, "_SELF", tmp_path / "self")
    (tmp_path / "self").write_text(lines)
    for one in groups:
        group(tmp_path / "groups", *one)
    assert resources._container() == left
