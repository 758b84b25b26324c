"""Studies of other versions: those of format 1 are refused in one sentence, those of this format are found by name.

`data/study_format_1.zip.xz` is the export of a tiny study of spinlens 0.1.0, whose machines were judged by their late
gain. A later format gets a file of its own beside it.
"""

import json
import lzma
from pathlib import Path

import pytest
import toy_tasks
from typer.testing import CliRunner

from spinlens.cli import app as cli
from spinlens.errors import ArtefactError, StudyError
from spinlens.study.planning.contents import catalogue
from spinlens.study.running.runner import run
from spinlens.study.storage import archive, inspection
from spinlens.study.storage import catalogue as noted
from spinlens.study.storage.catalogue import FILENAME, Catalogue
from spinlens.study.storage.codec import decode, encode
from spinlens.study.storage.store import StudyFolder
from spinlens.workflows import reproduce as workflow

PACKED = Path(__file__).parents[1] / "data" / "study_format_1.zip.xz"


@pytest.fixture
def earlier(tmp_path):
    """The study of format 1, unpacked."""
    (tmp_path / "earlier.zip").write_bytes(lzma.decompress(PACKED.read_bytes()))
    archive.unpack(tmp_path / "earlier.zip", tmp_path / "earlier")
    return tmp_path / "earlier"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A study of this format before the eyes of a later version."""
    run(toy_tasks.study(), tmp_path / "study")
    monkeypatch.setattr(noted, "package_version", lambda: "99.0")
    return tmp_path / "study"


@pytest.mark.parametrize("use", [workflow.report, lambda path: run(toy_tasks.study(), path)])
def test_a_study_of_format_1_is_refused_and_left_alone(earlier, use):
    before = {path: path.read_bytes() for path in earlier.rglob("*") if path.is_file()}
    with pytest.raises(StudyError, match=r"earlier spinlens \(format 1, this one reads 2\).*in another folder"):
        use(earlier)
    assert {path: path.read_bytes() for path in earlier.rglob("*") if path.is_file()} == before
    said = CliRunner().invoke(cli.app, ["study", "status", str(earlier)])
    assert isinstance(said.exception, StudyError)


def test_an_artefact_of_format_1_is_refused():
    suffix, content = encode({"a": 1})
    assert decode(suffix, content) == {"a": 1}
    with pytest.raises(ArtefactError, match="this spinlens reads format 2"):
        decode(suffix, content.replace(b'"format": 2', b'"format": 1'))


def test_every_result_of_this_format_is_found_and_sound(folder):
    contents = catalogue(StudyFolder(folder))
    state = inspection.verify(StudyFolder(folder), contents)
    assert not contents.current
    assert len(state.done) == len(toy_tasks.study())
    assert (state.missing, state.damaged, state.stale) == ((), {}, ())
    said = CliRunner().invoke(cli.app, ["study", "status", str(folder)]).output
    assert f"{len(state.done)} done" in said


def test_without_its_catalogue_nothing_of_it_is_taken_for_ours(folder, monkeypatch):
    """The twin: keys drawn by another version name none of these files."""
    monkeypatch.setattr("spinlens.study.definition.tasks.package_version", lambda: "99.0")
    count = len(toy_tasks.study())
    state = inspection.survey(StudyFolder(folder), Catalogue.of(toy_tasks.study()))
    assert (len(state.done), len(state.stale)) == (0, count)


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"spinlens": 1}', '{"spinlens": "0.0", "checkpoints": [], "keys": {"../a": "b"}}']
)
def test_a_catalogue_that_cannot_be_used_is_as_none(folder, text):
    (folder / FILENAME).write_text(text)
    assert noted.noted(StudyFolder(folder)) is None


def test_a_catalogue_comes_back_as_it_was(folder):
    contents = catalogue(StudyFolder(folder))
    assert Catalogue(**json.loads(contents.text(), object_hook=_renamed)) == contents


def _renamed(found):
    if "keys" not in found:
        return found
    return {"version": found["spinlens"], "keys": found["keys"], "checkpoints": tuple(found["checkpoints"])}
