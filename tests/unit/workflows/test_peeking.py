"""What a study has found so far: all of it when it is finished, less before, and the folder is left as it is."""

from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from made_up_pages import undrawn
from spinlens.cli.app import app
from spinlens.errors import StudyError
from spinlens.report.pages import study as pages
from spinlens.study.storage.catalogue import FILENAME
from spinlens.workflows.interim_report import interim_report
from spinlens.workflows.opening import open as opened
from spinlens.workflows.peeking import peek


@pytest.fixture
def folder(old_study):
    return old_study


def remove(folder, *patterns):
    """Take away the artefacts that a run has not made yet."""
    for pattern in patterns:
        found = list((folder / "artefacts").glob(pattern))
        assert found
        for path in found:
            path.unlink()


def listing(folder):
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


def test_a_finished_study_is_not_interim(folder):
    found = peek(folder)
    assert found.finished
    assert found.results == json.loads((folder / "results.json").read_text())
    assert "INTERIM" not in found.text


def test_before_the_last_task_it_says_what_results_will(folder):
    known = json.loads((folder / "results.json").read_text())
    remove(folder, "results/*")
    (folder / "results.json").unlink()
    before = listing(folder)
    found = peek(folder)
    assert (found.done, found.finished) == (found.total - 1, False)
    for name, model in known["models"].items():
        for part in ("label", "critical", "reference", "equilibrium", "thermometers", "machines", "localization"):
            assert found.results["models"][name][part] == model[part]
    assert found.document()["interim"] is True
    said = found.text
    assert f"{found.done} of {found.total} tasks done, INTERIM" in said
    assert "So far: " in said
    assert listing(folder) == before
    with pytest.raises(StudyError, match=f"spinlens study peek {folder} says what there is"):
        opened(folder)


def test_a_mixture_is_said_before_it_is_finished(folder, monkeypatch):
    """The catalogue knows what has worked on a study; results.json said so at its end only."""
    monkeypatch.setattr(pages, "FIGURES", tuple(map(undrawn, pages.FIGURES)))  # it is read for its words
    remove(folder, "results/*")
    (folder / "results.json").unlink()
    assert "A mixture" not in peek(folder).text
    about = json.loads((folder / FILENAME).read_text())
    makes = [{"numpy": "1.26.4", "cpu": "an older one"}, {"numpy": "2.4.0", "cpu": "this one"}]
    (folder / FILENAME).write_text(json.dumps({**about, "made_with": makes}))
    found = peek(folder)
    assert found.document()["made_with"] == makes
    assert re.search("A mixture, computed .*: numpy 1.26.4 and 2.4.0, cpu an older one and this one", found.text)
    page, _ = interim_report(folder)
    assert "Parts of this were computed with different libraries" in page.read_text()


def test_machines_come_as_their_flows_end_and_models_as_their_critical_points_are_known(folder):
    remove(folder, "results/*")
    whole = peek(folder).results["models"]
    ((name, model),) = whole.items()
    first = model["machines"][0]
    remove(folder, f"end/{name}.{first['recipe']}.{first['number']}-*")
    ((_, fewer),) = peek(folder).results["models"].items()
    assert fewer["machines"] == model["machines"][1:]
    remove(folder, f"reference/{name}-*")
    ((_, early),) = peek(folder).results["models"].items()
    assert early["critical"] == model["critical"]
    assert "machines" not in early
    remove(folder, f"critical/{name}-*")
    assert peek(folder).results["models"] == {}
    assert {claim["outcome"] for claim in peek(folder).results["claims"]} == {"undecided"}


def test_the_command_prints_it(folder):
    remove(folder, "results/*")
    said = CliRunner().invoke(app, ["study", "peek", str(folder)]).stdout
    assert said == f"{peek(folder).text}\n"
    document = json.loads(CliRunner().invoke(app, ["study", "peek", str(folder), "--json"]).stdout)
    assert document["interim"] is True
    done = CliRunner().invoke(app, ["study", "peek", str(folder.parent)])
    assert "not a study folder" in str(done.exception)
