"""Commands on places that cannot be written, one by one: one sentence, exit code 2, and nothing is lost or left.

Each command runs in a forked child, which is another user with no home where this process is root: it may then write
where it is allowed to and nowhere else. A command that hangs is ended by an alarm.
"""

from __future__ import annotations

import os
import resource
import shutil
import signal
import stat
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="users, devices and limits as Linux has them")

SOMEBODY = 54321  # a number that no user has
LONGEST = 900
ROOM = 600  # bytes of a file where the disk is full: enough for a marker or a lock


class Said(NamedTuple):
    code: int
    lines: list[str]


INTO_FILES = {
    "sample": ["sample", "--size", "8", "--temperatures", "2.3", "--draws", "300", "--keep-spins"],
    "critical": ["critical", "--sizes", "4,6,8", "--draws", "300", "--points", "3"],
    "report": ["report", "study"],
    "export": ["study", "export", "study"],
    "plot": ["plot", "states.nc"],
}
INTO_FOLDERS = {
    "train": ["train", "states.nc", "--hidden", "4", "--epochs", "1"],
    "flow": ["flow", "states.nc", "--machine", "machine.safetensors", "--steps", "3", "--samples", "50"],
    "reproduce": ["reproduce", "study.toml", "--workers", "1"],
    "unpack": ["study", "unpack", "study.zip"],
}
SUFFIXES = {"sample": ".nc", "critical": ".json", "report": ".html", "export": ".zip", "plot": ".svg"}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What commands read, for everybody to read; all that they load is loaded here."""
    import lzma

    import matplotlib.backends.backend_svg
    import matplotlib.font_manager  # noqa: F401  # all of these, for somebody else may not read where Python lies

    import spinlens as sl
    from spinlens.report.pages import study  # noqa: F401
    from spinlens.study.definition.toml_file import load_study
    from spinlens.study.storage import archive
    from spinlens.workflows import citing, interim_report, peeking  # noqa: F401

    folder = tmp_path_factory.mktemp("inputs")
    packed = Path(__file__).parents[1] / "data" / "study_format_2.zip.xz"
    (folder / "study.zip").write_bytes(lzma.decompress(packed.read_bytes()))
    archive.unpack(folder / "study.zip", folder / "study")
    (folder / "study.toml").write_text('[study]\nname = "small"\n')
    load_study(folder / "study.toml")  # and with it the codec of its text, which Python looks for when it is asked
    data = sl.sample(sl.IsingModel((8, 8), sl.NearestNeighbour()), 2.3, draws=100, keep_spins=True)
    sl.save(data, folder / "states.nc")
    sl.RBM(4, epochs=1).fit(data.spins.values.reshape(-1, 64)).save(folder / "machine.safetensors")
    _opened_to_all(folder)
    return folder


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The finished study is one of an earlier version."""
    monkeypatch.setattr("spinlens.study.storage.catalogue.package_version", lambda: "99.0")


