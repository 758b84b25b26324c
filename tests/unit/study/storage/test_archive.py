"""An archive of a study has the same bytes each time, opens elsewhere, and cannot do harm."""

import hashlib
import os
import shutil
import tracemalloc
import zipfile

import numpy as np
import pytest

from spinlens.errors import ArtefactError, StudyError
from spinlens.study.definition.tasks import Task, task_keys
from spinlens.study.storage.archive import SUMS, export, unpack
from spinlens.study.storage.catalogue import Catalogue
from spinlens.study.storage.codec import encode
from spinlens.study.storage.inspection import survey, verify
from spinlens.study.storage.store import StudyFolder

TASKS = [Task("sample/a.b/L8", "m:f", {"L": 8}), Task("machine/σ/0", "m:g", {"k": 1}, ("sample/a.b/L8",))]
KEYS = task_keys(TASKS)


@pytest.fixture
def study(tmp_path):
    with StudyFolder(tmp_path / "study").locked() as folder:
        for number, task in enumerate(TASKS):
            folder.write(task.name, KEYS[task.name], *encode({"a": np.full(3, number)}))
        folder.write("sample/other", "0" * 64, *encode({"a": 1}))
        folder.write_text("study.toml", "[study]\n")
        folder.write_text("report.html", "<script>alert(1)</script>")
    return folder


def pack(study, target):
    export(study, KEYS, survey(study, Catalogue.of(TASKS)), target)
    return target


def test_the_same_study_gives_the_same_bytes(study, tmp_path):
    one = pack(study, tmp_path / "one.zip").read_bytes()
    copy = StudyFolder(shutil.copytree(study.path, tmp_path / "copy"))
    assert pack(copy, tmp_path / "two.zip").read_bytes() == one
    with zipfile.ZipFile(tmp_path / "one.zip") as archive:
        names = archive.namelist()
    assert [name for name in names if "other" in name or "lock" in name] == []
    assert len(names) == 6


def test_it_opens_elsewhere_with_every_result_but_not_the_report(study, tmp_path):
    count, report = unpack(pack(study, tmp_path / "one.zip"), tmp_path / "elsewhere")
    state = verify(StudyFolder(tmp_path / "elsewhere"), Catalogue.of(TASKS))
    assert (count, report, len(state.done), state.missing, state.damaged) == (4, True, 2, (), {})
    assert not (tmp_path / "elsewhere" / "report.html").exists()
    assert not list(tmp_path.glob(".*partial"))


def test_a_damaged_result_is_not_packed(study, tmp_path):
    path = next(study.path.rglob("*L8*"))
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ArtefactError, match="is damaged"):
        pack(study, tmp_path / "one.zip")
    assert not list(tmp_path.glob("*.zip")) + list(tmp_path.glob(".*partial"))


def rewrite(source, target, change):
    """A copy of an archive with entries changed by `change(entries)`; its sums are made to match."""
    with zipfile.ZipFile(source) as archive:
        entries = {name: archive.read(name) for name in archive.namelist() if name != SUMS}
    change(entries)
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(entries.items()))
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in [*entries.items(), (SUMS, sums.encode())]:
            archive.writestr(zipfile.ZipInfo(name), data)
    return target


NAMES = [
    "../evil", "/etc/evil", "artefacts/../../evil", "artefacts/../evil-0123456789abcdef-0123456789abcdef.json",
    "artefacts/a/b/c-0123456789abcdef-0123456789abcdef.json", "artefacts/a/evil.py", "C:\\evil", ".lock",
    "artefacts/a/..-0123456789abcdef-0123456789abcdef.json", "artefacts/a\\b/c-0123456789abcdef-0123456789abcdef.nc",
    "artefacts/a/c-0123456789abcdef-0123456789abcdef.pkl", "checkpoints/a", "study.json/a", "evil.html", "",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_names_that_are_none_of_a_study_are_refused(study, tmp_path, name):
    bad = rewrite(pack(study, tmp_path / "one.zip"), tmp_path / "bad.zip", lambda entries: entries.update({name: b"x"}))
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ArtefactError, match=r"no file of a study|not a plain stored file|is damaged"):
        unpack(bad, tmp_path / "elsewhere")
    assert sorted(tmp_path.rglob("*")) == before


