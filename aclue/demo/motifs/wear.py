"""Things to wear and carry."""

# ruff: noqa: D103 (a motif is named after what it shows)

from aclue.demo.canvas import Canvas, around
from aclue.demo.ink import BARK, BRASS, COAL, CREAM, GOLD, IRON, SMOKE, STEEL, Ink, shade, tint


def necklace(c: Canvas, ink: Ink, variant: int) -> None:
    metal, shadow = _metal(variant)
    c.curve([(24, 14), (26, 36), (38, 54), (50, 60), (62, 54), (74, 36), (76, 14)], metal, 1.6)
    if variant % 4 == 0:
        c.blob([(50, 58), (60, 72), (50, 84), (40, 72)], ink.main)
        c.blob([(48, 65), (52, 72), (47, 77), (44, 72)], ink.light)
    elif variant % 4 == 1:
        c.circle(50, 70, 11, metal)
        c.circle(50, 70, 8.5, ink.main)
        c.circle(47, 67, 2.5, ink.light)
    elif variant % 4 == 2:
        c.blob([(50, 84), (38, 70), (42, 61), (50, 65), (58, 61), (62, 70)], metal)
        c.circle(50, 71, 3, ink.main)
    else:
        for x, y in ((33, 48), (41, 56), (50, 60), (59, 56), (67, 48)):
            c.circle(x, y + 1, 4.6, ink.main)
            c.circle(x - 1.3, y - 0.5, 1.4, ink.light)
    c.circle(50, 59, 2.4, shadow)


def earrings(c: Canvas, ink: Ink, variant: int) -> None:
    metal, shadow = _metal(variant)
    for x in (34, 66):
        c.arc(x, 27, 6, 150, 400, metal, 1.8)
        c.circle(x, 36, 3, shadow)
        if variant % 4 == 0:
            c.blob([(x, 36), (x + 10, 58), (x, 72), (x - 10, 58)], ink.main)
            c.blob([(x - 2, 48), (x + 1, 58), (x - 3, 64), (x - 6, 58)], ink.light)
        elif variant % 4 == 1:
            c.ring(x, 55, 15, 17, metal, 4)
        elif variant % 4 == 2:
            for px, py in around(x, 56, 8, 6, -90):
                c.circle(px, py, 6, ink.main)
            c.circle(x, 56, 5, metal)
        else:
            c.circle(x, 47, 7, ink.main)
            c.circle(x, 63, 10, ink.accent)
            c.circle(x - 3, 59, 2.6, tint(ink.accent, 0.5))


def finger_ring(c: Canvas, ink: Ink, variant: int) -> None:
    metal, shadow = _metal(variant)
    c.ring(50, 60, 25, 25, shadow, 6.5)
    c.ring(50, 59, 25, 25, metal, 5)
    if variant % 3 == 0:
        c.shape([(38, 24), (44, 18), (56, 18), (62, 24), (50, 40)], ink.main)
        c.shape([(38, 24), (62, 24), (50, 40)], ink.dark)
        c.shape([(45, 24), (55, 24), (50, 40)], ink.light)
    elif variant % 3 == 1:
        c.circle(50, 29, 11, shadow)
        c.circle(50, 29, 9, ink.main)
        c.circle(47, 26, 3, ink.light)
    else:
        for x, y, radius in ((38, 35, 5), (50, 31, 7.5), (62, 35, 5)):
            c.circle(x, y, radius, ink.main if radius > 6 else ink.accent)
            c.circle(x - 1.5, y - 1.5, radius * 0.3, CREAM)


