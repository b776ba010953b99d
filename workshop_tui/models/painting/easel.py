"""What scenes are painted with: shaded shapes on one canvas, their outlines on another."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import skia

Color = tuple[int, int, int]
Point = tuple[float, float]

TOWARDS_LIGHT: dict[str, Point] = {
    "left": (-0.8, -0.6),
    "right": (0.8, -0.6),
    "soft": (-0.3, -0.95),
    "candle": (-0.75, 0.35),
}


def mix(first: Color, second: Color, share: float) -> Color:
    """Return a colour between two; `share` is the second's, 0 to 1."""
    return (
        int(first[0] + (second[0] - first[0]) * share),
        int(first[1] + (second[1] - first[1]) * share),
        int(first[2] + (second[2] - first[2]) * share),
    )


def darker(color: Color, share: float) -> Color:
    """Return the colour in shade, a little bluer."""
    return mix(color, (14, 10, 20), share)


def lighter(color: Color, share: float) -> Color:
    """Return the colour in warm light."""
    return mix(color, (255, 248, 228), share)


def argb(color: Color, alpha: float = 1.0) -> int:
    """Return the colour as skia takes it."""
    return skia.Color(*color, int(255 * alpha))


def polygon(points: Sequence[Point]) -> skia.Path:
    """Return a closed shape with corners."""
    return skia.Path.Polygon([skia.Point(x, y) for x, y in points], True)


def oval(x: float, y: float, rx: float, ry: float) -> skia.Path:
    """Return an ellipse by centre and radii."""
    return skia.Path.Oval(skia.Rect.MakeLTRB(x - rx, y - ry, x + rx, y + ry))


def box(left: float, top: float, right: float, bottom: float) -> skia.Path:
    """Return a rectangle by its edges."""
    return skia.Path.Rect(skia.Rect.MakeLTRB(left, top, right, bottom))


def curve(points: Sequence[Point], closed: bool = False) -> skia.Path:
    """Return a smooth line through the points (Catmull-Rom)."""
    builder = skia.PathBuilder()
    count = len(points)
    builder.moveTo(*points[0])
    for i in range(count if closed else count - 1):
        if closed:
            a, b, c, d = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        else:
            a, b, c, d = (points[min(max(i + k, 0), count - 1)] for k in (-1, 0, 1, 2))
        builder.cubicTo(
            b[0] + (c[0] - a[0]) / 6,
            b[1] + (c[1] - a[1]) / 6,
            c[0] - (d[0] - b[0]) / 6,
            c[1] - (d[1] - b[1]) / 6,
            c[0],
            c[1],
        )
    if closed:
        builder.close()
    return builder.detach()


def blob(points: Sequence[Point]) -> skia.Path:
    """Return a smooth closed shape through the points."""
    return curve(points, closed=True)


def mirrored(points: Sequence[Point]) -> list[Point]:
    """Return the points of a right half from top to bottom, then the left half's from bottom to top."""
    return [*points, *((-x, y) for x, y in reversed(points) if x)]


