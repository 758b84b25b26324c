"""How this folder is compiled: its files share functions and constants, so a change of one makes all of them stale."""

from __future__ import annotations

from pathlib import Path

from spinlens._jit import Compiler

_COMPILER = Compiler(Path(__file__).parent)
kernel, inline = _COMPILER.kernel, _COMPILER.inline
