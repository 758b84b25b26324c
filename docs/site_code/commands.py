"""The page of the command line, from the commands themselves: options, choices, defaults and examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tables.markdown import table
from typer.main import get_command

from spinlens.cli.app import app
from spinlens.cli.examples import EXAMPLES

_OPTION = re.compile(r"(?<![\w`-])(--[a-z][\w-]*)(?!`)")
_HEAD = """# Command line

Every command, as `spinlens COMMAND -h` shows it. A mistake is one sentence on standard error and exit
code 2. `-h` works everywhere, and `spinlens --install-completion` teaches your shell the names.
"""


def page() -> str:
    """The page as Markdown."""
    parts = [_HEAD]
    panel = None
    for name, command in tree(get_command(app)):
        heading = command.rich_help_panel or panel
        if heading != panel:
            parts.append(f"## {heading}\n")
        panel = heading
        parts.append(_section(name, command))
    return "\n".join(parts)


def tree(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """All commands by the words that call them, in the order of the help."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            for sub, inner in tree(command, f"{before}{name} "):
                inner.rich_help_panel = command.rich_help_panel
                yield sub, inner
        else:
            yield f"{before}{name}", command


def _section(name: str, command: Any) -> str:
    examples = "\n".join(EXAMPLES[name])
    usage = " ".join(["spinlens", name, *(_metavar(p) for p in command.params if p.param_type_name == "argument")])
    rows = [
        [_names(p), _help(p), _default(p)] for p in command.params if p.param_type_name == "option" and not p.hidden
    ]
    rows = [row for row in rows if row[0] != "`--help`, `-h`"]
    arguments = [[f"`{_metavar(p)}`", _help(p), _default(p)] for p in command.params if p.param_type_name == "argument"]
    about = "\n\n".join(map(plain, command.help.split("\n\n")))
    return "\n".join([
        f"(spinlens-{name.replace(' ', '-')})=", f"### spinlens {name}\n", f"{about}\n",
        f"```text\n{usage} [OPTIONS]\n```\n", f"```bash\n{examples}\n```\n",
        table(["option", "what it does", "default"], [*arguments, *rows]), "",
    ])  # fmt: skip


def _names(option: Any) -> str:
    off = [f"`{name}`" for name in option.secondary_opts]
    return ", ".join([*(f"`{name}`" for name in sorted(option.opts, key=len, reverse=True)), *off])


def _metavar(argument: Any) -> str:
    name = str(argument.metavar or argument.name.upper()).strip("[]")
    return name if argument.required else f"[{name}]"


def _help(parameter: Any) -> str:
    return plain(getattr(parameter, "help", None) or "")


def plain(text: str) -> str:
    """A text of the help in one line; options in it are code, or their dashes would become those of a sentence."""
    return _OPTION.sub(r"`\1`", " ".join(text.split()))


def _default(parameter: Any) -> str:
    if parameter.required:
        return "needed"
    shown = getattr(parameter, "show_default", None)
    if isinstance(shown, str):
        return plain(shown)
    value = parameter.default() if callable(parameter.default) else parameter.default
    if value is None or value is False or shown is False or value in ((), [], ""):
        return "–"
    if isinstance(value, list | tuple):
        return ", ".join(f"`{one}`" for one in value)
    return "yes" if value is True else f"`{value}`"