def test_links_and_compressed_entries_are_refused(study, tmp_path):
    for kind in ("link", "compressed"):
        good = pack(study, tmp_path / "one.zip")
        with zipfile.ZipFile(good, "a") as archive:
            entry = zipfile.ZipInfo("results.json")
            entry.external_attr = (0o120777 if kind == "link" else 0o644) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED if kind == "compressed" else zipfile.ZIP_STORED
            archive.writestr(entry, b"/etc/passwd" if kind == "link" else bytes(10_000_000))
        with pytest.raises(ArtefactError, match="not a plain stored file"):
            unpack(good, tmp_path / "elsewhere")
        assert not (tmp_path / "elsewhere").exists()


def test_entries_that_overlap_are_refused(study, tmp_path):
    """Many names for the same bytes would unpack to more than the archive holds."""
    good = pack(study, tmp_path / "one.zip")
    with zipfile.ZipFile(good, "a") as archive:
        first = archive.infolist()[0]
        first.file_size = first.compress_size = 10**12
        archive._didModify = True
    with pytest.raises(ArtefactError, match="claims to hold more"):
        unpack(good, tmp_path / "elsewhere")


def crowd(target, count, marker, last="artefacts/z/z-0123456789abcdef-0123456789abcdef.json"):
    """An archive with so many small files more, `last` among them, whose sums match."""
    names = [f"artefacts/a/b-{k:016x}-{k:016x}.json" for k in range(count)]
    contents = {"study.json": marker, **dict.fromkeys([*names, last], b"{}")}
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in contents.items())
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in [*contents.items(), (SUMS, sums.encode())]:
            archive.writestr(zipfile.ZipInfo(name), data)
    return target


def test_a_hundred_thousand_entries_are_looked_at_before_any_is_written(tmp_path):
    """Each takes some kilobyte of memory; the last one is no file of a study."""
    count, bad = 100_000, "artefacts/z/z.py"
    crowd(tmp_path / "crowd.zip", count, b"{}", bad)
    tracemalloc.start()
    with pytest.raises(ArtefactError, match=f"holds '{bad}', which is no file of a study"):
        unpack(tmp_path / "crowd.zip", tmp_path / "elsewhere")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2000 * count
    assert [path.name for path in tmp_path.iterdir()] == ["crowd.zip"]


def test_any_number_of_files_is_written_to_disk_at_once(study, tmp_path, monkeypatch):
    """A sync of each of a hundred thousand files took half a minute."""
    waits = []
    for name in ("sync", "fsync", "fdatasync"):
        if hasattr(os, name):
            monkeypatch.setattr(os, name, lambda *_, name=name: waits.append(name))
    counts = []
    for number in (1, 500):
        source = crowd(tmp_path / "crowd.zip", number, (study.path / "study.json").read_bytes())
        assert unpack(source, tmp_path / f"of-{number}") == (number + 2, False)
        counts.append(len(waits))
        waits.clear()
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize("damage", ["flip", "cut", "empty", "text", "sums"])
def test_damage_is_noticed(study, tmp_path, damage):
    path = pack(study, tmp_path / "one.zip")
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[len(content) // 3] ^= 1
    elif damage == "cut":
        content = content[:-30]
    elif damage in ("empty", "text"):
        content = bytearray(b"" if damage == "empty" else b"hello")
    path.write_bytes(content)
    if damage == "sums":
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("results.json", b"{}")
    with pytest.raises((ArtefactError, StudyError)):
        unpack(path, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_an_existing_folder_is_left_alone(study, tmp_path):
    (tmp_path / "mine").mkdir()
    with pytest.raises(StudyError, match="exists"):
        unpack(pack(study, tmp_path / "one.zip"), tmp_path / "mine")
