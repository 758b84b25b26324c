"""What matplotlib draws as SVG of few bytes: one element for marks that look alike, whole tenths of a point."""

from __future__ import annotations

import re
from html import escape
from typing import Any

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex
from matplotlib.path import Path
from matplotlib.transforms import Affine2D, Bbox

from spinlens.arrays import AnyArray, Array
from spinlens.plot.style import CSS_VARIABLES
from spinlens.report import path_data, png
from spinlens.report.scripts import spans

_UNITS = 10  # of the drawing in a point
_GLYPH = 30.0  # points: a marker is smaller, a larger "marker" is a shape
_DEFAULT = re.compile(r"\\mathdefault\{((?:[^{}]|\{[^{}]*\})*)\}")
_ANCHORS = {"left": "start", "right": "end", "center": "middle", "top": "end", "bottom": "start"}


class PageRenderer(RendererBase):
    """A figure for a page: colours of the palette follow its theme, text is text in its fonts, there are no ids.

    Paths that look alike and follow one another are one element, markers of a curve are too. What lies outside of the
    frame of its axes is cut off here, so that the browser has nothing to clip. Words lie above all that is drawn.
    """

    def __init__(self, width: float, height: float) -> None:  # in points
        super().__init__()
        self._width, self._height = width, height
        self._drawn: list[tuple[str, path_data.Steps]] = []  # style of a path with its steps, or an image with none
        self._words: dict[str, list[str]] = {}

    def svg(self, description: str) -> str:
        """What was drawn as an `<svg>` of no fixed size; `description` is what a screen reader says."""
        shapes = "".join(
            f'<path d="{path_data.text(steps)}" style="{style}"/>' if steps else style for style, steps in self._drawn
        )
        words = "".join(f'<g style="{style}">{"".join(own)}</g>' for style, own in self._words.items())
        return (
            f'<svg role="img" aria-label="{escape(description)}" viewBox="0 0 {self._width:.6g} {self._height:.6g}">'
            f'<g transform="scale({1 / _UNITS:g})" fill="none" stroke-linejoin="round">{shapes}</g>{words}</svg>'
        )

    # --- what matplotlib asks of a renderer ---------------------------------------------------------------------------

    def get_canvas_width_height(self) -> tuple[float, float]:
        return self._width, self._height

    def option_image_nocomposite(self) -> bool:
        return True

    def option_scale_image(self) -> bool:
        return True

    def get_text_width_height_descent(self, s: str, prop: Any, ismath: Any) -> tuple[float, float, float]:
        return super().get_text_width_height_descent(_plain(s), prop, False)

    def draw_path(self, gc: Any, path: Path, transform: Any, rgbFace: Any = None) -> None:
        style = _look(gc, rgbFace)
        if style:
            frame = _frame(gc)
            shown = _outline(path, transform, frame) if rgbFace is None else _area(path, transform, frame)
            self._put(style, path_data.steps(shown, self._units))

    def draw_markers(
        self, gc: Any, marker_path: Path, marker_trans: Any, path: Path, trans: Any, rgbFace: Any = None
    ) -> None:
        shape = marker_trans.transform_path(marker_path)
        places = trans.transform(path_data.vertices(path))
        places = places[np.isfinite(places).all(axis=1)]
        radius = float(np.abs(path_data.vertices(shape)).max(initial=0.0))
        if radius > _GLYPH:
            for place in places:
                self.draw_path(gc, shape, Affine2D().translate(*place), rgbFace)
            return
        frame = _frame(gc)
        if frame is not None:
            low, high = _corners(frame)
            places = places[((places > low - 0.5) & (places < high + 0.5)).all(axis=1)]
        style, glyph = _look(gc, rgbFace), path_data.glyph(shape, _UNITS)
        if path_data.is_curved(shape):
            edge = _edge_of_disc(gc, rgbFace)
            glyph = path_data.circle(radius, _UNITS) if edge is None else path_data.DOT
            style = style if edge is None else _pen(gc, rgbFace, 2 * radius + edge)
        if style:
            self._put(style, [step for place in self._units(places) for step in path_data.moved(glyph, place)])

    def draw_image(self, gc: Any, x: float, y: float, im: Any, transform: Any = None) -> None:
        placed = Affine2D().scale(1 / im.shape[1], 1 / im.shape[0]) + (
            Affine2D().scale(im.shape[1], im.shape[0]) if transform is None else transform
        )
        corners = placed.transform([(0.0, 0.0), im.shape[1::-1]]) + np.array((x, y))
        (left, first), (right, last) = self._units(corners)
        pixels = im[::-1] if last < first else im  # rows from the top on
        box = f'x="{left}" y="{min(first, last)}" width="{right - left}" height="{abs(last - first)}"'
        self._drawn.append((f'<image {box} preserveAspectRatio="none" href="{png.address(pixels)}"/>', []))

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        anchor = "start"
        if mtext is not None and angle in (0, 90):
            own = mtext.get_transform().transform(mtext.get_unitless_position())
            along = angle == 0 or mtext.get_rotation_mode() == "anchor"
            anchor = _ANCHORS.get(mtext.get_ha() if along else mtext.get_va(), "start")
            x, y = (own[0], y) if angle == 0 else (x, self._height - own[1])
        turn = f' transform="rotate({-angle:g} {x:.1f} {y:.1f})"' if angle else ""
        weight = "font-weight:600;" if prop.get_weight() in ("bold", "semibold") else ""
        style = f"font-size:{prop.get_size_in_points():g}px;{weight}text-anchor:{anchor};fill:{_color(gc.get_rgb())}"
        words = spans(escape(_plain(s)))  # sub- and superscripts as the page has them
        self._words.setdefault(style, []).append(f'<text x="{x:.1f}" y="{y:.1f}"{turn}>{words}</text>')

    # --- how it is kept ----------------------------------------------------------------------------------------------

    def _units(self, points: Any) -> AnyArray:
        """Points from below as whole units from above."""
        return np.rint((np.asarray(points) * (1, -1) + (0, self._height)) * _UNITS).astype(int)

    def _put(self, style: str, steps: path_data.Steps) -> None:
        if not steps:
            return
        if self._drawn and self._drawn[-1][0] == style:
            self._drawn[-1][1].extend(steps)
        else:
            self._drawn.append((style, steps))


