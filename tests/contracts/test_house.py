"""What keeps the source readable: no circle of imports, files that fit on some screens, functions that fit on one."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import numpy as np

import spinlens

FILES = sorted(Path(spinlens.__file__).parent.rglob("*.py"))


def test_no_file_imports_itself_by_way_of_others():
    """Imports within functions count; those for type checkers alone do not."""
    graph = grimp.build_graph("spinlens", exclude_type_checking_imports=True)
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    assert len(imports) == len(FILES)
    TopologicalSorter(imports).prepare()  # CycleError names the circle


def test_files_have_at_most_300_lines():
    lines = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert not {path: count for path, count in lines.items() if count > 300}


def test_half_of_all_functions_have_six_lines_or_fewer_and_nine_in_ten_have_seventeen():
    """Without their docstrings."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in FILES]
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    median, ninth = np.quantile([_body(function) for function in functions], [0.5, 0.9])
    assert median <= 6
    assert ninth <= 17


def _body(function: ast.FunctionDef) -> int:
    body = function.body[ast.get_docstring(function) is not None :]
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_file_loads_the_distributions_of_scipy_when_it_is_loaded():
    """They are a third of what a command of the shell loads; the functions that are needed are in scipy.special."""
    found = {
        path.name
        for path in FILES
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
        if f"{getattr(node, 'module', None) or ''}.{alias.name}".strip(".").startswith("scipy.stats")
    }
    assert found == set()
