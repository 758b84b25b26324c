"""``spinlens study``: what is in a folder is said, checked, cleaned and packed, and bad input changes nothing."""

from pathlib import Path

import pytest

from spinlens.study.definition.tasks import task_keys
from spinlens.study.definition.toml_file import load_study, to_toml
from spinlens.study.stages import study_tasks
from spinlens.study.storage.codec import encode
from spinlens.study.storage.store import StudyFolder


@pytest.fixture
def study(tmp_path, monkeypatch):
    """A folder that holds an answer, any answer, to all tasks of the preset quick."""
    monkeypatch.chdir(tmp_path)
    spec = load_study("quick")
    with StudyFolder("study").locked() as folder:
        folder.write_text("study.toml", to_toml(spec))
        for name, key in task_keys(study_tasks(spec)).items():
            folder.write(name, key, *encode({"a": 1}))
        folder.write_json("results.json", {"a": 1})
    return tmp_path / "study"


def files(study):
    return sorted(path for path in (study / "artefacts").rglob("*.json"))


def test_a_finished_study_is_sound(spinlens, study, capsys):
    count = len(files(study))
    assert spinlens("study", "status", "study") == 0
    assert f"{count} done" in (said := capsys.readouterr().out)
    assert "0 missing, 0 damaged" in said
    assert spinlens("study", "verify", "study") == 0
    assert spinlens("study", "clean", "study") == 0
    assert capsys.readouterr().out.endswith("nothing to remove\n")


def test_nothing_is_touched_by_looking(spinlens, study):
    files(study)[0].write_text("x")
    before = {path: path.stat().st_mtime_ns for path in study.rglob("*")}
    spinlens("study", "status", "study")
    spinlens("study", "verify", "study")
    spinlens("study", "clean", "study")
    assert {path: path.stat().st_mtime_ns for path in study.rglob("*")} == before


def test_what_is_wrong_is_said_and_removed(spinlens, study, capsys):
    first, second, third, fourth = files(study)[:4]
    first.write_text("x")
    second.unlink()
    third.write_bytes(b"")
    stale = fourth.with_name("a-0123456789abcdef-0123456789abcdef.json")
    stale.write_text("{}")
    (study / "damaged").mkdir()
    (study / "damaged" / "old").write_text("x")
    (study / "artefacts" / "notes.txt").write_text("mine")
    (study / "results.json").write_text("{}")
    assert spinlens("study", "verify", "study") == 1
    said = capsys.readouterr().out
    assert f"{first.relative_to(study)} is damaged" in said
    assert f"{third.relative_to(study)} is empty" in said
    assert "artefacts/notes.txt is not an artefact of this study" in said
    assert "results.json is not what the study found" in said
    assert "3 missing, 3 damaged, 1 of other inputs" in said
    assert spinlens("study", "clean", "study") == 0
    said = capsys.readouterr().out
    assert "5 to remove" in said
    assert "add --yes" in said
    assert stale.exists()
    count = len(files(study))
    assert spinlens("study", "clean", "study", "--yes") == 0
    assert len(files(study)) == count - 3
    assert not any(path.exists() for path in (first, third, stale, study / "damaged", study / "artefacts/notes.txt"))
    assert fourth.exists()


def test_a_packed_study_opens_elsewhere(spinlens, study, capsys):
    assert spinlens("study", "export", "study") == 0
    first = Path("study.zip").read_bytes()
    assert spinlens("study", "export", "study", "--force", "--out", "study.zip") == 0
    assert Path("study.zip").read_bytes() == first
    assert spinlens("study", "unpack", "study.zip", "--out", "elsewhere") == 0
    assert spinlens("study", "verify", "elsewhere") == 0
    assert [path.name for path in files(Path("elsewhere"))] == [path.name for path in files(study)]


BAD = [
    (["status", "absent"], "absent is not a study folder"),
    (["status", "file"], "is a file, not a folder"),
    (["verify", "folder"], "not a study folder"),
    (["clean", "folder", "--yes"], "not a study folder"),
    (["status", "a\0b"], "null byte"),
    (["status"], "Missing argument 'DIR'"),
    (["export", "study"], "study.zip exists; choose another --out or add --force"),
    (["export", "study", "--out", "folder"], "folder is a folder"),
    (["export", "study", "--out", "absent/a.zip"], "the folder absent does not exist"),
    (["export", "bad"], "unknown key 'draws'"),
    (["status", "empty"], "has no study.toml"),
    (["unpack", "file"], "has no suffix"),
    (["unpack", "absent.zip"], "absent.zip"),
    (["unpack", "study.zip"], "study exists; choose another --out"),
    (["unpack", "study.zip", "--out", "new"], "is no archive of a study"),
    (["statu"], "No such command 'statu'"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[" ".join(arguments) for arguments, _ in BAD])
def test_bad_input_is_one_sentence(spinlens, tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "study.zip").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.tex").write_text("mine")
    for name in ("study", "bad", "empty"):
        with StudyFolder(name).locked() as folder:
            if name != "empty":
                folder.write_text("study.toml", "draws = 3" if name == "bad" else "")
    before = {path: path.read_bytes() if path.is_file() else None for path in sorted(tmp_path.rglob("*"))}
    assert spinlens("study", *arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("spinlens: ")
    assert said.err.count("\n") == 1
    assert message in said.err
    assert {path: path.read_bytes() if path.is_file() else None for path in sorted(tmp_path.rglob("*"))} == before