def watch(c: Canvas, ink: Ink, variant: int) -> None:
    strap = ink.main
    c.box(39, 8, 61, 40, strap, 4)
    c.box(39, 60, 61, 92, strap, 4)
    c.box(55, 8, 61, 92, ink.dark, 3)
    for y in (76, 81, 86):
        c.circle(50, y, 1.2, ink.dark)
    if variant % 2:
        c.box(29, 29, 71, 71, COAL, 11)
        c.box(32, 32, 68, 68, shade(ink.accent, 0.65), 9)
        c.arc(50, 50, 13, -90, 150, ink.accent, 3.4)
        c.arc(50, 50, 8.5, -90, 60, ink.light, 3)
    else:
        c.circle(50, 50, 24, _metal(variant)[0])
        c.circle(50, 50, 20.5, CREAM)
        for px, py in around(50, 50, 17, 12):
            c.circle(px, py, 0.9, SMOKE)
        c.line([(50, 50), (50, 38)], COAL, 1.8)
        c.line([(50, 50), (59, 54)], COAL, 1.8)
        c.circle(50, 50, 1.8, ink.accent)
    c.box(72, 47, 75, 53, IRON, 1)


def scarf(c: Canvas, ink: Ink, variant: int) -> None:
    c.shape([(52, 36), (70, 34), (74, 84), (57, 84)], ink.dark)
    c.shape([(34, 36), (52, 36), (48, 80), (30, 80)], ink.main)
    for row in range(3):
        y = 50 + row * 10
        if variant % 3 == 0:
            c.shape(
                [(33 - row * 0.6, y), (51 - row * 0.5, y), (50.5 - row * 0.5, y + 4), (32.5 - row * 0.6, y + 4)],
                ink.accent,
            )
            c.shape([(54 + row, y + 3), (71 + row, y + 3), (71.5 + row, y + 7), (54.5 + row, y + 7)], ink.accent_dark)
        elif variant % 3 == 1:
            for x in (36, 41, 46):
                c.circle(x, y, 1.5, CREAM)
                c.circle(x + 23, y + 3, 1.5, CREAM)
    for x in range(31, 49, 3):
        c.line([(x, 79), (x - 0.5, 86)], ink.light, 1.2)
        c.line([(x + 27, 83), (x + 27, 90)], ink.main, 1.2)
    c.blob([(50, 16), (72, 22), (78, 36), (64, 48), (36, 48), (22, 36), (28, 22)], ink.main)
    c.blob([(50, 22), (62, 25), (64, 31), (50, 35), (36, 31), (38, 25)], ink.dark)
    c.curve([(25, 34), (38, 42), (58, 43), (75, 33)], ink.light, 1.6)


def bag(c: Canvas, ink: Ink, variant: int) -> None:
    if variant % 2:
        c.arc(50, 40, 17, 180, 360, BARK, 3.4)
        c.blob([(28, 42), (72, 42), (78, 60), (74, 82), (26, 82), (22, 60)], ink.main)
        c.blob([(26, 42), (74, 42), (70, 60), (50, 66), (30, 60)], ink.dark)
        c.circle(50, 62, 3.6, GOLD)
    else:
        for x in (38, 62):
            c.line([(x, 42), (x, 28), (x + (6 if x < 50 else -6), 16)], ink.dark, 3)
        c.line([(44, 16), (56, 16)], ink.dark, 3)
        c.shape([(24, 36), (76, 36), (72, 86), (28, 86)], ink.main)
        c.shape([(66, 36), (76, 36), (72, 86), (64, 86)], ink.dark)
        if variant % 4 == 0:
            c.circle(46, 60, 10, ink.accent)
            c.circle(46, 60, 5, CREAM)
        else:
            for y in (50, 60, 70):
                c.line([(31, y), (61, y)], CREAM, 2.4)


