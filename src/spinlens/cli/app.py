"""The command line: every mistake is one sentence and exit code 2. Each command loads what it needs when it runs."""

from __future__ import annotations

import os
import shlex
import sys
import traceback
from collections.abc import Callable
from typing import Annotated, Any

import typer

from spinlens import __version__
from spinlens.cli import study
from spinlens.cli.cite import cite
from spinlens.cli.critical import critical
from spinlens.cli.examples import example, flowing
from spinlens.cli.flow import flow
from spinlens.cli.gap import gap
from spinlens.cli.mcrg import mcrg
from spinlens.cli.plot import plot
from spinlens.cli.read import read
from spinlens.cli.report import report
from spinlens.cli.reproduce import reproduce
from spinlens.cli.sample import sample
from spinlens.cli.show import show
from spinlens.cli.train import train
from spinlens.cli.voice import Voice
from spinlens.errors import SpinlensError, StudyInterrupted

_QUESTION = "Does a machine that learns from lattice data do what the renormalization group does?"

app = typer.Typer(
    name="spinlens",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
_COMMANDS: dict[str, tuple[Callable[..., None], ...]] = {
    "In the order of work": (sample, critical, train, flow, reproduce),
    "Tools, for files of spinlens and of others": (show, plot, read, mcrg, gap, report, cite),
}
for _panel, _commands in _COMMANDS.items():
    for _command in _commands:
        app.command(rich_help_panel=_panel, epilog=example(_command.__name__), help=flowing(_command))(_command)
app.add_typer(study.app, rich_help_panel="Folders of studies")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"spinlens {__version__}")
        raise typer.Exit


@app.callback(help=f"{_QUESTION}\n\nspinlens COMMAND -h tells more of a command.")
def _options(
    version: Annotated[
        bool, typer.Option("--version", "-V", callback=_show_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    pass


def main() -> None:
    """Entry point of the ``spinlens`` command."""
    voice = Voice()
    with voice.tolerant():
        code = _run()
        sys.stdout.flush()
        if voice.refused:
            code = _fail(f"what was said could not be written ({voice.refused}); all files are") or code
    sys.exit(code)


def _run() -> int:
    """Run the command line; what goes wrong on the user's side is said in one sentence."""
    try:
        return int(app(standalone_mode=False) or 0)
    except StudyInterrupted as error:
        _fail(f"{error}; go on with: {shlex.join(['spinlens', *sys.argv[1:]])}")
        os._exit(128 + error.signal)  # a kernel may still be running in a thread
    except SpinlensError as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{error.filename or 'input or output'}: {error.strerror or error}")
    except MemoryError:
        return _fail("out of memory; ask for smaller lattices or fewer draws")
    except KeyboardInterrupt:
        return _fail("stopped", 130)
    except Exception as error:  # mistakes in the command line; their classes moved between versions of typer
        if type(error).__name__ == "Abort" and not isinstance(error.__cause__, EOFError):
            return _fail("stopped", 130)
        return _usage(error) if hasattr(error, "format_message") else _bug(error.__cause__ or error)


def _bug(error: BaseException) -> int:
    """What should not happen: the trace, and that it is not the user's mistake."""
    traceback.print_exception(error)
    said = f"{type(error).__name__}: {error}"
    return _fail(f"this is a mistake of spinlens and not yours ({said}): please report it with the lines above", 70)


def _usage(error: Any) -> int:
    """A mistake in the command line: help when nothing was asked for, one sentence otherwise."""
    message = str(error.format_message())
    if type(error).__name__ == "NoArgsIsHelpError":
        print(message)
        return 2
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "spinlens"
    return _fail(f"{' '.join(message.split()).rstrip('.')}; see {command} --help")


def _fail(message: str, code: int = 2) -> int:
    print(f"spinlens: {' '.join(message.split())}", file=sys.stderr, flush=True)
    return code


if __name__ == "__main__":
    main()
