"""The page: complete, the same every time, honest about what is missing, and safe with any text."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
import xarray as xr

from made_up_pages import undrawn
from spinlens.plot import style
from spinlens.report.figures import (
    answer,
    calibration,
    coarse_graining,
    correlations,
    crossings,
    dimensions,
    fixed_points,
    flow_ends,
    flow_snapshots,
    flow_temperatures,
    gap_effects,
    layers,
    learned_couplings,
    maps,
    receptive_fields,
    snapshots,
    training_sets,
)
from spinlens.report.pages import study as pages
from spinlens.report.pages.study import FIGURES, render, write_report
from spinlens.study.claims import judge_all

SHOWN_IN = {
    "critical": (crossings,),
    "snapshots": (snapshots,),
    "thermometers": (calibration,),
    "flow": (flow_temperatures, flow_snapshots),
    "correlation": (correlations,),
    "maps": (maps, receptive_fields),
}


IN_PART = (answer,)  # drawn from the numbers of machines and from those of layers
OF_NUMBERS = {
    "machines": (gap_effects, flow_ends, training_sets, dimensions, learned_couplings),
    "coarse": (coarse_graining,),
    "fixed_points": (fixed_points,),
}


RUNS = {"runs": [{"host": "somewhere", "started": "2026-11-26T23:06:18+00:00", "wall_seconds": 60.0, "workers": 2}]}
BIBTEX = "@article{Ising1925,\n  author = {Ising, Ernst},\n  title = {Beitrag},\n  year = {1925},\n  eprint = {1}\n}\n"


@pytest.fixture(scope="module")
def study(made_up_study: Any) -> tuple[dict[str, Any], dict[str, xr.Dataset]]:
    results, data = made_up_study(0)
    results["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(results)]
    return results, data


@pytest.fixture(scope="module")
def page(study: tuple[dict[str, Any], dict[str, xr.Dataset]]) -> str:
    return render(*study, RUNS, bibtex=BIBTEX)


@pytest.fixture
def undrawn_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages from here on are words: the drawings, which take nine tenths of the time, are left out."""
    monkeypatch.setattr(pages, "FIGURES", tuple(map(undrawn, FIGURES)))


@pytest.mark.usefixtures("undrawn_figures")
def test_a_mixture_is_said(study: tuple[dict[str, Any], dict[str, xr.Dataset]]) -> None:
    results, data = only_one_model(*study)
    for makes, said in (([{"cpu": "a"}], False), ([{"cpu": "a"}, {"cpu": "b"}], True)):
        text = render(results | {"made_with": makes}, data)
        assert ("computed with different libraries" in text) == said


def only_one_model(
    results: dict[str, Any], data: dict[str, xr.Dataset]
) -> tuple[dict[str, Any], dict[str, xr.Dataset]]:
    models = {"power-law": results["models"]["power-law"]}
    return results | {"models": models}, {key: values for key, values in data.items() if key.endswith("/power-law")}


def test_every_figure_is_numbered_drawn_and_says_what_to_see(page: str) -> None:
    for number in range(1, len(FIGURES) + 1):
        assert f"<b>Figure {number}.</b>" in page
    assert page.count("What to see") == len(FIGURES)
    assert page.count('<svg role="img" aria-label=') == page.count("<svg ") > 2 * len(FIGURES)
    assert "No data in this study" not in page


def test_it_shows_verdicts_rules_numbers_and_provenance(page: str, study: Any) -> None:
    for claim in study[0]["claims"]:
        assert f'id="claim-{claim["id"]}"' in page
    assert page.count("<b>Rule.</b>") == len(study[0]["claims"]) == 8
    assert page.count('<p class="rule"><b>What would decide it.</b>') == sum(
        bool(claim["decides"]) for claim in study[0]["claims"]
    )
    assert "nearest neighbour, redrawn" in page[page.index('id="gate"') :]
    assert "somewhere" in page
    assert "spinlens reproduce --study study.toml" in page
    assert "2026-11-26 23:06:18 UTC" in page


@pytest.mark.usefixtures("undrawn_figures")  # the page with its drawings is made before
def test_it_says_how_it_was_done_what_words_mean_and_what_it_rests_on(page: str, study: Any) -> None:
    for name in ("methods", "glossary", "references"):
        assert f'<section id="{name}"' in page
    assert '<a href="https://arxiv.org/abs/1">E. Ising, Beitrag (1925), arXiv:1</a>' in page
    assert 'download="spinlens.bib"' in page
    assert '<section id="references"' not in render(*study)