def sunglasses(c: Canvas, ink: Ink, variant: int) -> None:
    c.line([(20, 46), (14, 32), (26, 26)], ink.dark, 3)
    c.line([(80, 46), (86, 32), (74, 26)], ink.dark, 3)
    c.arc(50, 50, 8, 200, 340, ink.main, 3.4)
    for x in (31, 69):
        if variant % 2:
            c.circle(x, 54, 18, ink.main)
            c.circle(x, 54, 14.5, COAL)
        else:
            c.blob([(x - 17, 42), (x, 39), (x + 17, 42), (x + 14, 64), (x, 70), (x - 14, 64)], ink.main)
            c.blob([(x - 13, 46), (x, 43), (x + 13, 46), (x + 10, 62), (x, 66), (x - 10, 62)], COAL)
        c.line([(x - 7, 58), (x + 3, 47)], SMOKE, 3)
        c.line([(x - 1, 60), (x + 6, 52)], SMOKE, 1.6)


def backpack(c: Canvas, ink: Ink, variant: int) -> None:
    c.arc(50, 20, 9, 180, 360, ink.dark, 3)
    c.box(20, 48, 32, 76, ink.dark, 5)
    c.box(68, 48, 80, 76, ink.dark, 5)
    c.box(27, 17, 73, 85, ink.main, 15)
    c.box(27, 50, 73, 85, ink.main, 7)
    c.box(32, 54, 68, 80, ink.light if variant % 2 else ink.accent, 5)
    c.line([(34, 61), (66, 61)], ink.dark, 1.6)
    c.circle(60, 61, 1.8, GOLD)
    if variant % 2:
        c.box(38, 32, 42, 56, BARK, 1)
        c.box(58, 32, 62, 56, BARK, 1)
        c.box(28, 28, 72, 40, ink.dark, 6)
    else:
        c.line([(34, 42), (66, 42)], ink.dark, 1.6)
        c.circle(50, 30, 4, CREAM)


def suitcase(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(40, 12, 60, 30, IRON, 4)
    c.box(43, 15, 57, 32, STEEL, 3)
    for x in (30, 64):
        c.circle(x + 3, 85, 3.6, COAL)
    c.box(23, 27, 77, 84, ink.main, 8)
    c.box(69, 32, 77, 80, ink.dark, 5)
    for x in (33, 42, 51, 60) if variant % 2 else ():
        c.box(x, 32, x + 2.4, 79, ink.dark, 1)
    if not variant % 2:
        c.box(23, 40, 77, 46, BARK)
        c.box(23, 66, 77, 72, BARK)
        c.box(33, 38, 39, 48, BRASS, 1)
        c.box(33, 64, 39, 74, BRASS, 1)
    c.box(52, 50, 65, 62, ink.accent, 2)


def booties(c: Canvas, ink: Ink, variant: int) -> None:
    for dx, dy, main, dark in ((14, -8, ink.dark, shade(ink.dark)), (-6, 6, ink.main, ink.dark)):
        c.blob([(30 + dx, 36 + dy), (48 + dx, 36 + dy), (50 + dx, 52 + dy), (70 + dx, 60 + dy), (68 + dx, 74 + dy),
                (34 + dx, 74 + dy), (28 + dx, 60 + dy)], main)  # fmt: skip
        c.curve([(31 + dx, 73 + dy), (50 + dx, 75 + dy), (69 + dx, 71 + dy)], CREAM, 3)
        c.box(28 + dx, 31 + dy, 50 + dx, 41 + dy, CREAM, 4)
        for x in (33, 39, 45):
            c.line([(x + dx, 33 + dy), (x + dx, 39 + dy)], dark, 0.8)
        c.line([(45 + dx, 52 + dy), (38 + dx, 48 + dy)], ink.accent, 1.6)
        c.line([(45 + dx, 52 + dy), (52 + dx, 47 + dy)], ink.accent, 1.6)
        c.circle(45 + dx, 52 + dy, 2.4, ink.accent)
        if variant % 2:
            c.circle(60 + dx, 63 + dy, 2.4, ink.light)


def _metal(variant: int) -> tuple[tuple[int, int, int], tuple[int, int, int]]:
    return ((GOLD, BRASS), (STEEL, IRON), ((226, 172, 152), (192, 132, 112)))[variant % 3]
