"""A transparent square to draw on, measured 0 to 100 from its top left corner, whatever its size in pixels."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

OVERSAMPLING = 2  # drawn twice as large and halved, which smooths the edges that ImageDraw leaves jagged


@dataclass
class Canvas:
    """Shapes in hundredths of the square's side; angles in degrees, clockwise from three o'clock."""

    size: int
    image: Image.Image = field(init=False)
    pen: ImageDraw.ImageDraw = field(init=False)
    scale: float = field(init=False)

    def __post_init__(self) -> None:
        self.image = Image.new("RGBA", (self.size * OVERSAMPLING,) * 2, (0, 0, 0, 0))
        self.pen = ImageDraw.Draw(self.image)
        self.scale = self.size * OVERSAMPLING / 100

    def ellipse(self, x: float, y: float, rx: float, ry: float, fill: Colour) -> None:
        """Fill an ellipse around its centre."""
        self.pen.ellipse(self._box(x - rx, y - ry, x + rx, y + ry), fill=fill)

    def circle(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """Fill a circle around its centre."""
        self.ellipse(x, y, radius, radius, fill)

    def ring(self, x: float, y: float, rx: float, ry: float, fill: Colour, width: float) -> None:
        """Outline an ellipse; `width` grows inwards."""
        self.pen.ellipse(self._box(x - rx, y - ry, x + rx, y + ry), outline=fill, width=self._length(width))

    def arc(self, x: float, y: float, radius: float, start: float, end: float, fill: Colour, width: float) -> None:
        """Draw part of a circle's outline; `width` grows inwards."""
        self.pen.arc(
            self._box(x - radius, y - radius, x + radius, y + radius), start, end, fill=fill, width=self._length(width)
        )

    def wedge(self, x: float, y: float, rx: float, ry: float, start: float, end: float, fill: Colour) -> None:
        """Fill a slice of an ellipse, like a piece of cake."""
        self.pen.pieslice(self._box(x - rx, y - ry, x + rx, y + ry), start, end, fill=fill)

    def box(self, left: float, top: float, right: float, bottom: float, fill: Colour, radius: float = 0) -> None:
        """Fill a rectangle, with round corners if asked."""
        self.pen.rounded_rectangle(self._box(left, top, right, bottom), radius=radius * self.scale, fill=fill)

    def shape(self, points: Points, fill: Colour) -> None:
        """Fill a polygon with straight sides."""
        self.pen.polygon(self._scaled(points), fill=fill)

    def blob(self, points: Points, fill: Colour) -> None:
        """Fill the smooth closed curve through `points`."""
        self.shape(_smooth(points, closed=True), fill)

    def line(self, points: Points, fill: Colour, width: float) -> None:
        """Draw straight pieces with round ends and corners."""
        scaled = self._scaled(points)
        self.pen.line(scaled, fill=fill, width=self._length(width), joint="curve")
        radius = self._length(width) / 2 - 0.5
        for x, y in (scaled[0], scaled[-1]):
            self.pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

    def curve(self, points: Points, fill: Colour, width: float) -> None:
        """Draw the smooth open curve through `points`, with round ends."""
        self.line(_smooth(points, closed=False), fill, width)

    def _box(self, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
        return left * self.scale, top * self.scale, right * self.scale, bottom * self.scale

    def _scaled(self, points: Points) -> Points:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def _length(self, hundredths: float) -> int:
        return max(1, round(hundredths * self.scale))


def around(x: float, y: float, radius: float, count: int, turn: float = 0) -> Points:
    """Return `count` points evenly spaced on a circle, the first one `turn` degrees from three o'clock.

    >>> [(round(x), round(y)) for x, y in around(50, 50, 10, count=4)]
    [(60, 50), (50, 60), (40, 50), (50, 40)]
    """
    angles = np.radians(turn + 360 * np.arange(count) / count)
    return [(float(x + radius * np.cos(angle)), float(y + radius * np.sin(angle))) for angle in angles]


def _smooth(points: Points, *, closed: bool, steps: int = 10) -> Points:
    """Return a Catmull-Rom curve through `points`, `steps` points to a piece."""
    knots = np.array(points, dtype=float)
    before, after = (knots[-1:], knots[:2]) if closed else (knots[:1], knots[-1:])
    knots = np.concatenate([before, knots, after])
    p0, p1, p2, p3 = (knots[start : len(knots) - 3 + start, None, :] for start in range(4))
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    pieces = 0.5 * (
        2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )
    path = [(float(x), float(y)) for x, y in pieces.reshape(-1, 2)]
    return path if closed else [*path, points[-1]]
