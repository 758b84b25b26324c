"""The lines of Python below every figure of three pages run, and draw what the page shows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.axes import Axes

from made_up_pages import flow_document
from spinlens import RBM, NearestNeighbour, find_critical_point, receptive_fields, spectrum
from spinlens.files.plain import plain
from spinlens.plot import style
from spinlens.report.figures import learning, scaling
from spinlens.report.interactive.take_flow import of_flow
from spinlens.report.interactive.take_pages import of_point, of_training
from spinlens.report.pages.flow import figures
from spinlens.statistics.estimate import Estimate

Marks = set[tuple[Any, ...]]
KNOWN = Estimate(2.269185314, 0.0)


def marks(axes: Iterable[Axes]) -> Marks:
    """Everything that these axes show of the data: lines, bars, images."""
    found: Marks = set()
    for ax in axes:
        found |= {tuple(np.round(line.get_xydata(), 9).ravel().tolist()) for line in ax.lines}
        found |= {tuple(np.round(bar.get_bbox().extents, 9).tolist()) for bar in ax.patches if hasattr(bar, "get_bbox")}
        found |= {tuple(np.round(np.ma.filled(image.get_array(), 9), 9).ravel().tolist()) for image in ax.images}
    return {mark for mark in found if not any(np.isnan(mark))}


@pytest.fixture
def drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """`drawn(lines)`: what the lines draw, run in `tmp_path`."""
    plt = pytest.importorskip("matplotlib.pyplot")
    monkeypatch.chdir(tmp_path)

    def run(lines: str) -> Marks:
        plt.close("all")
        with mpl.rc_context():
            exec(compile(lines, "lines of a page", "exec"), {})
        assert list(tmp_path.glob("*.pdf"))
        return marks(ax for number in plt.get_fignums() for ax in plt.figure(number).axes)

    yield run
    plt.close("all")


def shown(parts: Sequence[Any]) -> Marks:
    return marks(ax for figure in parts for ax in figure.axes)


def same(made: Marks, page: Marks) -> None:
    """All of the page's marks are made; what more is made are frames of keys and bars of colours."""
    assert page
    assert page <= made


@pytest.mark.parametrize("section", ["end", "flows", "controls", "paths", "fields", "layers"])
def test_lines_of_a_flow(section: str, drawn: Any, tmp_path: Path) -> None:
    document = flow_document()
    (tmp_path / "results.json").write_text(json.dumps(document))
    prefix = {"flows": "flow-0", "paths": "flow-1", "controls": "ends-", "fields": "field-"}
    with style.context():
        every = figures(document)
    own = [
        figure for name, (_, figure) in every.items() if name == section or name.startswith(prefix.get(section, "."))
    ]
    same(drawn(of_flow(document, every)[section].python), shown(own))


def test_lines_of_the_maps_of_a_flow(drawn: Any, tmp_path: Path) -> None:
    document = flow_document()
    (tmp_path / "results.json").write_text(json.dumps(document))
    made = drawn(of_flow(document, ["maps"])["maps"].python)
    values = np.array(document["maps"]["machine"]["connected"])
    assert tuple(np.round(values.T, 9).ravel().tolist()) in made


@pytest.fixture(scope="module")
def point() -> Any:
    return find_critical_point(NearestNeighbour(), (4, 6, 8), draws=800, points=3, progress=False)


@pytest.mark.parametrize("place", range(5))
def test_lines_of_a_critical_point(place: int, point: Any, drawn: Any, tmp_path: Path) -> None:
    point.save(tmp_path / "point.json")
    curves = [{"L": L, **plain(curve)} for L, curve in sorted(point.curves.items())]
    with style.context():
        picture = scaling.illustrations(plain(point), curves, KNOWN)[place]
    assert scaling.is_corrected(plain(point))
    takes = of_point(curves, KNOWN, corrected=True)
    same(drawn(takes[picture.name].python), shown([panel.figure for panel in picture.panels]))


@pytest.fixture(scope="module")
def trained() -> tuple[RBM, dict[str, Any], Any]:
    """A machine, what its page is drawn from, and its fields."""
    states = np.where(np.random.default_rng(0).random((200, 16)) < 0.7, 1, -1).astype(np.int8)
    machine = RBM(6, epochs=2, seed=0).fit(states)
    known = spectrum(machine)
    rows = [{"displacement": [0, r], "r": float(r), "learned": 0.3 / r, "true": 0.4 / r**3} for r in (1, 2)]
    history = [{"epoch": k, "weight_rms": 0.1 * k, "log_likelihood": -9.0 + k} for k in (1, 2)]
    judged = {"singular_values": known.values.tolist(), "noise_edge": float(known.noise_edge), "couplings": rows,
              "history": history}  # fmt: skip
    return machine, judged, receptive_fields(machine, (4, 4), 3)


@pytest.mark.parametrize("place", range(4))
def test_lines_of_a_training(place: int, trained: Any, drawn: Any, tmp_path: Path) -> None:
    machine, judged, fields = trained
    machine.save(tmp_path / "machine")
    (tmp_path / "results.json").write_text(json.dumps(judged))
    with style.context():
        picture = learning.illustrations(judged, fields)[place]
    same(drawn(of_training(judged, fields)[picture.name].python), shown([panel.figure for panel in picture.panels]))
