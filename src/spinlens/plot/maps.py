"""Maps of the correlation of visible spins with hidden units or block spins."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from spinlens.arrays import AnyArray
from spinlens.errors import InputError
from spinlens.plot import places, style


def correlation_map(
    found: Any,
    ax: Axes | None = None,
    *,
    limits: tuple[float, float] | None = None,
    bar: bool = True,
    title: str = "",
) -> Axes:
    """⟨v h⟩ against the displacement of the visible spin from the centre of its hidden unit, averaged over units.

    Shades of blue where everything is positive, red and blue about zero otherwise; the square is the block of the unit.

    Parameters
    ----------
    found : CorrelationMap or array_like
        Of `visible_hidden_correlation`; or (x, y) values with the unit in the middle.
    ax : Axes, optional
        Where to draw; a new figure by default.
    limits : tuple of float, optional
        Values at the ends of the colours, to compare maps; those of the map by default.
    bar : bool, default True
        Draw the scale of the colours beside the map.
    title : str, optional
        Above the map.

    Returns
    -------
    Axes
        Displacement in lattice spacings along both axes.

    Raises
    ------
    InputError
        A map that is not of a square lattice.

    Examples
    --------
    >>> ax = correlation_map([[0.0, 0.1, 0.0], [0.1, 0.5, 0.1], [0.0, 0.1, 0.0]])
    >>> ax.images[0].get_extent()
    [-1.5, 1.5, -1.5, 1.5]
    """
    values = np.asarray(places.part(found, "values", found), dtype=np.float64)
    if values.ndim != 2:
        raise InputError(f"a correlation map must be (x, y), got shape {values.shape}: give a slice of it")
    centre = places.part(found, "centre", tuple((side - 1) / 2 for side in values.shape))
    (left, right), (low, high) = ((-0.5 - c, side - 0.5 - c) for c, side in zip(centre, values.shape, strict=True))
    ax = places.axes_for(ax, (4.3, 3.5))
    scale = colors(values) if limits is None else {**colors(np.array(limits)), "vmin": limits[0], "vmax": limits[1]}
    image = ax.imshow(values.T, origin="lower", interpolation="none", extent=(left, right, low, high), **scale)
    if (block := places.part(found, "block")) is not None:
        ax.add_patch(Rectangle((-block / 2, -block / 2), block, block, fill=False, ec=style.INK, lw=0.9))
    if bar and ax.figure is not None:
        connected = places.part(found, "connected", False)
        ax.figure.colorbar(image, ax=ax, label="connected ⟨v h⟩" if connected else "⟨v h⟩", shrink=0.9)
    ax.set_xlabel("x from the centre (lattice spacings)")
    ax.set_ylabel("y from the centre")
    ax.set_title(title)
    return ax


def colors(values: AnyArray) -> dict[str, Any]:
    """Colours for maps with these values: sequential where nothing is negative, else diverging about zero."""
    known = values[np.isfinite(values)]
    if known.size and known.min() >= 0 < known.max():
        return {"cmap": "Blues", "vmin": float(known.min()), "vmax": float(known.max())}
    limit = float(np.abs(known).max()) if known.size and np.any(known) else 1.0
    return {"cmap": style.DIVERGING, "vmin": -limit, "vmax": limit}