def test_ids_are_unique_and_nothing_is_loaded(page: str) -> None:
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'url\(#([^)]+)\)|href="#([^"]+)"', page)) <= {(i, "") for i in ids} | {("", i) for i in ids}
    assert not re.search(r'(?:src|href)="(?!#|data:|https://arxiv\.org/abs/|study\.toml"|results\.json")', page)
    assert "@import" not in page


def test_the_same_study_gives_the_same_bytes_and_matplotlib_is_left_alone(page: str, study: Any) -> None:
    before = dict(mpl.rcParams)
    assert render(*study, RUNS, bibtex=BIBTEX) == page
    assert dict(mpl.rcParams) == before


def test_pyplot_is_never_imported() -> None:
    code = (
        "import sys, spinlens.report.pages.study as page\nfrom spinlens.plot import style\n"
        "from spinlens.report import layout\nwith style.context(): layout.grid()[0]\n"
        "sys.exit('matplotlib.pyplot' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(("kind", "figures"), SHOWN_IN.items())
def test_a_missing_dataset_or_variable_is_said(kind: str, figures: tuple[ModuleType, ...], study: Any) -> None:
    results, data = study
    without = {key: values for key, values in data.items() if key != f"{kind}/power-law"}
    emptied = data | {f"{kind}/power-law": xr.Dataset()}
    for module in figures:
        for lacking in (without, emptied):
            with style.context():
                picture = module.illustration(results, lacking)
            assert picture.missing == ("power law σ = 1.2",)
            assert picture.panels


@pytest.mark.parametrize(("key", "figures"), OF_NUMBERS.items())
def test_missing_numbers_are_said(key: str, figures: tuple[ModuleType, ...], study: Any) -> None:
    results, data = study
    lacking = {**results["models"], "power-law": {**results["models"]["power-law"], key: None}}
    for module in figures:
        with style.context():
            picture = module.illustration(results | {"models": lacking}, data)
        assert picture.missing == ("power law σ = 1.2",)
        assert picture.panels


def test_layers_show_what_there_is(study: Any) -> None:
    results, data = study
    for kind, shown in (("rg", ["stack"]), ("stack", ["majority blocks", "average blocks"])):
        with style.context():
            picture = layers.illustration(results, {k: v for k, v in data.items() if not k.startswith(kind)})
        assert picture.missing == ()
        titles = [axes.get_title() for axes in picture.panels[0].figure.axes if axes.get_title()]
        assert titles == shown


def test_no_data_at_all(study: Any) -> None:
    page = render(study[0], {})
    of_numbers = len(IN_PART) + sum(len(modules) for modules in OF_NUMBERS.values())
    said = page.count("No data in this study for nearest neighbour and power law σ = 1.2.")
    assert said == len(FIGURES) - of_numbers
    assert "No data in this study." in render({}, {})
    assert "This study has no verdicts." in render({"models": None, "claims": None}, {}, None)


def test_results_of_nulls(study: Any) -> None:
    results, data = study
    bare = {"models": {name: dict.fromkeys(model) for name, model in results["models"].items()}}
    assert "No machines." in render(bare, {key: data[key] for key in ("critical/power-law", "stack/power-law")})


def test_data_of_nans(study: Any) -> None:
    results, data = only_one_model(*study)

    def blank(values: xr.Dataset) -> xr.Dataset:
        return values.map(lambda v: v.copy(data=np.full_like(v, np.nan)) if v.dtype.kind == "f" else v, keep_attrs=True)

    assert "<svg" in render(results, {key: blank(values) for key, values in data.items()})


def test_text_is_escaped(made_up_study: Any) -> None:
    results, data = only_one_model(*made_up_study(0))
    evil = "<script>alert('x')</script>"
    results["models"]["power-law"]["label"] = evil
    data["flow/power-law"] = data["flow/power-law"].assign_coords(recipe=[evil, "a", "b"]).isel(recipe=[0])
    results["study"]["name"] = evil
    results["claims"] = [{"id": "A", "claim": evil, "rule": evil, "outcome": evil, "because": evil, "evidence": [{}]}]
    for model in results["models"].values():
        for entry in model["machines"] + model["flows"]:
            entry["recipe"] = evil
    runs = {"runs": [{"host": evil, "command": evil}]}
    page = render(results, data, runs, bibtex=f"@book{{a,\n  title = {{{evil}}}\n}}")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_writing_replaces_the_file_whole_or_not_at_all(tmp_path: Path, study: Any, monkeypatch: Any) -> None:
    path = tmp_path / "report.html"
    path.write_text("old")
    with pytest.raises(OSError, match="nowhere"):
        write_report({}, {}, tmp_path / "nowhere" / "report.html")
    write_report({}, {}, path)
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]
