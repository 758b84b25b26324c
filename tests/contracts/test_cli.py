"""The command line: help is quick, bad input is one sentence with exit code 2 and leaves everything as it was."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spinlens.study.definition import toml_file as files
from spinlens.study.definition.toml_file import load_study


def listing(folder):
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(Path(folder).rglob("*"))}


def test_help_and_version(spinlens, capsys):
    assert spinlens("--help") == 0
    text = capsys.readouterr().out
    assert all(command in text for command in ("reproduce", "sample", "critical", "report"))
    assert spinlens("--version") == 0
    assert capsys.readouterr().out.startswith("spinlens 0.")


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from spinlens.cli import app; print({'numpy', 'numba', 'xarray', 'matplotlib'} & {*sys.modules})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


def test_a_reader_that_leaves_is_no_error():
    command = f"'{sys.executable}' -m spinlens reproduce --show | head -1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True)
    assert (done.stderr, done.returncode) == ("", 0)


@pytest.mark.parametrize(
    ("output", "code"),
    [
        (">&-", 0), ("2>&-", 0), ("2>&1 | true", 0), (">/dev/full", 2), (">log 2>/dev/full", 0), (">log <&-", 0),
        (">log PYTHONIOENCODING=ascii", 0), (">log PYTHONIOENCODING=gbk", 0),
    ],
)  # fmt: skip
def test_a_broken_output_ends_the_talk_and_not_the_work(tmp_path, output, code):
    """Streams closed, full, read by nobody, or of a code page without the letters of m²."""
    words, _, setting = output.partition(" PYTHON")
    line = f"-m spinlens sample --size 4 --temperatures 2.3 --draws 20 --warmup 0 --out a.nc {words}"
    command = f"{'PYTHON' + setting if setting else ''} '{sys.executable}' {line}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path)
    assert (tmp_path / "a.nc").stat().st_size > 0
    assert "Traceback" not in done.stderr
    if "|" not in output:
        assert done.returncode == code
    if setting:
        assert "2.3" in (tmp_path / "log").read_text()


def test_show_prints_a_study_file(spinlens, tmp_path, capsys):
    assert spinlens("reproduce", "--preset", "standard", "--sigma", "1.5", "--seed", "3", "--show") == 0
    (tmp_path / "my.toml").write_text(capsys.readouterr().out)
    assert load_study(tmp_path / "my.toml") == load_study("standard", sigma=1.5, seed=3)


BAD = [
    (["reproduce", "--preset", "quik"], "did you mean 'quick'"),
    (["reproduce", "--preset", "quick", "--study", "x.toml"], "not both"),
    (["reproduce", "--preset", "x.toml"], "use --study x.toml"),
    (["reproduce", "--study", "absent.toml"], "cannot read the study file"),
    (["reproduce", "--study", "bad.toml"], "unknown key 'drawss' in [criticality]; did you mean 'draws'?"),
    (["reproduce", "--sigma", "0"], "sigma must be a number from 0.001 to 20"),
    (["reproduce", "--sigma", "-1.2"], "sigma must be a number from 0.001 to 20"),
    (["reproduce", "--sigma", "nan"], "sigma must be a number from 0.001 to 20"),
    (["reproduce", "--seed", "-1"], "seed must be an integer of at least 0"),
    (["reproduce", "--workers", "0"], "--workers must be an integer of at least 1"),
    (["reproduce", "--out", "file"], "file is a file, not a folder"),
    (["reproduce", "--out", "file/study"], "file"),
    (["reproduce", "--out", "folder"], "not a study folder"),
    (["reproduce", "--prest", "quick"], "No such option"),
    (["reproduce", "quik"], "did you mean 'quick'"),
    (["reproduce", "absent.toml"], "cannot read the study file"),
    (["reproduce", "bad.toml"], "unknown key 'drawss' in [criticality]"),
    (["reproduce", "quick", "--preset", "full"], "give one study"),
    (["reproduce", "quick", "extra"], "unexpected extra argument"),
    (["sample", "--temperatures", "-1"], "temperature must be ≥ 0"),
    (["sample", "--temperatures", "nan"], "temperature must be ≥ 0"),
    (["sample", "--temperatures", ""], "temperatures is empty"),
    (["sample", "--temperatures", "2,2"], "temperatures repeat"),
    (["sample", "--temperatures", "warm"], "--temperatures must be comma-separated numbers"),
    (["sample", "-T", "1:2"], "--temperatures must have ranges as START:END:STEP"),
    (["sample", "-T", "1:2:-0.1"], "--temperatures 1:2:-0.1 never comes to its end"),
    (["sample", "-T", "2", "-T", "1:3:0.5"], "temperatures repeat"),
    (["sample", "--temperatures", "2", "--size", "2"], "--size must be an integer of at least 3"),
    (["sample", "--temperatures", "2", "--dimension", "4"], "1, 2 or 3 sides"),
    (["sample", "--temperatures", "2", "--sigma", "0"], "sigma must be a number from 0.001 to 20"),
    (["sample", "--temperatures", "2", "--coupling", "power-law"], "needs --sigma"),
    (["sample", "--temperatures", "2", "--coupling", "power-la"], "--coupling must be one of"),
    (["sample", "--temperatures", "2", "--coupling", "nearest-neighbour", "--sigma", "1"], "leave one of the two out"),
    (["sample", "--temperatures", "2", "--sigma", "1", "--images", "some"], "--images must be one of"),
    (["sample", "--temperatures", "2", "--algorithm", "magic"], "algorithm must be one of auto"),
    (["sample", "-T", "2", "--algorithm", "magic", "-o", "file"], "algorithm must be one of auto"),
    (["sample", "-T", "2", "-n", "0", "-o", "file"], "draws must be"),
    (["sample", "-T", "2", "-s", "1", "-a", "multi-spin-metropolis", "-o", "file"], "needs NearestNeighbour()"),
    (["critical", "-L", "8,16", "-o", "file"], "at least three increasing"),
    (["critical", "-L", "8,16,32", "--seed", "-3", "-o", "file"], "seed must be"),
    (["critical", "-L", "8,16,32", "-b", "soon", "-o", "file"], "90s, 5m or 2h"),
    (["critical", "-L", "8,16,32", "-o", "file"], "file exists; choose another --out or add --force"),
    (["sample", "--temperatures", "2", "--draws", "0"], "draws must be"),
    (["sample", "--temperatures", "2", "--seed", "-3"], "seed must be"),
    (["sample", "--temperatures", "2", "--out", "file"], "file exists; choose another --out or add --force"),
    (["sample", "--temperatures", "2", "--out", "folder"], "folder is a folder"),
    (["sample", "--temperatures", "2", "--out", "absent/a.nc"], "the folder absent does not exist"),
    (["sample", "--temperatures", "2", "--draws", "10", "--out", "/proc/a.nc"], "cannot write /proc/a.nc"),
    (["sample"], "Missing option '--temperatures'"),
    (["critical", "--sizes", "8,16"], "at least three increasing"),
    (["critical", "--sizes", "8,16,32", "--regime", "tricritical"], "--regime"),
    (["critical", "--sizes", "8,16,32", "--budget", "soon"], "90s, 5m or 2h"),
    (["critical", "--sizes", "8,16,32", "--budget", "5m", "--draws", "100"], "either it, or --draws and --chains"),
    (["critical", "--sizes", "8,16,32", "--seed", "-3"], "seed must be"),
    (["critical", "--sizes", "8,16,32", "--draws", "0"], "draws must be"),
    (["critical", "--sizes", "8,16,32", "--checkpoint", "folder"], "holds other files and no plan.json"),
    (["critical", "--sizes", "2,8,16"], "at least 4"),
    (["critical", "-L", "8,16,32", "-o", "."], ". is a folder; give --out a file name"),
    (["critical", "-L", "8,16,32", "-o", "point.html"], "--out is the JSON file, beside which .html is written"),
    (["critical", "-L", "8,16,32", "-o", "point.csv"], "--out is the JSON file, beside which .csv is written"),
    (["critical", "-L", "8,16,32", "--correlators", "10"], "--correlators must be an integer of at least 16"),
    (["critical", "-L", "7,9,12", "--correlators", "50"], "--correlators needs two even sizes"),
    (["train", "states.npy", "--shape", "4x4", "--seed", "-1"], "seed must be an integer of at least 0"),
    (["train", "states.npy", "--shape", "4x4", "--temperature", "nan"], "temperature"),
    (["flow", "states.npy", "--size", "4", "--seed", "-1"], "seed must be an integer of at least 0"),
    (["reproduce", "wide.toml"], "wide.toml is not UTF-8 text: save it as UTF-8"),
    (["study", "unpack", "missing.zip"], "cannot read missing.zip: No such file or directory"),
    (["critical", "--sizes", "8,16,a"], "--sizes must be comma-separated whole numbers"),
    (["critical", "--sizes", "8.5,16,32"], "--sizes must be comma-separated whole numbers"),
    (["critical", "--sizes", "8,16,32", "--dimension", "0"], "dimension"),
    (["report", "absent"], "not a study folder"),
    (["report", "file"], "is a file, not a folder"),
    (["report", "folder"], "not a study folder"),
    (["reprodce"], "No such command 'reprodce'"),
]


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "thesis.tex").write_text("mine")
    (tmp_path / "bad.toml").write_text("[criticality]\ndrawss = 3")
    (tmp_path / "wide.toml").write_text("[criticality]\n", encoding="utf-16")
    np.save(tmp_path / "states.npy", np.where(np.arange(40 * 16).reshape(40, 16) % 3, 1, -1))
    return tmp_path


@pytest.mark.parametrize(("arguments", "message"), BAD, ids=[" ".join(arguments) for arguments, _ in BAD])
def test_bad_input_is_one_sentence(spinlens, workplace, capsys, arguments, message):
    before = listing(workplace)
    assert spinlens(*arguments) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("spinlens: ")
    assert said.err.count("\n") == 1
    assert message in said.err
    assert listing(workplace) == before


WORDS = "0,1,-1,2,3,1e400,nan,inf,1.2,8 16,8 16 32,quick,full,x.toml,/dev/null,, ,σ,--,-,a\0b"
OPTIONS = "preset,study,sigma,seed,workers,temperatures,size,dimension,draws,chains,sizes,points"
words = st.sampled_from(WORDS.split(",")) | st.sampled_from([f"--{name}" for name in OPTIONS.split(",")])


@given(
    st.sampled_from(["reproduce", "sample", "critical", "report", "study status", "study clean", ""]),
    st.lists(words, max_size=4),
)
@settings(
    max_examples=max(100, settings.default.max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_command_line_that_cannot_run_ends_with_2(spinlens, workplace, monkeypatch, capsys, command, rest):
    """Where a line is good enough to start computing, stop there: only the reading of options is tested."""

    def computed(*arguments, **named):
        raise SystemExit(0)

    monkeypatch.setattr("spinlens.workflows.reproduce.reproduce", computed)
    monkeypatch.setattr("spinlens.sampling.sampler.sample", computed)
    monkeypatch.setattr("spinlens.workflows.critical.search", computed)
    before = listing(workplace)
    assert spinlens(*command.split(), *rest) in (0, 2)
    assert "Traceback" not in capsys.readouterr().err
    assert listing(workplace) == before


PIECES = [
    "[",
    "]",
    "=",
    "\n",
    '"',
    "#",
    "-",
    "1e999",
    "nan",
    "true",
    "0",
    "99999999999999999999",
    "[study]\n",
    "σ",
    "\0",
    "{",
    ",",
]


@given(st.data())
@settings(
    max_examples=max(100, settings.default.max_examples),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_text_as_study_file_ends_with_0_or_2(spinlens, workplace, monkeypatch, capsys, data):
    """The quick preset with some pieces of its text cut out and others put in."""
    monkeypatch.setattr("spinlens.workflows.reproduce.reproduce", lambda *arguments, **named: sys.exit(0))
    text = files.preset_text("quick")
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(start, min(len(text), start + 30)))
        text = text[:start] + data.draw(st.sampled_from(PIECES) | st.text(max_size=5)) + text[end:]
    (workplace / "any.toml").write_bytes(text.encode("utf-8", errors="surrogatepass"))
    before = listing(workplace)
    code = spinlens("reproduce", "--study", "any.toml", "--out", "new")
    said = capsys.readouterr().err
    assert code in (0, 2)
    assert code == 0 or (said.startswith("spinlens: ") and said.count("\n") == 1)
    assert listing(workplace) == before


def test_sample_writes_what_it_prints(spinlens, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = ["sample", "--temperatures", "0,2.5,inf", "--size", "8", "--draws", "200", "--keep-spins", "--out", "a.nc"]
    assert spinlens(*line) == 0
    assert [text.split()[0] for text in capsys.readouterr().out.splitlines()] == ["T", "0", "2.5", "inf", "written"]
    with xr.open_dataset("a.nc") as data:
        assert dict(data.sizes)["draw"] == 200
        np.testing.assert_allclose(data.energy.sel(temperature=0.0), -2.0)
        assert data.spins_bits.shape[-1] == 8
    first = Path("a.nc").read_bytes()
    assert spinlens(*line, "--force", "--workers", "2") == 0
    assert Path("a.nc").read_bytes() == first


def test_critical_finds_the_square_lattice(spinlens, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = ["critical", "--sizes", "4,8,16", "--draws", "2000", "--out", "point.json", "--correlators", "400"]
    assert spinlens(*line) == 0
    shown = capsys.readouterr().out.splitlines()
    assert any(text.startswith("correlators at L/2") for text in shown)
    assert any(text.startswith("the data agree with the class short-range") for text in shown)
    assert [line.split()[0] for line in shown[1:5]] == ["T_c", "delta_s", "delta_eps", "U4"]
    assert "2.269185314" in shown[1]
    assert Path("point.csv").read_text().startswith("ratio,L_small,L_large,temperature")
    page = Path("point.html").read_text()
    assert page.count("<svg") == 10
    assert not re.search(r'(?:src=|url\()"?http', page)
    assert '<section id="references"' in page
    point = json.loads(Path("point.json").read_text())
    assert abs(point["temperature"]["value"] - 2.269185) < 4 * point["temperature"]["error"] < 0.1
    assert point["draws"] == {"4": 20_000, "8": 20_000, "16": 20_000}


def test_a_budget_that_is_stopped_goes_on(spinlens, tmp_path, capsys, monkeypatch):
    """Ctrl-C in the middle of a round; the command to go on is printed, and given again it finishes.

    The clock of the budget moves by what is drawn, so that the machine's speed does not matter.
    """
    from spinlens.criticality.search import budgeted, windows
    from spinlens.criticality.search.budget import TimeBudget

    monkeypatch.chdir(tmp_path)
    line = ["critical", "--sizes", "4,6,8", "--budget", "9s", "--workers", "1", "--out", "point.json"]
    sample, start, rounds, seconds = windows.sample, budgeted.start_sampling, [], [0.0]

    def timed(model, grid, draws, chains):
        seconds[0] += len(grid) * draws * chains * model.n_sites / 4e5

    def pilot(model, grid, draws, chains, *rest, **named):
        timed(model, grid, draws, chains)
        return sample(model, grid, draws, chains, *rest, **named)

    def interrupted(threads, asked, *rest, **named):
        timed(asked.model, asked.temperatures, asked.draws, asked.chains)
        rounds.append(1)
        if len(rounds) == 2:
            signal.raise_signal(signal.SIGINT)
        return start(threads, asked, *rest, **named)

    def limit(amount, workers, after, begun):
        return TimeBudget(amount, workers, after, lambda: begun + seconds[0], begun)

    monkeypatch.setattr(windows, "sample", pilot)
    monkeypatch.setattr(budgeted, "start_sampling", interrupted)
    monkeypatch.setattr("spinlens.workflows.critical.TimeBudget", limit)
    monkeypatch.setattr(TimeBudget, "speed", lambda *_: 4e5)
    monkeypatch.setattr("os._exit", lambda code: (_ for _ in ()).throw(SystemExit(code)))
    assert spinlens(*line) == 130
    said = capsys.readouterr().err
    assert "what is done is saved in point.json.checkpoint; go on with: spinlens" in said
    assert (tmp_path / "point.json.checkpoint" / "plan.json").exists()
    seconds[0] = 0.0
    assert spinlens(*line) == 0
    assert len(rounds) > 4
    assert json.loads(Path("point.json").read_text())["draws"]
    assert not (tmp_path / "point.json.checkpoint").exists()


def test_fixed_draws_that_are_stopped_go_on(spinlens, tmp_path, capsys, monkeypatch):
    """Ctrl-C in the run of the second size, once with --out and once without; the result is that of an unbroken run."""
    from spinlens.criticality.search import windows

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os._exit", lambda code: (_ for _ in ()).throw(SystemExit(code)))
    line = ["critical", "--sizes", "4,6,8", "--draws", "2000", "--points", "3", "--workers", "1"]
    assert spinlens(*line, "--out", "unbroken.json") == 0
    table = capsys.readouterr().out.splitlines()[:-1]
    assert [path.suffix for path in sorted(tmp_path.iterdir())] == [".csv", ".html", ".json"]
    whole, calls = windows.sample, []

    def interrupted(*arguments, **named):
        calls.append(1)
        if len(calls) == 2:
            signal.raise_signal(signal.SIGINT)
        return whole(*arguments, **named)

    monkeypatch.setattr(windows, "sample", interrupted)
    for rest in (["--out", "point.json"], []):
        calls.clear()
        assert spinlens(*line, *rest) == 130
        said = capsys.readouterr().err
        assert "L = 4: 3 temperatures from " in said
        (folder,) = tmp_path.glob("*.checkpoint")
        assert f"what is done is saved in {folder.name}; go on with: spinlens critical --sizes 4,6,8" in said
        assert (folder / "run-001-L00004" / "chain-0002-0001.spl").exists()
        calls.append(0)
        assert spinlens(*line, *rest) == 0
        assert capsys.readouterr().out.splitlines()[: len(table)] == table
        assert not folder.exists()
    assert Path("point.json").read_bytes() == Path("unbroken.json").read_bytes()


def test_a_checkpoint_of_another_search_is_refused(spinlens, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    line = ["critical", "--sizes", "4,6,8", "--draws", "1500", "--points", "3", "--checkpoint", "runs"]
    assert spinlens(*line) == 0
    before = listing(tmp_path / "runs")
    assert spinlens(*line, "--seed", "2") == 2
    assert "runs belongs to another run: seed was 0 and is 2" in capsys.readouterr().err
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("mine")
    assert spinlens(*line[:-1], "mine") == 2
    assert "mine holds other files and no plan.json; give another folder" in capsys.readouterr().err
    assert spinlens(*line, "--budget", "5s") == 2
    assert "either it, or --draws" in capsys.readouterr().err
    assert spinlens(*line[:3], *line[5:], "--budget", "5s") == 2
    assert "runs belongs to another run: chains was 2 and is None" in capsys.readouterr().err
    assert listing(tmp_path / "runs") == before
