"""The command line as a whole: help, examples, short options, completion, `python -m spinlens`."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from spinlens.cli import app as command_line
from spinlens.cli.app import app
from spinlens.cli.examples import EXAMPLES
from spinlens.errors import InputError

STOPPED = {"EOFError": (EOFError("half"), 70), "Ctrl-C": (KeyboardInterrupt(), 130), "refused": (InputError("no"), 2)}
ROOT = Path(__file__).parents[3]


def tree(command=None, name=""):
    """Every command by the words that call it."""
    command = command or get_command(app)
    found = {name: command}
    for word, inner in getattr(command, "commands", {}).items():
        found |= tree(inner, f"{name} {word}".strip())
    return found


TREE = tree()


@pytest.mark.parametrize("name", TREE)
def test_every_command_has_help_by_two_names(name):
    short, long = (CliRunner().invoke(app, [*name.split(), flag]) for flag in ("-h", "--help"))
    assert short.exit_code == long.exit_code == 0
    assert short.output == long.output != ""
    assert "Usage: " in short.output


def parse(line):
    """Read a line as the shell would hand it over, all options checked, and run nothing."""
    program, *words = shlex.split(line, comments=True)
    assert program == "spinlens"
    command, name, context = get_command(app), "spinlens", None
    while hasattr(command, "commands"):
        context = command.make_context(name, words, parent=context)
        name, command, words = command.resolve_command(context, [*context._protected_args, *context.args])
    return command.make_context(name, words, parent=context)


@pytest.mark.parametrize("name", [name for name, command in TREE.items() if not hasattr(command, "commands")])
def test_every_command_shows_examples_that_can_be_typed(name):
    text = CliRunner().invoke(app, [*name.split(), "-h"]).output
    for line in EXAMPLES[name]:
        assert line.startswith(f"spinlens {name}")
        assert len(line) <= 76, "it would be broken on a terminal of 80 columns"
        assert line in text
        parse(line.partition(">")[0])
    assert set(EXAMPLES) == {name for name, command in TREE.items() if not hasattr(command, "commands")}


def test_lines_of_the_pages_can_be_typed():
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    blocks = [
        block for page in pages for block in re.findall(r"^```bash\n(.*?)```", page.read_text(), re.DOTALL | re.M)
    ]
    lines = [line.removeprefix(".venv/bin/") for line in "\n".join(blocks).splitlines()]
    lines = [line for line in lines if line.startswith("spinlens ")]
    assert len(lines) > 10
    for line in lines:
        if " -h " not in line:
            parse(line.partition(">")[0].partition("|")[0])


def test_short_options_mean_the_same_everywhere():
    meaning = {}
    for name, command in TREE.items():
        for parameter in command.params:
            long = {text.removeprefix("--") for text in parameter.opts if text.startswith("--")}
            for short in (text for text in parameter.opts if re.fullmatch("-[A-Za-z]", text)):
                for text in long:
                    kind = {"sizes": "size", "temperatures": "temperature"}.get(text, text)
                    assert meaning.setdefault(short, kind) == kind, f"{short} of {name}"
    assert {"-o": "out", "-L": "size", "-T": "temperature"}.items() <= meaning.items()
    assert "-h" not in meaning


def test_help_is_in_the_order_of_work_and_in_full_sentences():
    text = CliRunner().invoke(app, ["-h"]).output
    places = [re.search(rf"^│ {name} ", text, re.MULTILINE).start() for name in TREE if name and " " not in name]
    assert places == sorted(places)
    assert [name for name in TREE if name][:5] == ["sample", "critical", "train", "flow", "reproduce"]
    assert list(TREE)[-1].startswith("study")
    assert "…" not in text
    assert "..." not in text.replace("[ARGS]...", "")


def test_sentences_are_broken_by_the_terminal_alone():
    for name, command in TREE.items():
        assert "\n" not in (command.help or "").replace("\n\n", ""), name


def test_no_help_is_taken_for_markup():
    """Brackets and words between colons mean colours and pictures to what draws the help."""
    for name, command in TREE.items():
        for text in [command.help or "", *(getattr(parameter, "help", None) or "" for parameter in command.params)]:
            assert not re.search(r"\[[a-z/@#]|:[A-Za-z_]+:", text), f"{name}: {text}"


def test_python_m_is_the_same_command_line():
    done = subprocess.run([sys.executable, "-m", "spinlens", "--version"], capture_output=True, text=True)
    assert done.stdout == CliRunner().invoke(app, ["-V"]).output
    assert done.stdout.startswith("spinlens ")


def test_the_shell_completes_commands():
    line = {"_SPINLENS_COMPLETE": "complete_bash", "COMP_WORDS": "spinlens re", "COMP_CWORD": "1"}
    said = CliRunner().invoke(app, [], prog_name="spinlens", env=line).output
    assert "reproduce" in said.split()
    assert "--show-completion" in CliRunner().invoke(app, ["-h"]).output


@pytest.mark.parametrize("name", STOPPED)
def test_only_ctrl_c_is_a_stop(name, monkeypatch, capsys):
    """The library of the command line takes every EOFError for a stop: a damaged file said "stopped"."""
    error, code = STOPPED[name]

    def fail(*arguments):
        raise error

    monkeypatch.setattr("spinlens.study.definition.toml_file.to_toml", fail)
    monkeypatch.setattr(sys, "argv", ["spinlens", "reproduce", "quick", "--show"])
    assert command_line._run() == code
    said = capsys.readouterr().err
    assert "stopped" not in said or code == 130
    assert ("a mistake of spinlens" in said) == (code == 70)
