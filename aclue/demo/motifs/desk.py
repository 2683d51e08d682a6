"""Things to read, write and make with."""

# ruff: noqa: D103 (a motif is named after what it shows)

from aclue.demo.canvas import Canvas, around
from aclue.demo.ink import (
    BARK,
    BERRY,
    BRASS,
    COAL,
    CREAM,
    FLAME,
    GOLD,
    IRON,
    LEAF,
    MOSS,
    PAPER,
    SMOKE,
    STEEL,
    WOOD,
    Ink,
    tint,
)

RAINBOW = ((214, 92, 88), (240, 164, 84), (242, 208, 110), (120, 170, 120), (98, 150, 196), (150, 116, 178))


def book(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(28, 16, 76, 86, ink.dark, 3)
    c.box(32, 18, 75, 83, PAPER)
    for y in (79, 81):
        c.line([(32, y), (74, y)], (214, 202, 180), 0.5)
    c.box(24, 12, 72, 78, ink.main, 3)
    c.box(24, 12, 31, 78, ink.dark, 2)
    if variant % 4 == 0:
        c.box(38, 22, 65, 44, CREAM, 1)
        c.line([(42, 29), (61, 29)], ink.dark, 1.8)
        c.line([(45, 35), (58, 35)], ink.dark, 1.3)
        c.circle(51.5, 60, 8, ink.accent)
    elif variant % 4 == 1:
        for place in range(4):
            c.wedge(
                51.5,
                68 + place * 2.4,
                18 - place * 4,
                30 - place * 7,
                180,
                360,
                (ink.accent, ink.light, CREAM, ink.dark)[place],
            )
        c.line([(41, 24), (62, 24)], CREAM, 2)
    elif variant % 4 == 2:
        c.curve([(51, 70), (50, 50), (52, 32)], CREAM, 1.4)
        for y in (40, 50, 60):
            c.blob([(51, y + 5), (40, y), (44, y - 5)], ink.accent)
            c.blob([(51, y + 2), (62, y - 3), (58, y - 8)], CREAM)
    else:
        c.circle(51.5, 38, 11, GOLD)
        c.shape([(31, 78), (31, 66), (44, 50), (54, 64), (60, 57), (72, 72), (72, 78)], ink.accent)
    if variant % 2:
        c.shape([(62, 78), (67, 78), (67, 92), (64.5, 88), (62, 92)], BERRY)


def books(c: Canvas, ink: Ink, variant: int) -> None:
    spines = (
        (20, 78, ink.main, ink.light),
        (26, 74, ink.accent, CREAM),
        (22, 70, ink.dark, GOLD),
        (28, 72, ink.light, ink.dark),
    )
    for place, (left, right, fill, band) in enumerate(spines):
        top = 70 - place * 14
        c.box(left, top, right, top + 13, fill, 2)
        c.box(right - 4, top + 2, right + 1, top + 11, PAPER)
        c.box(left + 6, top, left + 8.5, top + 13, band)
        c.line([(left + 16, top + 6.5), (left + 32, top + 6.5)], band, 1.5)
    if variant % 2:
        c.box(42, 15, 56, 28, CREAM, 3)
        c.ring(57, 21, 4.5, 4.5, CREAM, 1.6)
    else:
        c.circle(50, 20, 8, BERRY)
        c.blob([(50, 13), (56, 8), (55, 14)], LEAF)


def notebook(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(27, 15, 77, 85, PAPER, 3)
    c.box(24, 12, 73, 83, ink.main, 4)
    c.box(24, 12, 33, 83, ink.dark, 3)
    if variant % 3 == 0:
        for y in range(18, 82, 7):
            c.line([(20, y), (28, y)], STEEL, 1.6)
    else:
        c.box(64, 12, 67, 83, ink.accent)
    if variant % 2:
        c.box(40, 26, 62, 42, CREAM, 1.5)
        c.line([(44, 32), (58, 32)], SMOKE, 1.1)
        c.line([(44, 36), (54, 36)], SMOKE, 1.1)
    else:
        for px, py in around(49, 46, 7, 8):
            c.circle(px, py, 2, ink.light)
    c.line([(80, 24), (80, 74)], BARK if variant % 2 else COAL, 4)
    c.shape([(78, 74), (82, 74), (80, 83)], WOOD)


def pen(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(18, 62, 82, 82, ink.dark, 3)
    c.box(18, 60, 82, 79, CREAM, 3)
    c.line([(24, 70), (50, 70)], tint(ink.main, 0.5), 1.4)
    c.line([(24, 74), (42, 74)], tint(ink.main, 0.5), 1.4)
    c.line([(76, 14), (46, 48)], ink.dark, 9)
    c.line([(76, 14), (46, 48)], ink.main, 7)
    c.line([(72, 13), (50, 38)], ink.light, 1.6)
    c.line([(62, 30), (58, 34.5)], GOLD if variant % 2 else STEEL, 8.4)
    c.shape([(48, 41), (54, 46), (34, 62)], GOLD)
    c.line([(46, 50), (36, 60)], BRASS, 1)
    c.line([(80, 14), (70, 26)], GOLD if variant % 2 else STEEL, 1.8)
    if variant % 3 == 0:
        c.line([(30, 14), (24, 56)], ink.accent, 6)
        c.shape([(21, 55), (27, 56), (23, 66)], GOLD)


def calendar(c: Canvas, ink: Ink, variant: int) -> None:
    c.shape([(22, 84), (78, 84), (72, 76), (28, 76)], BARK)
    c.box(22, 20, 78, 79, CREAM, 3)
    c.box(22, 20, 78, 38, ink.main, 3)
    for x in (32, 44, 56, 68):
        c.line([(x, 15), (x, 25)], STEEL, 2)
    c.line([(38, 31), (62, 31)], CREAM, 2)
    for column in range(6):
        for row in range(4):
            day = column + row * 6
            fill = ink.accent if day == (variant * 5) % 24 else tint(ink.main, 0.75)
            c.box(27 + column * 8, 43 + row * 8.6, 32.5 + column * 8, 48.6 + row * 8.6, fill, 1.2)


def envelope(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(28, 14, 72, 60, CREAM, 1.5)
    if variant % 3 == 0:
        c.blob([(50, 44), (38, 30), (43, 22), (50, 27), (57, 22), (62, 30)], ink.accent)
    elif variant % 3 == 1:
        for x, y in around(50, 32, 6, 6):
            c.circle(x, y, 4, ink.accent)
        c.circle(50, 32, 3, GOLD)
    else:
        for place, fill in enumerate(RAINBOW[:5]):
            c.arc(50, 42, 16 - place * 2.6, 180, 360, fill, 2.4)
    c.box(16, 40, 84, 84, ink.main, 2)
    c.shape([(16, 42), (50, 66), (84, 42), (84, 84), (16, 84)], ink.light)
    c.shape([(16, 84), (46, 62), (54, 62), (84, 84)], ink.main)
    c.circle(50, 65, 5, BERRY if variant % 2 else GOLD)


def yarn(c: Canvas, ink: Ink, variant: int) -> None:
    c.line([(24, 12), (68, 76)], WOOD, 2.4)
    c.line([(80, 14), (40, 76)], WOOD, 2.4)
    c.circle(24, 12, 3, BARK)
    c.circle(80, 14, 3, BARK)
    for x, y, radius, fill, light in ((62, 66, 17, ink.accent, tint(ink.accent)), (40, 58, 24, ink.main, ink.light)):
        c.circle(x, y, radius, fill)
        for shift in (-0.5, 0, 0.5):
            c.curve(
                [
                    (x - radius * 0.8, y + shift * radius),
                    (x, y + (shift - 0.35) * radius),
                    (x + radius * 0.8, y + shift * radius),
                ],
                light,
                1.3,
            )
        c.arc(x - radius * 0.2, y, radius * 0.8, -80, 80, light, 1.3)
    c.curve([(56, 76), (66, 88), (78, 82), (88, 88)], ink.main, 1.6)
    if variant % 2:
        c.box(30, 53, 50, 63, CREAM, 1)


def paintbox(c: Canvas, ink: Ink, variant: int) -> None:
    c.blob([(30, 30), (56, 20), (80, 34), (80, 60), (64, 66), (62, 78), (42, 84), (20, 66), (18, 46)], WOOD)
    c.blob([(30, 29), (56, 18), (79, 32), (79, 57), (63, 63), (61, 75), (42, 81), (21, 64), (19, 45)], tint(WOOD, 0.3))
    for place, (x, y) in enumerate(((32, 42), (46, 32), (62, 34), (70, 47), (32, 58), (44, 70))):
        c.circle(x, y, 5.6, RAINBOW[(place + variant) % 6])
        c.circle(x - 1.6, y - 1.6, 1.4, CREAM)
    c.circle(54, 56, 4, BARK)
    c.line([(88, 18), (58, 68)], ink.dark, 3)
    c.line([(61, 63), (58, 68)], STEEL, 4)
    c.blob([(55, 67), (60, 69), (54, 78), (53, 74)], ink.main)


def hoop(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(46, 8, 54, 18, BRASS, 2)
    c.circle(50, 50, 35, BARK)
    c.circle(50, 50, 33.5, WOOD)
    c.circle(50, 50, 29, CREAM)
    c.curve([(50, 72), (48, 56), (50, 40)], MOSS, 1.6)
    for x, y, fill in ((50, 36, ink.main), (37, 48, ink.accent), (63, 47, ink.accent if variant % 2 else ink.light)):
        c.curve([(49, 64), ((x + 49) / 2, 56), (x, y)], MOSS, 1.3)
        for px, py in around(x, y, 4.4, 5 + variant % 2, -90):
            c.circle(px, py, 3, fill)
        c.circle(x, y, 2.2, GOLD)
    c.blob([(49, 66), (39, 64), (43, 59)], LEAF)
    c.blob([(50, 68), (60, 65), (57, 60)], LEAF)
    c.line([(72, 76), (86, 90)], STEEL, 1.4)
    c.curve([(50, 72), (60, 80), (72, 76)], ink.main, 0.9)


def pencils(c: Canvas, ink: Ink, variant: int) -> None:
    for place in range(6):
        fill = RAINBOW[(place + variant) % 6]
        x, top = 23 + place * 9, 20 + (place * 7 + variant * 3) % 11
        c.shape([(x, top + 10), (x + 8, top + 10), (x + 4, top - 2)], PAPER)
        c.shape([(x + 2.6, top + 2), (x + 5.4, top + 2), (x + 4, top - 2)], fill)
        c.box(x, top + 9, x + 8, 70, fill)
        c.box(x + 5.5, top + 9, x + 8, 70, tint(fill, 0.3))
    c.box(18, 52, 82, 86, ink.dark, 4)
    c.box(18, 50, 82, 83, ink.main, 4)
    c.box(30, 59, 70, 75, CREAM, 2)
    c.line([(37, 65), (63, 65)], ink.dark, 1.5)
    c.line([(42, 70), (58, 70)], ink.accent, 1.5)


def spools(c: Canvas, ink: Ink, variant: int) -> None:
    for x, y, fill, light in (
        (18, 34, ink.main, ink.light),
        (54, 34, ink.accent, tint(ink.accent)),
        (36, 60, ink.dark, ink.main),
    ):
        if y == 60 and variant % 2:
            fill, light = BERRY, tint(BERRY)
        c.box(x, y - 16, x + 28, y - 10, WOOD, 2)
        c.box(x + 3, y - 10, x + 25, y + 14, fill, 2)
        for step in range(5):
            c.line([(x + 4, y - 6 + step * 4.4), (x + 24, y - 8 + step * 4.4)], light, 0.9)
        c.box(x, y + 13, x + 28, y + 19, BARK, 2)
    c.line([(70, 56), (86, 86)], STEEL, 1.8)
    c.curve([(64, 64), (74, 72), (68, 80), (80, 88)], ink.dark, 1)
    for x, y in ((20, 70), (26, 80)):
        c.circle(x, y, 5, GOLD if y == 70 else ink.light)
        for px, py in around(x, y, 1.6, 4):
            c.circle(px, py, 0.8, COAL)


def origami(c: Canvas, ink: Ink, variant: int) -> None:
    c.shape([(48, 62), (8, 40), (26, 34)], ink.dark)  # tail
    c.shape([(44, 62), (92, 24), (88, 38), (60, 70)], ink.dark)  # neck
    c.shape([(92, 24), (96, 36), (86, 34)], ink.accent)  # beak
    c.shape([(40, 58), (44, 10), (66, 60)], ink.light)  # far wing
    c.shape([(28, 60), (72, 60), (54, 84)], ink.main)  # body
    c.shape([(50, 60), (72, 60), (54, 84)], ink.dark)
    c.shape([(32, 60), (22, 20), (60, 62)], ink.main)  # near wing
    c.shape([(32, 60), (22, 20), (46, 61)], ink.light)
    if variant % 2:
        for x, y, fill in ((14, 76, ink.accent), (80, 74, FLAME)):
            c.shape([(x, y - 6), (x + 6, y), (x, y + 6), (x - 6, y)], fill)
    else:
        c.circle(76, 12, 5, IRON if variant % 4 else ink.accent)
