"""`spinlens report`: words, whose claims they are, and a good answer where there is no study."""

import json

import pytest

from spinlens.cli.report import SOURCE
from spinlens.errors import InputError
from spinlens.workflows import reproduce as workflow


@pytest.fixture
def folder(old_study, monkeypatch):
    monkeypatch.setattr("spinlens.study.storage.catalogue.package_version", lambda: "99.0")
    monkeypatch.setattr(
        workflow, "write_report", lambda values, data, path, provenance, bibtex: path.write_text("a page")
    )
    return old_study


def test_a_page_elsewhere_leaves_the_folder_as_it_is(shell, folder, tmp_path):
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    said = shell("report", folder, "-o", tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text() == "a page"
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    *lines, source, page, numbers = said.splitlines()
    assert source == SOURCE
    assert page == f"report: {tmp_path / 'page.html'}"
    assert numbers == f"numbers: {folder / 'results.json'}"
    assert lines == workflow.findings(json.loads((folder / "results.json").read_text()), folder)
    with pytest.raises(InputError, match="exists; choose another --out"):
        shell("report", folder, "-o", tmp_path / "page.html")


def test_findings_come_as_json(shell, folder, tmp_path):
    document = json.loads(shell("report", folder, "-o", tmp_path / "page.html", "--json"))
    assert set(document["claims"]) >= {"A", "B", "C", "D", "E", "F", "G"}
    assert document["findings"]


def test_the_folder_of_a_training_says_where_its_page_is(shell, tmp_path):
    (tmp_path / "machine").mkdir()
    (tmp_path / "machine" / "run.json").write_text(json.dumps({"command": "train", "arguments": {}}))
    with pytest.raises(InputError, match=r"made by spinlens train, which wrote its page with it: .*machine/index.html"):
        shell("report", tmp_path / "machine")
