"""``spinlens mcrg``: exponents of block spins of anyone's states."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from spinlens.cli.choices import BLOCK_RULES, one_of
from spinlens.cli.options import (
    AsJson,
    FlatShape,
    Seed,
    StatesPath,
    echo_json,
    make_sides,
    one_thread_of_blas,
    read_states,
)
from spinlens.errors import InputError

_COARSEST = 8


def mcrg(
    states: StatesPath,
    temperature: Annotated[
        float | None,
        typer.Option("--temperature", "-T", help="Which temperature of the file.", show_default="the only one"),
    ] = None,
    rule: Annotated[str, one_of("--rule", BLOCK_RULES, "How 2 x 2 spins become one")] = "majority",
    p: Annotated[
        float | None, typer.Option(help="Strength of the rule kadanoff, above 0.", show_default="2 with that rule")
    ] = None,
    steps: Annotated[
        int | None, typer.Option(help="Blockings in a row.", show_default=f"down to a side of {_COARSEST}")
    ] = None,
    bins: Annotated[int, typer.Option(help="Jackknife bins.")] = 64,
    seed: Seed = 0,
    shape: FlatShape = None,
    as_json: AsJson = False,
) -> None:
    """Exponents y_t and y_h of block spins by Monte Carlo renormalization group, from states at T_c."""
    one_thread_of_blas()
    held = read_states(states)
    from spinlens.files.held import has_sites
    from spinlens.lattice.states_of import states_of
    from spinlens.renormalization.block_spin import BlockRule, block_spin_flow
    from spinlens.renormalization.mcrg import mcrg as exponents

    spins = states_of(held, None if shape is None else make_sides(shape, None, None), temperature)
    if shape is None and spins.ndim == 2 and not has_sites(held):
        n = spins.shape[1]
        raise InputError(
            f"{states} holds flat states of {n} sites: give their lattice, as --shape 8x8, a ring as --shape {n}"
        )
    count = _steps(spins.shape[1:]) if steps is None else steps
    strength = 2.0 if rule == "kadanoff" and p is None else p
    path = block_spin_flow(spins, count, 2, cast(BlockRule, rule), strength, seed, shape=spins.shape[1:])
    found = exponents(path, chains=getattr(held, "sizes", {}).get("chain", 1), bins=bins, progress=True)
    if as_json:
        echo_json(
            {
                "what": repr(found),
                "reliable": found.reliable,
                "rows": found.to_dataframe().reset_index().to_dict("records"),
            }
        )
    else:
        typer.echo(str(found))


def _steps(shape: tuple[int, ...]) -> int:
    """As many halvings as leave sides of `_COARSEST` at least; one in any case."""
    count, side = 0, min(shape)
    while side % 2 == 0 and side // 2 >= _COARSEST:
        count, side = count + 1, side // 2
    return max(1, count)
