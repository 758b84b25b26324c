"""A study that spinlens 0.1.0 packed (format 2) opens in every later version, with the numbers it had then.

`data/study_format_2.zip.xz` is the export of a tiny study of the nearest-neighbour lattice. It is never made anew: a
later format gets a file of its own beside it. Studies of format 1, whose machines were judged in other ways, are
refused in one sentence.
"""

import json
import lzma
from pathlib import Path

import numpy as np
import pytest
import toy_tasks
from typer.testing import CliRunner

from spinlens.cli import app as cli
from spinlens.errors import ArtefactError, StudyError
from spinlens.study.planning import contents
from spinlens.study.running.runner import run
from spinlens.study.stages.learning import load_machine, load_stack
from spinlens.study.storage import archive, catalogue, inspection
from spinlens.study.storage.catalogue import FILENAME, Catalogue
from spinlens.study.storage.codec import decode, encode
from spinlens.study.storage.store import MARKER, StudyFolder
from spinlens.workflows import reproduce as workflow

PACKED = Path(__file__).parents[1] / "data" / "study_format_2.zip.xz"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The study unpacked, before the eyes of a later version."""
    (tmp_path / "earlier.zip").write_bytes(lzma.decompress(PACKED.read_bytes()))
    archive.unpack(tmp_path / "earlier.zip", tmp_path / "study")
    monkeypatch.setattr(catalogue, "package_version", lambda: "99.0")
    return tmp_path / "study"


def test_every_result_is_found_and_sound(folder):
    found = contents.catalogue(StudyFolder(folder))
    state = inspection.verify(StudyFolder(folder), found)
    assert (found.version, found.current) == ("0.1.0", False)
    assert (len(state.done), state.missing, state.damaged, state.stale) == (26, (), {}, ())
    said = CliRunner().invoke(cli.app, ["study", "status", str(folder)]).output
    assert "made by spinlens 0.1.0" in said
    assert "26 done" in said


def test_the_numbers_are_those_of_then(folder):
    results = StudyFolder(folder).results(contents.catalogue(StudyFolder(folder)).keys)
    assert results["critical/nn"]["critical"]["temperature"]["value"] == pytest.approx(2.2407424124134527, abs=1e-12)
    machine = load_machine(results["machine/nn/phases/0"])
    states = results["ensemble/nn/L12"]["test"].values.reshape(-1, 144)
    assert set(np.unique(states)) == {-1, 1}
    assert machine.free_energy(states[:5]).sum() == pytest.approx(-89.73668636682206, rel=1e-6)
    assert [layer.n_hidden for layer in load_stack(results["stack/nn/0"]).layers_] == [36, 9]


def test_the_report_can_be_drawn_anew(folder):
    before = json.loads((folder / "results.json").read_bytes())
    assert workflow.report(folder) == before
    assert (folder / "report.html").stat().st_size > 100_000


@pytest.mark.parametrize("use", [workflow.report, lambda path: run(toy_tasks.study(), path)])
def test_a_study_of_format_1_is_refused_and_left_alone(folder, use):
    (folder / MARKER).write_text('{"spinlens_study": true, "format": 1}')
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(StudyError, match=r"earlier spinlens \(format 1, this one reads 2\).*in another folder"):
        use(folder)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_an_artefact_of_format_1_is_refused():
    suffix, content = encode({"a": 1})
    assert decode(suffix, content) == {"a": 1}
    with pytest.raises(ArtefactError, match="this spinlens reads format 2"):
        decode(suffix, content.replace(b'"format": 2', b'"format": 1'))


def test_without_its_catalogue_nothing_of_it_is_taken_for_ours(folder, monkeypatch):
    """The twin: keys drawn by another version name none of these files."""
    monkeypatch.setattr("spinlens.study.definition.tasks.package_version", lambda: "99.0")
    (folder / FILENAME).unlink()
    state = inspection.survey(StudyFolder(folder), contents.catalogue(StudyFolder(folder)))
    assert (len(state.done), len(state.stale)) == (0, 26)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"spinlens": 1}', '{"spinlens": "0.0", "checkpoints": [], "keys": {"../a": "b"}}']
)
def test_a_catalogue_that_cannot_be_used_is_as_none(folder, text):
    (folder / FILENAME).write_text(text)
    assert contents.catalogue(StudyFolder(folder)).version == "99.0"


def test_a_catalogue_comes_back_as_it_was(folder):
    found = contents.catalogue(StudyFolder(folder))
    assert Catalogue(**json.loads(found.text(), object_hook=_renamed)) == found


def _renamed(found):
    if "keys" not in found:
        return found
    tuples = {name: tuple(found[name]) for name in ("checkpoints", "made_with")}
    return {"version": found["spinlens"], "keys": found["keys"], **tuples}
