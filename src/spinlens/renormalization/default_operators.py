"""The operators that renormalization takes unless told otherwise, and pairs at any displacement."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from spinlens import checks
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.renormalization.operators import Operator, Parity, Site


def _make(*entries: tuple[str, Sequence[Site]]) -> tuple[Operator, ...]:
    return tuple(Operator(name, tuple(sites)) for name, sites in entries)


_DEFAULT: dict[int, tuple[tuple[Operator, ...], tuple[Operator, ...]]] = {
    1: (
        _make(
            ("nn", [(0,), (1,)]), ("(2)", [(0,), (2,)]), ("(3)", [(0,), (3,)]),
            ("four", [(0,), (1,), (2,), (3,)]), ("(4)", [(0,), (4,)]),
        ),
        _make(("m", [(0,)]), ("three", [(0,), (1,), (2,)]), ("three (0,1,3)", [(0,), (1,), (3,)])),
    ),
    2: (
        _make(
            ("nn", [(0, 0), (1, 0)]),
            ("nnn", [(0, 0), (1, 1)]),
            ("plaquette", [(0, 0), (1, 0), (0, 1), (1, 1)]),
            ("(2,0)", [(0, 0), (2, 0)]),
            ("(2,1)", [(0, 0), (2, 1)]),
            ("diamond", [(1, 0), (0, 1), (2, 1), (1, 2)]),
            ("(2,2)", [(0, 0), (2, 2)]),
            ("zigzag", [(0, 0), (1, 0), (1, 1), (2, 1)]),
            ("T", [(0, 0), (1, 0), (2, 0), (1, 1)]),
            ("L", [(0, 0), (1, 0), (2, 0), (0, 1)]),
            ("rectangle", [(0, 0), (2, 0), (0, 1), (2, 1)]),
            ("(3,0)", [(0, 0), (3, 0)]),
            ("(3,1)", [(0, 0), (3, 1)]),
        ),
        _make(
            ("m", [(0, 0)]),
            ("corner", [(0, 0), (1, 0), (0, 1)]),
            ("line", [(0, 0), (1, 0), (2, 0)]),
            ("bent", [(0, 0), (1, 0), (2, 1)]),
            ("V", [(0, 0), (1, 1), (2, 0)]),
            ("five", [(0, 0), (1, 0), (0, 1), (1, 1), (2, 0)]),
            ("cross", [(1, 0), (0, 1), (1, 1), (2, 1), (1, 2)]),
            ("diagonal", [(0, 0), (1, 1), (2, 2)]),
            ("wide corner", [(0, 0), (2, 0), (0, 2)]),
        ),
    ),
    3: (
        _make(
            ("nn", [(0, 0, 0), (1, 0, 0)]),
            ("nnn", [(0, 0, 0), (1, 1, 0)]),
            ("(1,1,1)", [(0, 0, 0), (1, 1, 1)]),
            ("plaquette", [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)]),
            ("tetrahedron", [(0, 0, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1)]),
            ("(2,0,0)", [(0, 0, 0), (2, 0, 0)]),
            ("(2,1,0)", [(0, 0, 0), (2, 1, 0)]),
            ("rectangle", [(0, 0, 0), (1, 1, 0), (0, 0, 1), (1, 1, 1)]),
        ),
        _make(
            ("m", [(0, 0, 0)]),
            ("corner", [(0, 0, 0), (1, 0, 0), (0, 1, 0)]),
            ("line", [(0, 0, 0), (1, 0, 0), (2, 0, 0)]),
            ("bent", [(0, 0, 0), (1, 0, 0), (1, 1, 1)]),
            ("triangle", [(0, 0, 0), (1, 1, 0), (1, 0, 1)]),
        ),
    ),
}  # fmt: skip


@checked
def default_operators(dimension: int, parity: Parity, side: int | None = None) -> tuple[Operator, ...]:
    """The operators that `mcrg` takes unless told otherwise, short ones first.

    Parameters
    ----------
    dimension : int
        1, 2 or 3.
    parity : {"even", "odd"}
        Pairs and four-spin products, or magnetization, three- and five-spin products.
    side : int, optional
        Smallest side of the lattices they are for; operators wider than half of it are left out.

    Returns
    -------
    tuple of Operator
        Each with its name; 13 even and 9 odd ones in 2D.

    Examples
    --------
    >>> [operator.name for operator in default_operators(2, "even")][:4]
    ['nn', 'nnn', 'plaquette', '(2,0)']
    >>> [operator.name for operator in default_operators(2, "even", side=2)]
    ['nn', 'nnn', 'plaquette']
    """
    dimension = checks.positive_integer("dimension", dimension)
    if dimension not in _DEFAULT:
        raise InputError(f"dimension must be 1, 2 or 3, got {dimension}")
    checks.choice("parity", parity, ("even", "odd"))
    return tuple(
        operator for operator in _DEFAULT[dimension][parity == "odd"] if side is None or 2 * operator.extent <= side
    )


def pair_operators(displacements: Iterable[Site]) -> tuple[Operator, ...]:
    """Pairs at given displacements, e.g. far ones for power laws: [(4, 0), (4, 4)].

    Parameters
    ----------
    displacements : iterable of tuple of int
        Each of as many components as the lattice has sides.

    Returns
    -------
    tuple of Operator
        Even operators, one a displacement with all that symmetry makes of it.

    Examples
    --------
    >>> [operator.name for operator in pair_operators([(4, 0), (8, 0)])]
    ['(4,0)', '(8,0)']
    """
    return tuple(_pair(tuple(int(x) for x in site)) for site in displacements)


def _pair(site: Site) -> Operator:
    return Operator("(" + ",".join(map(str, site)) + ")", ((0,) * len(site), site))
