"""Compiled kernels are stale when what they are made of has changed; what numba does alone would not see it."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest
from numba.core import caching

import spinlens
from spinlens import _jit
from spinlens.machines.units import kernels as machine_kernels
from spinlens.renormalization import kernels as block_kernels

SHARED = "from shop.compiled import inline\n\nADDED = {}\n\n@inline\ndef shared(x):\n    return x + {}\n"
COMPILED = """from pathlib import Path
from spinlens._jit import Compiler

compiler = Compiler(Path(__file__).parent)
kernel, inline = compiler.kernel, compiler.inline
"""
CALLERS = """from numba import njit
from shop.compiled import kernel
from shop.shared import ADDED, shared

@kernel
def function(x):
    return shared(x)

@kernel
def constant(x):
    return x + ADDED

@njit(nogil=True, cache=True)
def plain(x):
    return shared(x)
"""


def results(folder, amount):
    """What the callers give for 1 in a new process, with `shared` and `ADDED` adding `amount`."""
    (folder / "shop" / "shared.py").write_text(SHARED.format(amount, amount))
    code = "from shop.callers import constant, function, plain; print(function(1), constant(1), plain(1))"
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return [int(word) for word in found.split()]


def test_a_changed_helper_or_constant_is_seen(tmp_path):
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "compiled.py").write_text(COMPILED)
    (tmp_path / "shop" / "callers.py").write_text(CALLERS)
    assert results(tmp_path, 10) == [11, 11, 11]
    assert results(tmp_path, 200) == [201, 201, 11]  # numba alone goes on with what it has


def test_nothing_is_kept_where_the_stamp_cannot_be_added(monkeypatch):
    monkeypatch.setattr(_jit, "_stamped", lambda dispatcher, stamp: False)

    def twice(x):
        return 2 * x

    compiled = _jit.Compiler(Path(__file__).parent).kernel(twice)
    assert compiled(3) == 6
    assert not hasattr(compiled._cache, "_cache_file")


def test_damaged_files_of_the_cache_are_as_none(tmp_path):
    """Empty or cut short, as a power cut or a full disk leaves them: compiled anew and written anew."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "compiled.py").write_text(COMPILED)
    (tmp_path / "shop" / "callers.py").write_text(CALLERS.replace("@njit(nogil=True, cache=True)", "@kernel"))
    assert results(tmp_path, 10) == [11, 11, 11]
    for damage in (lambda content: b"", lambda content: content[: len(content) // 2]):
        files = [path for path in (tmp_path / "shop" / "__pycache__").iterdir() if path.suffix in (".nbi", ".nbc")]
        assert len(files) >= 6
        for path in files:
            path.write_bytes(damage(path.read_bytes()))
        assert results(tmp_path, 10) == [11, 11, 11]


def test_kernels_are_compiled_where_nothing_can_be_kept(monkeypatch):
    """A read-only installation without a home: numba finds no place for its cache."""
    monkeypatch.setattr(caching.CacheImpl, "_locator_classes", [])
    _jit._say_uncached.cache_clear()

    def twice(x):
        return 2 * x

    with pytest.warns(RuntimeWarning, match="set NUMBA_CACHE_DIR"):
        compiled = _jit.Compiler(Path(__file__).parent).kernel(twice)
    assert compiled(3) == 6


def imported(module):
    """Names that a file takes from other files of spinlens, types of arrays aside, and those that its functions use."""
    tree = ast.parse(inspect.getsource(module))
    taken = {
        alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module not in ("spinlens._jit", "spinlens.arrays")
        for alias in node.names
        if (node.module or "").startswith("spinlens")
    }
    used = {
        name.id
        for function in tree.body
        if isinstance(function, ast.FunctionDef)
        for statement in function.body
        for name in ast.walk(statement)
        if isinstance(name, ast.Name)
    }
    return taken & used


@pytest.mark.parametrize("module", [machine_kernels, block_kernels], ids=["machines", "renormalization"])
def test_kernels_with_a_file_of_their_own_use_nothing_else(module):
    assert imported(module) == set()


def test_kernels_of_a_folder_use_nothing_outside_it():
    folder = Path(spinlens.__file__).parent / "sampling" / "kernels"
    for path in folder.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("spinlens"):
                own = node.module.startswith("spinlens.sampling.kernels.")
                assert own or node.module == "spinlens.arrays" or path.name == "compiled.py", (path.name, node.module)


def test_every_kernel_is_in_one_of_these_places():
    """A compiled function anywhere else would have neither a file of its own nor a folder that is watched."""
    root = Path(spinlens.__file__).parent
    names = ("kernel", "inline", "arithmetic")
    found = set()
    for path in root.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
        if any(isinstance(d, ast.Name) and d.id in names for node in functions for d in node.decorator_list):
            found.add(path.relative_to(root) if path.name == "kernels.py" else path.relative_to(root).parent)
    assert found == {
        Path("machines/conditionals/kernels.py"),
        Path("machines/units/kernels.py"),
        Path("renormalization/kernels.py"),
        Path("sampling/kernels"),
    }
