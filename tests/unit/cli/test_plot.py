"""`spinlens plot`: a file decides which figures it has, names choose among them, nothing is replaced unasked."""

from dataclasses import replace

import numpy as np
import pytest

from spinlens import NearestNeighbour, find_critical_point
from spinlens.cli.choices import FIGURES
from spinlens.errors import InputError
from spinlens.lattice.trajectory import Trajectory
from spinlens.machines.rbm import RBM
from spinlens.workflows import drawing, opening
from spinlens.workflows.drawing import Wanted, draw


def test_names_are_those_that_can_be_drawn():
    assert set(FIGURES) == set(drawing.FIGURES)


@pytest.mark.parametrize(
    ("figure", "label"),
    [
        (None, "specific heat"),
        ("reweighted", "specific heat"),
        ("series", "energy"),
        ("autocorrelation", "ρ"),
        ("states", ""),
        ("correlation", "G(r)"),
    ],
)
def test_a_run_is_drawn(run_file, figure, label):
    ax = draw(opening.open(run_file), figure, Wanted(temperature=2.4))
    assert label in ax.get_ylabel() + ax.get_title()


def test_the_quantity_is_chosen(run_file):
    ax = draw(opening.open(run_file), None, Wanted(quantity="binder"))
    assert "U" in ax.get_ylabel()


def test_a_machine_is_drawn():
    machine = RBM.from_weights(np.random.default_rng(0).normal(size=(16, 5)))
    assert drawing.figures_of(machine)[0] == "weights"
    assert "weight" in draw(machine).get_xlabel()
    assert len(draw(machine, "receptive-fields").images) > 0
    with pytest.raises(InputError, match="no square lattice: give its sides with --shape"):
        draw(RBM.from_weights(np.ones((8, 2))), "receptive-fields")


def test_a_critical_point_is_drawn_with_its_curves_where_it_has_them():
    point = find_critical_point(NearestNeighbour(), (4, 6, 8), draws=1000, points=3, progress=False)
    of_numbers = ("drift", "residuals", "error-budget", "influence")
    assert drawing.figures_of(point) == ("crossings", "collapse", *of_numbers)
    assert [draw(point, name).get_xlabel() != "" for name in of_numbers] == [True] * 4
    assert "known $T_c$" in draw(point).get_legend_handles_labels()[1]
    assert drawing.figures_of(replace(point, curves={})) == of_numbers


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
def test_figures_are_written(shell, flat_file, tmp_path, suffix):
    assert shell("plot", flat_file, "-o", tmp_path / f"a.{suffix}").startswith("written to")
    head = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[suffix]
    assert (tmp_path / f"a.{suffix}").read_bytes().startswith(head)
    with pytest.raises(InputError, match="exists; choose another --out or add --force"):
        shell("plot", flat_file, "-o", tmp_path / f"a.{suffix}")


def test_a_flow_becomes_a_movie(shell, tmp_path):
    states = np.where(np.random.default_rng(0).random((2, 1, 4, 4)) < 0.5, 1, -1).astype(np.int8)
    Trajectory("blocks", (0, 1), tuple(states)).save(tmp_path / "flow.npz")
    shell("plot", tmp_path / "flow.npz", "-o", tmp_path / "flow.gif")
    assert (tmp_path / "flow.gif").read_bytes().startswith(b"GIF")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "-F", "weights"), "a run at several temperatures, of which reweighted, series"),
        (("run", "-F", "series"), r"choose one of \[2.4, 2.8\] with --temperature"),
        (("run", "-F", "series", "-T", 3), "no temperature 3"),
        (("run", "-F", "pie"), "--figure must be one of series"),
        (("flat", "-o", "a.doc"), "figures are written as .png, .svg, .pdf"),
        (("flat", "--shape", "8by8"), "--shape must be sides joined by x"),
    ],
)
def test_mistakes_are_said(shell, run_file, flat_file, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    file, *rest = arguments
    with pytest.raises(InputError, match=message):
        shell("plot", {"run": run_file, "flat": flat_file}[file], *rest)
    assert list(tmp_path.iterdir()) == []
