"""Things for the house: what stands on a shelf, hangs on a wall or lies over a sofa."""

# ruff: noqa: D103 (a motif is named after what it shows)

from aclue.demo.canvas import Canvas, around
from aclue.demo.ink import (
    BARK,
    BRASS,
    COAL,
    CREAM,
    FLAME,
    GLOW,
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


def mug(c: Canvas, ink: Ink, variant: int) -> None:
    c.ring(68, 54, 15, 16, ink.dark, 5.5)
    c.box(28, 32, 68, 78, ink.main, 9)
    c.box(28, 30, 68, 46, ink.main, 2)
    c.box(60, 40, 68, 71, ink.dark, 4)
    c.ellipse(48, 32, 20, 5.5, ink.light)
    c.ellipse(48, 33, 17, 4, BARK)
    if variant % 4 == 0:
        for x, y in ((35, 46), (44, 52), (53, 45), (37, 60), (49, 64), (56, 57), (42, 70), (54, 72)):
            c.circle(x, y, 1.3, ink.light)
    elif variant % 4 == 1:
        c.box(28, 50, 68, 55, ink.light)
        c.box(28, 58, 68, 61, ink.accent)
    elif variant % 4 == 2:
        c.box(28, 58, 68, 70, CREAM)
        c.box(28, 66, 68, 78, CREAM, 9)
    else:
        c.blob([(46, 68), (34, 54), (40, 46), (46, 51), (52, 46), (58, 54)], ink.accent)
    for x in (40, 51):
        c.curve([(x, 25), (x + 3, 21), (x - 1, 17), (x + 2, 12)], CREAM, 1.8)


def candle(c: Canvas, ink: Ink, variant: int) -> None:
    c.blob([(50, 14), (55, 24), (54, 30), (50, 33), (46, 30), (45, 24)], FLAME)
    c.blob([(50, 21), (52.5, 27), (50, 31), (47.5, 27)], GLOW)
    c.line([(50, 31), (50, 40)], COAL, 1.3)
    c.ellipse(50, 42, 20, 5, ink.light)
    c.box(30, 40, 70, 80, ink.main, 5)
    c.box(62, 44, 70, 79, ink.dark, 4)
    c.ellipse(50, 41, 20, 5, tint(ink.main, 0.6))
    c.ellipse(50, 41.5, 16, 3.4, CREAM)
    c.line([(50, 33), (50, 41)], COAL, 1.3)
    c.box(37, 53, 60, 71, CREAM, 2 if variant % 2 else 9)
    if variant % 3 == 0:
        c.line([(42, 60), (55, 60)], ink.dark, 1.2)
        c.line([(45, 64), (52, 64)], ink.dark, 1.2)
    elif variant % 3 == 1:
        c.blob([(48.5, 56), (53, 62), (48.5, 68), (44, 62)], ink.accent)
    else:
        for x, y in around(48.5, 62, 3.6, 5, -90):
            c.circle(x, y, 2.2, ink.accent)
        c.circle(48.5, 62, 1.8, GOLD)


def lamp(c: Canvas, ink: Ink, variant: int) -> None:
    c.ellipse(50, 80, 18, 4.5, BARK)
    c.ellipse(50, 78.5, 18, 4.5, WOOD)
    if variant % 2:
        c.box(48, 50, 52, 79, BRASS)
    else:
        c.blob([(50, 50), (59, 62), (56, 77), (44, 77), (41, 62)], ink.accent)
    if variant % 3 == 0:
        c.shape([(38, 20), (62, 20), (74, 52), (26, 52)], ink.main)
        c.shape([(56, 20), (62, 20), (74, 52), (62, 52)], ink.dark)
    elif variant % 3 == 1:
        c.wedge(50, 52, 26, 34, 180, 360, ink.main)
        c.wedge(50, 52, 26, 34, 300, 360, ink.dark)
    else:
        c.circle(50, 36, 20, ink.main)
        c.circle(45, 31, 9, ink.light)
    c.ellipse(50, 53, 22 if variant % 3 != 2 else 9, 3, GLOW)


def blanket(c: Canvas, ink: Ink, variant: int) -> None:
    for row, fill in enumerate((ink.main, ink.accent, ink.main)):
        top = 62 - row * 15
        c.box(22, top, 78, top + 16, fill, 8)
        c.box(70, top + 2, 78, top + 15, ink.dark if row != 1 else ink.accent_dark, 6)
        for x in range(28, 68, 8):
            if variant % 3 == 0:
                c.line([(x, top + 5), (x + 3, top + 11)], ink.light, 1.1)
            elif variant % 3 == 1:
                c.circle(x + 1, top + 8, 1.6, CREAM)
        if variant % 3 == 2:
            c.box(22, top + 6, 71, top + 9, CREAM)
    for x in range(25, 76, 5):
        c.line([(x, 78), (x, 83)], ink.light, 1.3)


def vase(c: Canvas, ink: Ink, variant: int) -> None:
    for stem, (x, y) in enumerate(((36, 22), (50, 14), (64, 23))):
        c.curve([(50, 52), (50 + (x - 50) * 0.4, 38), (x, y)], MOSS, 1.6)
        c.blob([(x - 1, y + 14), (x + 6, y + 11), (x + 2, y + 18)], LEAF)
        petal = (ink.accent, tint(ink.accent, 0.4), ink.accent)[stem]
        for px, py in around(x, y, 4.6, 6):
            c.circle(px, py, 3.2, petal)
        c.circle(x, y, 2.6, GOLD)
    if variant % 2:
        outline = [(44, 46), (56, 46), (56, 52), (68, 66), (60, 82), (40, 82), (32, 66), (44, 52)]
    else:
        outline = [(42, 44), (58, 44), (60, 56), (64, 70), (60, 83), (40, 83), (36, 70), (40, 56)]
    c.blob(outline, ink.main)
    c.curve([(60, 60), (63, 69), (58, 79)], ink.dark, 2.6)
    c.ellipse(50, 46, 7, 2, ink.dark)
    if variant % 3 == 1:
        c.curve([(37, 66), (46, 63), (54, 69), (63, 65)], CREAM, 2)


def pan(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(14, 50, 28, 56, ink.dark, 3)
    c.box(72, 50, 86, 56, ink.dark, 3)
    c.box(22, 44, 78, 76, ink.main, 12)
    c.box(22, 44, 78, 56, ink.main, 2)
    c.box(66, 48, 78, 72, ink.dark, 8)
    c.wedge(50, 44, 29, 15, 180, 360, ink.light if variant % 2 else ink.accent)
    c.box(20, 42, 80, 47, ink.dark, 2)
    c.circle(50, 28, 4.2, GOLD if variant % 2 else COAL)
    c.box(28, 54, 31, 66, ink.light, 1.5)


def frame(c: Canvas, ink: Ink, variant: int) -> None:
    wood, edge = ((WOOD, BARK), (COAL, SMOKE), (GOLD, BRASS))[variant % 3]
    c.box(24, 16, 76, 82, edge, 1.5)
    c.box(25.5, 17.5, 74.5, 80.5, wood, 1)
    c.box(30, 22, 70, 76, CREAM)
    c.box(36, 29, 64, 69, tint(ink.main, 0.55))
    if variant % 4 == 0:
        c.circle(56, 39, 5, ink.accent)
        c.shape([(36, 69), (36, 58), (46, 46), (56, 58), (64, 52), (64, 69)], ink.main)
        c.shape([(36, 69), (50, 56), (64, 69)], ink.dark)
    elif variant % 4 == 1:
        for x, y, radius in ((46, 48, 9), (55, 55, 8), (49, 60, 5)):
            c.circle(x, y, radius, ink.main if radius != 8 else ink.accent)
    elif variant % 4 == 2:
        c.curve([(50, 66), (49, 52), (51, 36)], MOSS, 1.4)
        for y in (38, 45, 52, 59):
            c.blob([(50, y + 4), (42, y), (45, y - 4)], ink.main)
            c.blob([(50, y + 2), (58, y - 2), (55, y - 6)], ink.dark)
    else:
        c.circle(45, 45, 5, ink.dark)
        c.circle(56, 48, 4, ink.accent_dark)
        c.wedge(45, 69, 8, 18, 180, 360, ink.main)
        c.wedge(56, 69, 7, 15, 180, 360, ink.accent)


def soap(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(22, 56, 78, 78, ink.dark, 9)
    c.box(22, 54, 78, 74, ink.main, 9)
    c.box(28, 37, 72, 57, ink.accent_dark, 8)
    c.box(28, 35, 72, 54, ink.accent, 8)
    c.box(40, 33, 60, 77, PAPER)
    c.line([(44, 47), (56, 47)], ink.dark, 1.2)
    c.line([(46, 51), (54, 51)], ink.dark, 1.2)
    for x, y, radius in ((30, 25, 4), (40, 19, 2.6), (64, 24, 5), (72, 16, 2.6))[variant % 2 :]:
        c.circle(x, y, radius, tint(ink.main, 0.7))
        c.circle(x - 1, y - 1, radius * 0.35, CREAM)


def tube(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(42, 70, 58, 84, CREAM if variant % 2 else GOLD, 2)
    c.shape([(33, 16), (67, 16), (60, 72), (40, 72)], ink.main)
    c.shape([(58, 16), (67, 16), (60, 72), (55, 72)], ink.dark)
    c.box(31, 13, 69, 19, ink.dark, 1)
    if variant % 3 == 0:
        c.circle(48, 38, 8, CREAM)
        c.blob([(48, 33), (52, 39), (48, 44), (44, 39)], LEAF)
    elif variant % 3 == 1:
        c.box(40, 30, 56, 52, CREAM, 1.5)
        c.line([(44, 37), (52, 37)], ink.dark, 1.2)
        c.line([(44, 42), (52, 42)], ink.dark, 1.2)
    else:
        for x, y in around(48, 38, 5.5, 6):
            c.circle(x, y, 3.4, ink.accent)
        c.circle(48, 38, 2.6, GOLD)


def perfume(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(43, 16, 57, 30, GOLD if variant % 2 else COAL, 2)
    c.box(46, 29, 54, 38, STEEL)
    if variant % 3 == 0:
        c.box(28, 37, 72, 82, tint(ink.main, 0.45), 8)
        c.box(33, 52, 67, 77, ink.main, 5)
    elif variant % 3 == 1:
        c.circle(50, 60, 24, tint(ink.main, 0.45))
        c.wedge(50, 60, 20, 20, 0, 180, ink.main)
    else:
        c.shape([(38, 37), (62, 37), (74, 60), (62, 82), (38, 82), (26, 60)], tint(ink.main, 0.45))
        c.shape([(32, 60), (68, 60), (60, 78), (40, 78)], ink.main)
    c.box(41, 56, 59, 69, CREAM, 1)
    c.line([(45, 61), (55, 61)], ink.dark, 1.1)
    c.line([(47, 64.5), (53, 64.5)], ink.dark, 1.1)


def dropper(c: Canvas, ink: Ink, variant: int) -> None:
    c.blob([(45, 14), (55, 14), (56, 26), (44, 26)], COAL)
    c.box(41, 26, 59, 36, GOLD if variant % 2 else STEEL, 1.5)
    c.box(45, 34, 55, 44, ink.dark)
    c.box(33, 40, 67, 84, ink.main, 8)
    c.box(60, 46, 67, 80, ink.dark, 4)
    c.box(33, 53, 60, 74, CREAM)
    if variant % 2:
        c.blob([(46, 56), (51, 65), (46, 71), (41, 65)], ink.accent)
    else:
        c.curve([(46, 71), (46, 63), (46, 57)], MOSS, 1.2)
        for y in (60, 65):
            c.blob([(46, y + 3), (40, y), (42, y - 3)], LEAF)
            c.blob([(46, y + 3), (52, y), (50, y - 3)], LEAF)


def shaving(c: Canvas, ink: Ink, variant: int) -> None:
    c.ellipse(36, 76, 18, 5, ink.dark)
    c.wedge(36, 56, 20, 22, 0, 180, ink.main)
    c.ellipse(36, 56, 20, 5, ink.light)
    for x, y, radius in ((28, 53, 6), (36, 50, 7.5), (44, 53, 6)):
        c.circle(x, y, radius, CREAM)
    c.blob([(64, 20), (80, 20), (78, 44), (66, 44)], PAPER)
    c.blob([(68, 20), (76, 20), (75, 34), (69, 34)], WOOD)
    c.box(65, 42, 79, 48, GOLD if variant % 2 else STEEL, 1)
    c.blob([(67, 48), (77, 48), (76, 60), (80, 80), (64, 80), (68, 60)], ink.accent if variant % 2 else BARK)


def jar(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(27, 32, 73, 82, CREAM, 8)
    c.box(30, 40, 70, 79, ink.main, 6)
    c.box(63, 43, 70, 78, ink.dark, 4)
    if variant % 3 == 0:
        c.box(29, 20, 71, 33, WOOD, 3)
        c.box(29, 28, 71, 33, BARK, 2)
    elif variant % 3 == 1:
        c.wedge(50, 36, 26, 18, 180, 360, ink.accent)
        for x in (34, 42, 50, 58, 66):
            c.circle(x, 28 + abs(x - 50) * 0.25, 1.5, CREAM)
        c.box(28, 33, 72, 36, ink.accent_dark, 1)
    else:
        c.box(28, 21, 72, 33, GOLD, 2)
        for x in range(31, 72, 4):
            c.line([(x, 23), (x, 31)], BRASS, 0.7)
    c.box(36, 48, 62, 70, CREAM, 2)
    c.circle(49, 56, 4, ink.accent)
    c.line([(42, 64), (56, 64)], ink.dark, 1.2)


def lantern(c: Canvas, ink: Ink, variant: int) -> None:
    c.arc(50, 24, 11, 180, 360, IRON, 2)
    c.shape([(40, 22), (60, 22), (70, 35), (30, 35)], ink.dark)
    c.box(32, 35, 68, 76, ink.main, 1)
    c.box(36, 38, 64, 73, GLOW)
    c.box(44, 54, 56, 73, CREAM, 1)
    c.blob([(50, 41), (53.5, 48), (50, 53), (46.5, 48)], FLAME)
    for x in (36, 50, 64)[:: 1 if variant % 2 else 2]:
        c.line([(x, 37), (x, 74)], ink.main, 1.8)
    if variant % 3 == 0:
        c.line([(36, 56), (64, 56)], ink.main, 1.6)
    c.box(28, 75, 72, 82, ink.dark, 2)