def _opened_to_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    for parent in list(folder.parents)[:3]:
        if parent.stat().st_uid == os.getuid() and parent != Path("/tmp"):
            parent.chmod(parent.stat().st_mode | 0o055)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder that everybody may write."""
    _opened_to_all(tmp_path)
    tmp_path.chmod(0o777)
    return tmp_path


def run(arguments: list[str], inputs: Path, said: Path, limit: int | None = None, somebody: bool = True) -> Said:
    """What a command in the folder `inputs` ends with and says, of `somebody` who may write what is open to all."""
    from spinlens.cli import app

    said.touch()
    said.chmod(0o666)
    pid = os.fork()
    if pid == 0:
        signal.alarm(LONGEST)
        os.dup2(os.open(said, os.O_WRONLY | os.O_TRUNC), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.chdir(inputs)
        if os.getuid() == 0 and somebody:
            os.environ.update(HOME="/nonexistent")
            os.setgroups([])
            os.setgid(SOMEBODY)
            os.setuid(SOMEBODY)
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        sys.argv, sys.stderr = ["spinlens", *arguments], os.fdopen(2, "w")
        code: Any = 99
        try:
            app.main()
        except SystemExit as ended:
            code = ended.code or 0
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr)
        sys.stderr.flush()
        os._exit(code)
    status = os.waitpid(pid, 0)[1]
    assert not os.WIFSIGNALED(status), f"ended by signal {os.WTERMSIG(status)}: {said.read_text()}"
    return Said(os.WEXITSTATUS(status), said.read_text().splitlines())


def one_sentence(found: Said) -> None:
    sentences = [line for line in found.lines if line.startswith("spinlens: ")]
    assert (found.code, len(sentences)) == (2, 1), found
    assert not any("Traceback" in line or "Error" in line for line in found.lines), found


def _read_only(place: Path, name: str) -> Path:
    (place / "closed").mkdir()
    (place / "closed").chmod(0o555)
    return place / "closed" / name


def _fifo(place: Path, name: str) -> Path:
    os.mkfifo(place / name, 0o666)
    (place / name).chmod(0o666)
    return place / name


def _device(place: Path, name: str) -> Path:
    return Path("/dev/null")


def _link_to_a_device(place: Path, name: str) -> Path:
    (place / name).symlink_to("/dev/full")
    return place / name


def _file(place: Path, name: str) -> Path:
    (place / name).write_text("mine")
    return place / name


def _folder(place: Path, name: str) -> Path:
    (place / name).mkdir()
    (place / name / "thesis.tex").write_text("mine")
    return place / name


def _below_a_file(place: Path, name: str) -> Path:
    (place / "file").write_text("mine")
    return place / "file" / name


def _circle(place: Path, name: str) -> Path:
    (place / name).symlink_to(place / name)
    return place / name


PLACES = {
    "read-only": _read_only, "fifo": _fifo, "device": _device, "link to a device": _link_to_a_device, "file": _file,
    "folder": _folder, "below a file": _below_a_file, "circle of links": _circle,
}  # fmt: skip


def _state(place: Path) -> dict[str, object]:
    """Everything below a folder: kinds, and contents of files."""
    found: dict[str, object] = {}
    for path in sorted(place.rglob("*")):
        mode = path.lstat().st_mode
        kind = stat.S_IFMT(mode)
        found[str(path.relative_to(place))] = path.read_bytes() if stat.S_ISREG(mode) else kind
    return found


@pytest.mark.parametrize("where", list(PLACES))
@pytest.mark.parametrize("command", [*INTO_FILES, *INTO_FOLDERS])
def test_a_place_that_cannot_be_written_is_refused_and_left_alone(
    command: str, where: str, inputs: Path, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    arguments = [*(INTO_FILES.get(command) or INTO_FOLDERS[command])]
    out = PLACES[where](place, f"out{SUFFIXES.get(command, '')}")
    before, null = _state(place), os.stat("/dev/null")
    said = tmp_path_factory.mktemp("said") / "stderr"
    _opened_to_all(said.parent)
    one_sentence(run([*arguments, "--out", str(out)], inputs, said))
    assert _state(place) == before
    assert os.stat("/dev/null").st_rdev == null.st_rdev


@pytest.mark.parametrize("command", [*INTO_FILES, *INTO_FOLDERS])
def test_a_full_disk_is_said_and_with_room_the_same_command_goes_on(
    command: str, inputs: Path, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No file may grow beyond some hundred bytes, then any may. Nothing half-written has the name of the output."""
    arguments = [*(INTO_FILES.get(command) or INTO_FOLDERS[command])]
    out = place / f"out{SUFFIXES.get(command, '')}"
    said = tmp_path_factory.mktemp("said") / "stderr"
    _opened_to_all(said.parent)
    one_sentence(run([*arguments, "--out", str(out)], inputs, said, ROOM, somebody=False))
    assert not out.is_file()
    if command == "reproduce":
        return  # minutes
    again = run([*arguments, "--out", str(out)], inputs, said, somebody=False)
    assert again.code == 0, again
    assert out.exists()


def test_a_study_that_can_only_be_read_is_looked_at_reported_and_packed(
    inputs: Path, place: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    study = place / "closed" / "study"
    shutil.copytree(inputs / "study", study)
    for path in (study, *study.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    before = _state(study)
    said = tmp_path_factory.mktemp("said") / "stderr"
    _opened_to_all(said.parent)
    for command in (
        ["study", "status"], ["study", "verify"], ["study", "peek"], ["study", "export", "--out", str(place / "a.zip")],
        ["report", "--out", str(place / "a.html")],
    ):  # fmt: skip
        words = 2 if command[0] == "study" else 1
        found = run([*command[:words], str(study), *command[words:]], inputs, said)
        assert found.code == 0, found
    assert _state(study) == before
    assert (place / "a.zip").stat().st_size > 10_000
    assert (place / "a.html").stat().st_size > 10_000
    one_sentence(run(["report", str(study)], inputs, said))
    one_sentence(run(["reproduce", str(study / "study.toml"), "--out", str(study)], inputs, said))
