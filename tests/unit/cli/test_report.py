"""`spinlens report`: words, whose claims they are, and a good answer where there is no study."""

import json
import lzma
from pathlib import Path

import pytest

from spinlens.cli.report import SOURCE
from spinlens.errors import InputError
from spinlens.study.storage import archive
from spinlens.workflows import reproduce as workflow

PACKED = Path(__file__).parents[2] / "data" / "study_format_2.zip.xz"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "study.zip").write_bytes(lzma.decompress(PACKED.read_bytes()))
    archive.unpack(tmp_path / "study.zip", tmp_path / "study")
    monkeypatch.setattr("spinlens.study.storage.catalogue.package_version", lambda: "99.0")
    monkeypatch.setattr(
        workflow, "write_report", lambda values, data, path, provenance, bibtex: path.write_text("a page")
    )
    return tmp_path / "study"


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
