"""What a result rests on: the entries of the one bibliography, by what the result records."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import spinlens as sl
from spinlens.comparisons.compare_flows import FlowComparison
from spinlens.comparisons.gap import Gap
from spinlens.errors import InputError
from spinlens.flows import rbm_flow
from spinlens.lattice.model_document import named_document
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.renormalization.block_spin import RULES
from spinlens.sampling.algorithms.choice import ALGORITHMS
from spinlens.thermometers.instruments import THERMOMETERS
from spinlens.workflows import citing

ROOT = Path(__file__).parents[3]
SQUARE = sl.IsingModel((4, 4), sl.NearestNeighbour())
LONG = sl.IsingModel((4, 4), sl.PowerLaw(1.2))
ALWAYS = {"spinlens", "DeMelloKoch2020"}
STATES = np.array([[1] * 16, [-1] * 16] * 10)
AIS = {"Neal2001", "SalakhutdinovMurray2008", "Bennett1976"}
ANALYSIS = {"SwendsenWang1987", "Binder1981", "FerrenbergSwendsen1989", "Ballesteros1996", "Lepage2002", "JayNeil2021"}


def used(result):
    keys = set(citing.cited(result))
    assert keys >= ALWAYS
    return keys - ALWAYS


def fields(entry):
    """The fields of one BibTeX entry, read by counting braces."""
    kind, key, body = re.fullmatch(r"@(\w+)\{(\w+),(.*)\}", entry, re.S).groups()
    found, depth, start = {}, 0, 0
    for place, sign in enumerate(body + ","):
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
        if sign == "," and depth == 0:
            name, value = body[start:place].split("=", 1)
            assert re.fullmatch(r"\{.*\}", value.strip(), re.S)
            found[name.strip()], start = value.strip()[1:-1], place + 1
    assert depth == 0
    return kind, key, found


def test_without_a_result_spinlens_and_the_paper():
    first, second = sl.cite().strip().split("\n\n")
    kind, key, software = fields(first)
    assert (kind, key, software["note"]) == ("misc", "spinlens", f"Version {sl.__version__}")
    assert fields(second)[1] == "DeMelloKoch2020"


def test_the_bibliography_and_the_citation_file_agree():
    software = fields(citing.bibliography()["spinlens"])[2]
    text = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f'title: "{software["title"]}"' in text
    assert f"version: {sl.__version__}\n" in text


def test_every_entry_is_bibtex_with_an_author_and_a_year():
    for key, entry in citing.bibliography().items():
        _, found, content = fields(entry)
        assert (found, bool(content["author"])) == (key, True)
        assert re.fullmatch(r"\d{4}", content["year"])


def test_every_key_is_in_the_bibliography():
    known = set(citing.bibliography())
    source = Path(citing.__file__).read_text(encoding="utf-8")
    named = set(re.findall(r'"([A-Z]\w+(?:19|20)\d\d)"', source))
    assert len(named) > 30
    assert named <= known


def test_every_class_algorithm_instrument_and_rule_is_known():
    homes = (
        "lattice.ising", "lattice.couplings", "lattice.trajectory", "criticality.analysis.critical_point",
        "machines.rbm", "machines.stacked", "renormalization.mcrg", "renormalization.matching", "comparisons.gap",
        "comparisons.compare_flows", "thermometers.instruments", "thermometers.thermometer", "thermometers.readings",
        "thermometers.equilibrium",
    )  # fmt: skip
    there = {name for home in homes for name in vars(import_module(f"spinlens.{home}"))}
    assert set(citing.OF_TYPE) - {"Dataset", "dict"} <= there
    assert set(THERMOMETERS) == set(citing._OF_INSTRUMENT)
    assert {*RULES, rbm_flow.FLOW_NAMES["sampled"]} == set(citing._OF_FLOW)


@pytest.mark.parametrize("name", list(ALGORITHMS))
def test_every_algorithm_has_its_sources(name):
    chains = 64 if name.startswith("multi") else 2
    names = sl.sample(SQUARE, 3.0, 4, chains=chains, warmup=4, algorithm=name).attrs["algorithm"]
    assert citing._OF_ALGORITHM[names]


@pytest.mark.parametrize(
    ("model", "algorithm", "keys"),
    [
        (SQUARE, "auto", {"SwendsenWang1987"}),
        (LONG, "auto", {"SwendsenWang1987", "FukuiTodo2009", "Ewald1921"}),
        (LONG, "wolff", {"Wolff1989", "LuijtenBlote1995", "Ewald1921"}),
        (sl.IsingModel((4, 4), sl.PowerLaw(1.2, images="minimum")), "clock", {"Michel2019"}),
    ],
)  # fmt: skip
def test_datasets_by_algorithm_and_coupling(model, algorithm, keys):
    data = sl.sample(model, 7.0, 8, algorithm=algorithm)
    assert used(data) == keys | {"Sokal1997", "Gelman2013"}


def test_exchange_bins_and_reweighting():
    data = sl.sample(SQUARE, [3.0, 4.0], 8, algorithm="metropolis", exchange=True)
    assert used(data) >= {"Metropolis1953", "HukushimaNemoto1996"}
    bins = sl.sample(SQUARE, 3.0, 8, series=False)
    assert used(bins) >= {"FlyvbjergPetersen1989"}
    curves = sl.reweight(sl.sample(SQUARE, [2.4, 2.6], 200), [2.5])
    assert used(curves) == {"FerrenbergSwendsen1989", "Binder1981"}


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ({}, {"Hinton2002"}),
        ({"persistent": True, "averaging": 0.5}, {"Tieleman2008", "Polyak1992"}),
        ({"persistent": "growing", "optimizer": "natural"}, {"Hinton2002", "Tieleman2008", "Amari1998"}),
        ({"optimizer": "adam"}, {"Hinton2002", "Kingma2015"}),
        ({"persistent": True, "replicas": 3}, {"Tieleman2008", "Desjardins2010", "HukushimaNemoto1996"}),
        ({"exact_gradient": True}, set()),
        ({"track": "ais"}, {"Hinton2002"} | AIS),
    ],
)
def test_machines_by_what_trained_them(options, keys):
    assert used(sl.RBM(4, **options)) == keys | {"Smolensky1986"}


def test_machines_whose_weights_were_given_and_stacks():
    assert used(sl.RBM.from_weights(np.eye(4))) == {"Smolensky1986"}
    network = sl.AutoregressiveNetwork(2, averaging=0.0)
    assert used(network) == {"Larochelle2011", "Kingma2015"}
    assert used(network.set_params(n_hidden=0, averaging=0.1)) == {"Frey1996", "Kingma2015", "Polyak1992"}
    stack = sl.StackedRBM((4, 2), epochs=1, persistent=True).fit(STATES)
    assert used(stack) == {"Smolensky1986", "Tieleman2008"}


def test_critical_points_by_their_class():
    point = sl.find_critical_point(sl.NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
    assert used(point) == ANALYSIS
    law = replace(point, regime="long-range", coupling_document=named_document(sl.PowerLaw(1.2)))
    assert used(law) == ANALYSIS | {"FukuiTodo2009", "Ewald1921", "FisherMaNickel1972"}
    nearest = replace(law, coupling_document=named_document(sl.PowerLaw(1.2, images="minimum", cell="integrated")))
    assert used(nearest) == ANALYSIS | {"FukuiTodo2009", "LuijtenBlote1997", "FisherMaNickel1972"}


def test_whoever_drew_own_data_is_not_known():
    point = sl.find_critical_point(sl.NearestNeighbour(), (4, 6, 8), draws=2000, seed=1)
    assert used(replace(point, made_from="table")) == ANALYSIS - {"SwendsenWang1987", "FerrenbergSwendsen1989"}
    assert used(replace(point, made_from="series")) == ANALYSIS - {"SwendsenWang1987"}


def test_flows_exponents_and_gaps():
    states = STATES.reshape(-1, 4, 4).astype(np.int8)
    assert used(sl.block_spin_flow(states, 1, rule="kadanoff", p=1.0)) == {"Kadanoff1966", "KadanoffHoughton1975"}
    assert used(sl.rbm_flow(sl.RBM.from_weights(np.eye(16)), states, 1)) == {"Iso2018"}
    assert used(Trajectory("rest", (0,), (states,))) == set()
    assert used(sl.mcrg.__globals__["MCRG"]((), 1, 0.5)) == {"Swendsen1979", "Pawley1984"}
    gap = Gap(sl.Estimate(0.1, 0.1), sl.Estimate(0.2, 0.1), "overlap", GibbsTime(5.0, 1.0), 16)
    assert used(gap) == {"Bennett1976"}


def test_instruments_and_comparisons():
    grid = [1.5, 2.0, 2.5, 3.0, 4.0]
    instruments = sl.calibrate_instruments(SQUARE, grid, names=("energy", "pseudo_likelihood"), samples=100)
    besides = {"Besag1975", "Godambe1960"}
    assert used(instruments) == besides | {"Mardia1970"}
    assert used(instruments["energy"]) == set()
    assert used(instruments.read(STATES.reshape(-1, 4, 4))) == besides
    assert used(FlowComparison([{"instrument": "xi"}], [])) == {"Iso2018", "Cooper1982", "Mardia1970"}


def test_results_of_a_study(made_up_study, tmp_path):
    results, _ = made_up_study(1)
    recipe = {"persistent": False, "optimizer": "sgd", "phases": [{}, {"persistent": True, "optimizer": "natural"}]}
    results["study"] = {
        "models": [{"coupling": "power-law", "sigma": 1.2}], "machines": {"recipes": [recipe]},
        "controls": {"kinds": ["exact"]}, "flows": {"rules": ["majority"]},
    }  # fmt: skip
    expected = {
        "Ewald1921", "Hinton2002", "Tieleman2008", "Amari1998", "Fisher1959", "Kadanoff1966", "Iso2018", "Guo2017",
    }  # fmt: skip
    assert used(results) >= ANALYSIS | expected
    (tmp_path / "results.json").write_text(json.dumps(results))
    assert sl.cite(tmp_path / "results.json") == sl.cite(results)
    assert used({"study": None, "models": None}) >= ANALYSIS


def test_paths_of_machines(tmp_path, spinlens, capsys):
    machine = sl.RBM(4, epochs=1, optimizer="adam").fit(STATES)
    machine.save(tmp_path / "machine")
    assert spinlens("cite", tmp_path / "machine") == 0
    said = capsys.readouterr().out
    assert said == sl.cite(machine)
    assert "@article{Kingma2015," in said
    (tmp_path / "run.json").write_text('{"command": "train"}')
    assert used(tmp_path) == used(machine) | AIS


@pytest.mark.parametrize("result", [np.ones((4, 4)), sl.Estimate(1.0, 0.1), {"a": 1}, {}])
def test_what_says_nothing_of_its_making_is_refused(result):
    with pytest.raises(InputError, match=r"give what it was made with|no results of a study"):
        sl.cite(result)


def test_a_dataset_of_others_is_refused():
    data = sl.sample(SQUARE, 3.0, 8)
    with pytest.raises(InputError, match="what it was drawn from"):
        sl.cite(data.drop_attrs())
