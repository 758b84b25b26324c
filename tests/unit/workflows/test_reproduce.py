"""The study from Python, around the runner: outputs are written once, kept while they stand, and drawn anew."""

from __future__ import annotations

import json

import pytest
from jinja2 import UndefinedError

from spinlens.errors import InputError, StudyError
from spinlens.progress import silent
from spinlens.study.planning.contents import catalogue
from spinlens.study.running.runner import Outcome
from spinlens.study.storage.store import StudyFolder
from spinlens.workflows import reproduce as workflow


@pytest.fixture
def folder(old_study, monkeypatch):
    """A finished study of an earlier version."""
    monkeypatch.setattr("spinlens.study.storage.catalogue.package_version", lambda: "99.0")
    return old_study


@pytest.fixture
def drawn(monkeypatch):
    """Counts the pages that are written, a line in place of each."""
    pages = []

    def write(values, data, path, provenance, bibtex):
        pages.append(sorted(data))
        path.write_text("a page")

    monkeypatch.setattr(workflow, "write_report", write)
    return pages


@pytest.fixture
def reproduce(folder, monkeypatch):
    """`reproduce` of the finished study, whose tasks the runner finds done; what the runner was asked."""
    study = StudyFolder(folder)
    results = study.results(catalogue(study).keys)
    asked = []

    def run(tasks, *arguments):
        *arguments, finish = arguments
        asked.append((len(tasks), *arguments))
        outcome = Outcome(study, results, tuple(task.name for task in tasks), {})
        with study.locked():
            finish(outcome)
        return outcome

    monkeypatch.setattr(workflow, "run", run)
    return lambda **named: (workflow.reproduce(str(folder / "study.toml"), folder, **named), asked)


def test_outputs_that_stand_are_left_alone(reproduce, folder, drawn):
    workflow.report_path(folder).write_text("mine")
    found, asked = reproduce(workers=2)
    assert found == json.loads((folder / "results.json").read_text())
    assert (workflow.report_path(folder).read_text(), drawn) == ("mine", [])
    ((tasks, *rest, files, mixed),) = asked
    assert not mixed
    assert tasks > 20
    assert rest == [folder, 2, None, silent]
    assert set(files) == {"study.toml"}


@pytest.mark.parametrize("damage", ["no report", "no results", "other results", "no JSON"])
def test_outputs_that_do_not_stand_are_written_anew(reproduce, folder, drawn, damage):
    results = folder / "results.json"
    known = json.loads(results.read_text())
    workflow.report_path(folder).write_text("mine")
    if damage == "no report":
        workflow.report_path(folder).unlink()
    elif damage == "no results":
        results.unlink()
    else:
        results.write_text({"other results": "{}", "no JSON": "{"}[damage])
    assert reproduce()[0] == known
    assert json.loads(results.read_text()) == known
    assert workflow.report_path(folder).read_text() == "a page"
    assert len(drawn) == 1
    assert all(name.endswith("/nn") for name in drawn[0])


def test_a_report_is_drawn_from_the_artefacts(folder, drawn, monkeypatch):
    known = json.loads((folder / "results.json").read_text())
    (folder / "results.json").unlink()
    assert workflow.report(folder) == known
    assert len(drawn) == 1


def test_what_is_no_study_is_said(tmp_path):
    with pytest.raises(InputError, match="no preset 'quik'; did you mean 'quick'"):
        workflow.reproduce("quik", tmp_path / "new")
    (tmp_path / "thesis.tex").write_text("mine")
    with pytest.raises(StudyError, match="not a study folder"):
        workflow.report(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_findings_are_lines_of_words_and_say_when_there_are_none():
    claims = [{"id": "A", "outcome": "supported"}, {"id": "G", "outcome": "undecided", "decides": "nn: 3 more seeds."}]
    first, second = workflow.findings({"claims": claims})
    assert first.endswith("as arXiv:2002.02664 says. [A supported]")
    assert second.endswith("is not decided. What would decide it: nn: 3 more seeds. [G undecided]")
    assert workflow.findings({}) == ["this study has no verdicts"]


@pytest.mark.parametrize("error", [KeyError("models"), TypeError("a list"), UndefinedError("'x' is undefined")])
def test_results_of_another_shape_are_said_in_one_sentence(folder, monkeypatch, error):
    """A stranger's study whose files are whole and whose numbers fit no page: a traceback."""

    def fail(*arguments):
        raise error

    monkeypatch.setattr(workflow, "figure_data", fail)
    with pytest.raises(StudyError, match=r"are not of the shape that this version draws \((KeyError|TypeError|Undef)"):
        workflow.report(folder)
