import pytest

from spinlens.errors import InputError
from spinlens.report.interactive.take import KINDS
from spinlens.report.pages.figure_files import MODULES, illustrations, panels, write_pdfs
from spinlens.report.pages.study import draw_all


def test_figures_are_found_by_the_names_of_their_downloads(made_up_study):
    results, data = made_up_study(0)
    found = panels(illustrations(results, data, ["crossings", "maps"]))
    assert list(found) == ["crossings", "maps"]
    assert len(found["maps"]) == 2


def test_every_module_is_called_as_its_figure_is():
    assert list(draw_all({}, {})) == [name for name in MODULES if name != "along-sigma"]
    assert set(draw_all({"map": {"places": []}}, {})) == set(MODULES)
    assert set(KINDS) < set(MODULES)


def test_an_unknown_name_is_answered_with_those_there_are():
    with pytest.raises(InputError, match=r"no figure 'crossing'; there are .*crossings"):
        illustrations({}, {}, ["crossing"])


def test_pdfs_are_the_same_bytes_each_time_and_only_of_what_is_drawn(made_up_study, tmp_path):
    results, data = made_up_study(0)
    few = {key: value for key, value in data.items() if key.startswith("maps/")}
    written = write_pdfs({**results, "models": {}}, few, tmp_path / "none")
    assert written == []
    models = {"nearest-neighbour": {**results["models"]["nearest-neighbour"], "machines": [], "flows": []}}
    first, second = (write_pdfs({**results, "models": models}, few, tmp_path / name) for name in ("a", "b"))
    assert "maps" in [path.stem for path in first]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert first[-1].read_bytes().startswith(b"%PDF")