class Easel:
    """Two canvases whose origin is the picture's centre and whose unit is its short side."""

    def __init__(self, width: int, height: int, light: str, lines: bool = False, blur: bool = False, fade: float = 0.0):
        self.width, self.height = width, height
        self.short = min(width, height)
        self.right, self.bottom = width / self.short / 2, height / self.short / 2
        self.left, self.top = -self.right, -self.bottom
        self.pixels = np.zeros((height, width, 4), np.uint8)
        self.ink = np.full((height, width), 255, np.uint8)
        self.light = TOWARDS_LIGHT[light]
        self.scale = 1.0
        self._blur, self._fade = blur, fade
        self.focus: tuple[float, float, float] | None = None
        """Where the eye goes: centre and radius, in short sides."""
        self._surface = skia.Surface(self.pixels, skia.ColorType.kRGBA_8888_ColorType)
        self._line_surface = skia.Surface(self.ink, skia.ColorType.kGray_8_ColorType)
        self.canvas = self._surface.getCanvas()
        self.line_canvas = self._line_surface.getCanvas() if lines else None
        for canvas in self._canvases():
            canvas.translate(width / 2, height / 2)
            canvas.scale(self.short, self.short)

    def _canvases(self) -> list[skia.Canvas]:
        return [self.canvas] if self.line_canvas is None else [self.canvas, self.line_canvas]

    @contextmanager
    def place(
        self, x: float, y: float, scale: float, degrees: float = 0.0, clip: skia.Path | None = None, flip: bool = False
    ) -> Iterator[None]:
        """Draw in a frame of its own: moved, scaled, turned and, if wished, within a shape."""
        before, self.scale = self.scale, self.scale * scale
        for canvas in self._canvases():
            canvas.save()
            canvas.translate(x, y)
            canvas.rotate(degrees)
            canvas.scale(-scale if flip else scale, scale)
            if clip is not None:
                canvas.clipPath(clip, skia.ClipOp.kIntersect, True)
        yield
        for canvas in self._canvases():
            canvas.restore()
        self.scale = before

    def fill(
        self,
        path: skia.Path,
        color: Color,
        shade: float = 0.45,
        round_: bool = False,
        line: float = 0.005,
        alpha: float = 1.0,
    ) -> None:
        """Fill a shape, lit on one side and dark by `shade` on the other; its outline is `line` short sides wide."""
        paint = skia.Paint(AntiAlias=True, Color=argb(color, alpha))
        if shade:
            bounds = path.getBounds()
            x, y = bounds.centerX(), bounds.centerY()
            rx, ry = bounds.width() / 2, bounds.height() / 2
            lx, ly = self.light
            colors = [argb(lighter(color, shade * 0.4), alpha), argb(color, alpha), argb(darker(color, shade), alpha)]
            if round_:
                center = skia.Point(x + lx * rx * 0.45, y + ly * ry * 0.45)
                paint.setShader(skia.GradientShader.MakeRadial(center, max(rx, ry) * 1.5, colors, [0.0, 0.4, 1.0]))
            else:
                ends = [skia.Point(x + lx * rx, y + ly * ry), skia.Point(x - lx * rx, y - ly * ry)]
                paint.setShader(skia.GradientShader.MakeLinear(ends, colors, [0.0, 0.4, 1.0]))
        self.canvas.drawPath(path, paint)
        if self.line_canvas is not None and alpha > 0.6:
            self.line_canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=0xFFFFFFFF))
            if line:
                self.line_canvas.drawPath(path, self.pen(0xFF000000, line))

    def down(self, path: skia.Path, top: Color, bottom: Color, line: float = 0.0) -> None:
        """Fill a shape from one colour above to another below, as skies and walls are."""
        bounds = path.getBounds()
        ends = [skia.Point(0, bounds.top()), skia.Point(0, bounds.bottom())]
        shader = skia.GradientShader.MakeLinear(ends, [argb(top), argb(bottom)])
        self.canvas.drawPath(path, skia.Paint(AntiAlias=True, Shader=shader))
        if self.line_canvas is not None:
            self.line_canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=0xFFFFFFFF))
            if line:
                self.line_canvas.drawPath(path, self.pen(0xFF000000, line))

    def stroke(self, path: skia.Path, color: Color, width: float, alpha: float = 1.0, line: bool = True) -> None:
        """Draw along a path; `width` in short sides."""
        self.canvas.drawPath(path, self.pen(argb(color, alpha), width))
        if self.line_canvas is not None and line and alpha > 0.5:
            self.line_canvas.drawPath(path, self.pen(0xFF000000, min(width, 0.006)))

    def pen(self, color: int, width: float) -> skia.Paint:
        """Return what draws lines of a width in short sides."""
        return skia.Paint(
            AntiAlias=True,
            Color=color,
            Style=skia.Paint.kStroke_Style,
            StrokeWidth=width / self.scale,
            StrokeCap=skia.Paint.kRound_Cap,
            StrokeJoin=skia.Paint.kRound_Join,
        )

    def soft(self, x: float, y: float, rx: float, ry: float, color: Color, alpha: float, add: bool = False) -> None:
        """Lay a soft-edged ellipse over the colours: a shadow, a blush or, added, a glow."""
        shader = skia.GradientShader.MakeRadial(
            skia.Point(0, 0), 1.0, [argb(color, alpha), argb(color, alpha * 0.55), argb(color, 0)], [0.0, 0.5, 1.0]
        )
        paint = skia.Paint(AntiAlias=True, Shader=shader)
        if add:
            paint.setBlendMode(skia.BlendMode.kPlus)
        self.canvas.save()
        self.canvas.translate(x, y)
        self.canvas.scale(rx, ry)
        self.canvas.drawCircle(0, 0, 1, paint)
        self.canvas.restore()

    def everything(self) -> skia.Path:
        """Return the whole picture's rectangle."""
        return box(self.left - 0.01, self.top - 0.01, self.right + 0.01, self.bottom + 0.01)

    def background_done(self) -> None:
        """Tell that what is painted so far lies behind the subject: a lens blurs it, a pencil leaves it faint."""
        if self._fade:
            self.canvas.drawPath(self.everything(), skia.Paint(Color=argb((255, 255, 255), self._fade)))
        if not self._blur:
            return
        whole = skia.Rect.MakeWH(self.width, self.height)
        image = self._surface.makeImageSnapshot()
        small = skia.Surface(24 * self.width // self.short, 24 * self.height // self.short)
        mipmaps = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
        small.getCanvas().drawImageRect(image, skia.Rect.MakeWH(small.width(), small.height()), mipmaps)
        self.canvas.save()
        self.canvas.resetMatrix()
        self.canvas.drawImageRect(
            small.makeImageSnapshot(), whole, skia.SamplingOptions(skia.CubicResampler.Mitchell())
        )
        self.canvas.restore()

    def finish(self, fall: float) -> None:
        """Let the light fall off over the picture by `fall`, away from where it comes from."""
        lx, ly = self.light
        ends = [skia.Point(lx * 0.8 * self.right * 2, ly * 0.8), skia.Point(-lx * 1.4 * self.right * 2, -ly * 1.2)]
        shades = [argb((255, 255, 255)), argb((235, 232, 238)), argb(mix((255, 255, 255), (40, 36, 60), fall))]
        shader = skia.GradientShader.MakeLinear(ends, shades, [0.0, 0.45, 1.0])
        self.canvas.drawPath(self.everything(), skia.Paint(Shader=shader, BlendMode=skia.BlendMode.kMultiply))

    def flush(self) -> None:
        """Bring all that was drawn into `pixels` and `ink`."""
        self._surface.flushAndSubmit()
        self._line_surface.flushAndSubmit()


def ring(count: int, start: float = 0.0) -> list[float]:
    """Return angles evenly around a circle, in radians."""
    return [start + 2 * math.pi * i / count for i in range(count)]