def _plain(text: str) -> str:
    """Words without what tells matplotlib that they are mathematics: T_c, 10^{-3}.

    >>> _plain(r"$\\mathdefault{10^{-3}}$"), _plain("T / $T_c$")
    ('10^{-3}', 'T / T_c')
    """
    text = text.replace("$", "")
    return _DEFAULT.sub(r"\1", text)


def _look(gc: Any, face: Any) -> str:
    """The style of a path; empty for one that cannot be seen."""
    width, edge, alpha = gc.get_linewidth(), gc.get_rgb(), gc.get_alpha()
    parts = []
    if face is not None and (len(face) < 4 or face[3] > 0):
        parts.append(f"fill:{_color(face)}")
        parts += _opacity("fill-opacity", face[3] if len(face) == 4 and not gc.get_forced_alpha() else 1.0)
    if width > 0 and edge[3] > 0:
        parts += [f"stroke:{_color(edge)}", f"stroke-width:{width * _UNITS:.3g}"]
        parts += _opacity("stroke-opacity", 1.0 if gc.get_forced_alpha() else edge[3])
        _, dashes = gc.get_dashes()
        if dashes is not None:
            parts.append(f"stroke-dasharray:{' '.join(f'{dash * _UNITS:.3g}' for dash in dashes)}")
    return ";".join([*parts, *_opacity("opacity", alpha if gc.get_forced_alpha() else 1.0)]) if parts else ""


def _edge_of_disc(gc: Any, face: Any) -> float | None:
    """The width of the edge of a filled circle where that has the colour of the face; None where it has another."""
    if face is None:
        return None
    edge, width = gc.get_rgb(), gc.get_linewidth()
    if width == 0 or edge[3] == 0:
        return 0.0
    return float(width) if to_hex(edge) == to_hex(face) else None


def _pen(gc: Any, face: Any, width: float) -> str:
    alpha = gc.get_alpha() if gc.get_forced_alpha() else face[3] if len(face) == 4 else 1.0
    parts = [f"stroke:{_color(face)}", f"stroke-width:{width * _UNITS:.3g}", "stroke-linecap:round"]
    return ";".join([*parts, *_opacity("opacity", alpha)])


def _opacity(name: str, alpha: float) -> list[str]:
    return [] if alpha == 1 else [f"{name}:{alpha:.3g}"]


def _color(rgb: Any) -> str:
    """A colour of the palette as that of the page's theme."""
    found = to_hex(rgb)
    return f"var({CSS_VARIABLES[found]})" if found in CSS_VARIABLES else found


def _frame(gc: Any) -> Bbox | None:
    clip = gc.get_clip_rectangle()
    return None if clip is None else Bbox(clip.get_points())


def _corners(frame: Bbox) -> tuple[Array, Array]:
    """The lower left and the upper right one."""
    ends = np.asarray(frame.extents, dtype=np.float64)
    return ends[:2], ends[2:]


def _outline(path: Path, transform: Any, frame: Bbox | None) -> Path:
    """A line, cut at the frame."""
    clip = None if frame is None else (frame.x0 + 1, frame.y0 + 1, frame.x1 - 1, frame.y1 - 1)  # it is cut 1 outside
    return path.cleaned(transform, True, clip, simplify=path.should_simplify, curves=True)


def _area(path: Path, transform: Any, frame: Bbox | None) -> Path:
    """A filled shape, cut at the frame; one with round edges is there or not."""
    shape = _closed(path.cleaned(transform, True, None, curves=True))
    points = path_data.vertices(shape)
    if frame is None or not len(points):
        return shape
    low, high = points.min(axis=0), points.max(axis=0)
    first, last = _corners(frame)
    if (low >= first).all() and (high <= last).all():
        return shape
    if (high < first).any() or (low > last).any():
        return Path(np.zeros((0, 2)))
    return shape if path_data.is_curved(shape) else shape.clip_to_bbox(frame)


def _closed(path: Path) -> Path:
    """Without the stop at its end, and closed at a place of its own: where a path is closed is no point of it."""
    points, codes = path_data.vertices(path)[:-1].copy(), np.asarray(path.codes)[:-1]
    ends = np.flatnonzero(codes == Path.CLOSEPOLY)
    points[ends] = points[ends - 1]
    return Path(points, codes)
