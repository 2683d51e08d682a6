"""Things with a plug, a string or a screen."""

# ruff: noqa: D103 (a motif is named after what it shows)

from aclue.demo.canvas import Canvas, around
from aclue.demo.ink import BARK, BRASS, COAL, CREAM, FLAME, GLOW, GOLD, IRON, SMOKE, STEEL, WOOD, Ink, shade, tint


def headphones(c: Canvas, ink: Ink, variant: int) -> None:
    c.arc(50, 50, 33, 180, 360, ink.dark, 6)
    c.arc(50, 50, 31.5, 190, 350, ink.main, 3)
    for x, turn in ((20, 1), (80, -1)):
        c.box(x - 4, 46, x + 4, 58, STEEL, 2)
        c.box(min(x - 6 * turn, x + 10 * turn), 52, max(x - 6 * turn, x + 10 * turn), 82, ink.main, 7)
        c.box(min(x + 6 * turn, x + 14 * turn), 54, max(x + 6 * turn, x + 14 * turn), 80, COAL, 4)
        if variant % 2:
            c.circle(x, 67, 3, ink.accent)
    if variant % 3 == 0:
        c.arc(50, 50, 28, 220, 320, CREAM, 4)


def speaker(c: Canvas, ink: Ink, variant: int) -> None:
    if variant % 2:
        c.box(30, 12, 70, 86, ink.main, 8)
        c.box(62, 16, 70, 82, ink.dark, 5)
        cones: tuple[tuple[float, float], ...] = ((34, 9), (62, 13))
        centre = 48
    else:
        c.arc(50, 38, 17, 180, 360, BARK, 3)
        c.box(16, 36, 84, 78, ink.main, 9)
        c.box(16, 70, 84, 78, ink.dark, 5)
        cones, centre = ((56, 14),), 36
        for y in (46, 51, 56, 61, 66):
            c.line([(60, y), (76, y)], ink.dark, 1.4)
    for height, radius in cones:
        c.circle(centre, height, radius, COAL)
        c.circle(centre, height, radius * 0.78, SMOKE)
        c.circle(centre, height, radius * 0.36, ink.accent)


def camera(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(26, 20, 48, 34, ink.dark, 3)
    c.box(64, 24, 76, 32, GOLD if variant % 2 else ink.accent, 2)
    c.box(16, 30, 84, 76, ink.main, 8)
    c.box(16, 46, 84, 64, ink.dark if variant % 3 else BARK)
    c.circle(50, 54, 18.5, CREAM)
    c.circle(50, 54, 15.5, COAL)
    c.circle(50, 54, 10, shade(ink.accent, 0.35))
    c.circle(46, 50, 3.4, CREAM)
    c.box(68, 36, 78, 42, GLOW, 1.5)
    if variant % 2:
        c.box(34, 76, 66, 90, CREAM)
        c.box(38, 76, 62, 86, tint(ink.accent, 0.3))


def charger(c: Canvas, ink: Ink, variant: int) -> None:
    c.ellipse(50, 78, 32, 8, BARK if variant % 2 else ink.dark)
    c.ellipse(50, 75, 32, 8, WOOD if variant % 2 else ink.main)
    c.shape([(44, 76), (56, 76), (58, 60), (48, 60)], ink.dark)
    c.box(35, 14, 65, 72, COAL, 6)
    c.box(37.5, 17, 62.5, 69, shade(ink.main, 0.35), 4)
    c.shape([(53, 28), (43, 46), (49, 46), (47, 58), (57, 40), (51, 40)], FLAME)
    c.curve([(82, 76), (90, 80), (88, 90), (96, 92)], ink.accent, 2)


def record(c: Canvas, ink: Ink, variant: int) -> None:
    c.circle(62, 50, 29, COAL)
    for radius in (26, 22, 18, 14):
        c.ring(62, 50, radius, radius, SMOKE, 0.6)
    c.circle(62, 50, 9, ink.accent)
    c.circle(62, 50, 1.6, CREAM)
    c.box(12, 22, 62, 78, ink.dark, 1.5)
    c.box(12, 20, 62, 76, ink.main, 1.5)
    if variant % 4 == 0:
        for place in range(4):
            c.circle(37, 48, 20 - place * 5, (ink.light, ink.accent, CREAM, ink.dark)[place])
    elif variant % 4 == 1:
        for place in range(5):
            c.box(
                18,
                28 + place * 9,
                56 - (place * 7) % 20,
                33 + place * 9,
                (ink.accent, CREAM, ink.light, ink.dark, FLAME)[place],
            )
    elif variant % 4 == 2:
        c.circle(45, 36, 8, FLAME)
        c.shape([(12, 75), (12, 60), (28, 44), (42, 60), (50, 52), (62, 64), (62, 75)], ink.dark)
    else:
        c.blob([(37, 26), (52, 40), (44, 62), (24, 66), (20, 44)], ink.accent)
        c.blob([(38, 36), (46, 44), (40, 56), (28, 54)], CREAM)


def turntable(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(12, 28, 88, 80, BARK if variant % 2 else ink.dark, 5)
    c.box(12, 26, 88, 76, WOOD if variant % 2 else ink.main, 5)
    c.circle(43, 51, 23, IRON)
    c.circle(43, 51, 21.5, COAL)
    for radius in (18, 14):
        c.ring(43, 51, radius, radius, SMOKE, 0.6)
    c.circle(43, 51, 8, ink.accent)
    c.circle(43, 51, 1.5, CREAM)
    c.circle(76, 37, 5, STEEL)
    c.line([(76, 37), (76, 58), (61, 64)], STEEL, 2.2)
    c.line([(64, 63), (59, 65)], CREAM, 3.6)
    c.circle(79, 69, 3, GOLD)


def guitar(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(46.6, 18, 53.4, 52, BARK)
    c.box(44, 6, 56, 20, ink.dark, 3)
    for y in (10, 15):
        c.circle(42.5, y, 1.8, GOLD)
        c.circle(57.5, y, 1.8, GOLD)
    body = WOOD if variant % 3 == 0 else ink.main
    c.ellipse(50, 73, 23, 19, shade(body, 0.18))
    c.ellipse(50, 52, 17, 14, shade(body, 0.18))
    c.ellipse(50, 72, 22, 18, body)
    c.ellipse(50, 52, 16, 13, body)
    c.circle(50, 59, 7.5, ink.accent)
    c.circle(50, 59, 6, COAL)
    c.box(40, 76, 60, 79.5, BARK, 1)
    for x in (48, 49.4, 50.8, 52.2):
        c.line([(x, 12), (x, 77)], CREAM, 0.45)


def projector(c: Canvas, ink: Ink, variant: int) -> None:
    c.shape([(12, 14), (36, 52), (36, 62), (12, 88)], GLOW)
    c.box(40, 80, 50, 86, COAL, 1.5)
    c.box(74, 80, 84, 86, COAL, 1.5)
    c.box(34, 40, 88, 82, ink.main, 8)
    c.box(34, 72, 88, 82, ink.dark, 5)
    c.circle(46, 58, 12.5, COAL)
    c.circle(46, 58, 9, shade(ink.accent, 0.2))
    c.circle(43, 55, 3, CREAM)
    for y in (50, 55, 60, 65):
        c.line([(66, y), (80, y)], ink.dark, 1.5)
    if variant % 2:
        for x in (50, 72):
            c.circle(x, 30, 11, COAL)
            for px, py in around(x, 30, 6, 5, variant * 12):
                c.circle(px, py, 2.4, ink.light)
    else:
        c.box(62, 35, 80, 41, BRASS, 2)
