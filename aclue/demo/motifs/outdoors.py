"""Things that grow, and what one needs to grow them."""

# ruff: noqa: D103 (a motif is named after what it shows)

from aclue.demo.canvas import Canvas, around
from aclue.demo.ink import BARK, BERRY, COAL, CREAM, FLAME, GOLD, IRON, LEAF, MOSS, STEEL, WOOD, Ink, shade, tint


def plant(c: Canvas, ink: Ink, variant: int) -> None:
    if variant % 4 == 0:
        for x, y in ((28, 34), (38, 18), (52, 12), (64, 20), (74, 36)):
            c.curve([(50, 58), (50 + (x - 50) * 0.5, 44), (x, y + 8)], MOSS, 1.6)
            c.blob([(x, y - 5), (x + 7, y + 5), (x, y + 14), (x - 7, y + 5)], LEAF if x % 4 else MOSS)
    elif variant % 4 == 1:
        for x, top in ((38, 28), (62, 30), (44, 18), (56, 20), (50, 10)):
            c.blob([(x, top), (x + 5, top + 22), (51, 60), (49, 60), (x - 5, top + 22)], LEAF if x % 4 else MOSS)
    elif variant % 4 == 2:
        c.box(40, 16, 60, 60, LEAF, 10)
        c.box(26, 32, 34, 46, LEAF, 4)
        c.box(26, 41, 44, 47, LEAF, 3)
        c.box(66, 26, 74, 42, LEAF, 4)
        c.box(56, 36, 74, 42, LEAF, 3)
        for x in (46, 54):
            for y in (24, 33, 42, 51):
                c.circle(x, y, 0.9, CREAM)
        c.circle(50, 16, 4.5, ink.accent)
    else:
        for x, y, radius in ((38, 40, 13), (62, 40, 13), (50, 28, 15), (50, 46, 13)):
            c.circle(x, y, radius, MOSS if radius == 13 else LEAF)
        for x, y in ((38, 36), (62, 38), (50, 22), (46, 34), (56, 30), (52, 46)):
            for px, py in around(x, y, 2, 5):
                c.circle(px, py, 1.7, ink.accent)
            c.circle(x, y, 1.2, GOLD)
    c.shape([(33, 62), (67, 62), (62, 87), (38, 87)], ink.main)
    c.shape([(58, 62), (67, 62), (62, 87), (56, 87)], ink.dark)
    c.box(30, 55, 70, 65, ink.main, 2)
    c.box(30, 62, 70, 65, ink.dark, 1)


def trowel(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(33, 8, 41, 38, WOOD, 4)
    c.box(34, 8, 37, 38, tint(WOOD), 2)
    c.box(35, 36, 39, 52, IRON)
    c.blob([(28, 50), (46, 50), (47, 68), (37, 88), (27, 68)], STEEL)
    c.blob([(37, 52), (44, 53), (44, 68), (37, 84)], IRON)
    c.box(60, 8, 68, 38, WOOD, 4)
    c.box(61, 8, 64, 38, tint(WOOD), 2)
    c.box(62, 36, 66, 56, IRON)
    for x in (54, 64, 74):
        c.curve([(64, 56), (x, 62), (x, 84)], STEEL, 3)
    for x in (33, 60):
        c.box(x, 28 if variant % 2 else 14, x + 8, 34 if variant % 2 else 20, ink.main)
    c.curve([(37, 9), (40, 4), (34, 3), (37, 9)], ink.accent, 1.4)


def seeds(c: Canvas, ink: Ink, variant: int) -> None:
    for dx, dy, fill, flower in ((16, -6, ink.accent, ink.main), (-4, 4, ink.light, ink.accent)):
        c.box(24 + dx, 18 + dy, 64 + dx, 80 + dy, shade(fill, 0.18), 2)
        c.box(24 + dx, 16 + dy, 64 + dx, 78 + dy, fill, 2)
        c.box(24 + dx, 16 + dy, 64 + dx, 26 + dy, CREAM, 2)
        c.box(29 + dx, 31 + dy, 59 + dx, 72 + dy, CREAM, 2)
        x, y = 44 + dx, 45 + dy
        c.curve([(x, y + 25), (x - 1, y + 12), (x, y)], MOSS, 1.8)
        c.blob([(x, y + 20), (x - 9, y + 14), (x - 3, y + 13)], LEAF)
        c.blob([(x, y + 18), (x + 9, y + 12), (x + 3, y + 11)], LEAF)
        if variant % 3 == 0:
            for px, py in around(x, y, 6, 8):
                c.circle(px, py, 3.2, flower)
            c.circle(x, y, 4, FLAME)
        elif variant % 3 == 1:
            c.blob([(x - 8, y - 8), (x - 3, y - 4), (x, y - 10), (x + 3, y - 4), (x + 8, y - 8), (x, y + 8)], flower)
        else:
            c.blob([(x, y - 9), (x + 8, y), (x, y + 11), (x - 8, y)], BERRY)
            c.blob([(x - 6, y - 8), (x, y - 5), (x + 6, y - 8), (x, y - 12)], LEAF)


def birdhouse(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(47, 70, 53, 92, BARK)
    c.box(28, 38, 72, 76, ink.main, 2)
    c.shape([(28, 39), (72, 39), (50, 18)], ink.main)
    for x in (39, 50, 61) if variant % 2 else ():
        c.line([(x, 40), (x, 75)], ink.dark, 0.9)
    c.line([(22, 43), (50, 16)], ink.accent_dark, 5)
    c.line([(78, 43), (50, 16)], ink.accent, 5)
    c.circle(50, 50, 9, COAL)
    c.line([(50, 66), (50, 63)], WOOD, 3)
    c.box(24, 74, 76, 79, WOOD, 1.5)
    c.blob([(60, 66), (68, 58), (74, 62), (80, 60), (76, 70), (66, 74)], BERRY if variant % 3 else FLAME)
    c.circle(64, 61, 4.6, BERRY if variant % 3 else FLAME)
    c.shape([(60, 60), (55, 62), (60, 64)], GOLD)
    c.circle(63, 60, 1, COAL)


def watering_can(c: Canvas, ink: Ink, variant: int) -> None:
    c.ring(70, 56, 16, 18, ink.dark, 4)
    c.line([(40, 68), (18, 36)], ink.dark, 6)
    c.shape([(8, 36), (24, 25), (26, 33), (16, 41)], ink.accent)
    c.arc(53, 40, 16, 180, 360, ink.dark, 4)
    c.shape([(36, 40), (70, 40), (74, 84), (32, 84)], ink.main)
    c.shape([(62, 40), (70, 40), (74, 84), (65, 84)], ink.dark)
    c.ellipse(53, 40, 17, 4, ink.light)
    if variant % 3 == 0:
        c.box(34.6, 56, 70, 62, ink.accent)
    elif variant % 3 == 1:
        for x, y in around(49, 62, 6, 6):
            c.circle(x, y, 4, CREAM)
        c.circle(49, 62, 3, GOLD)
    for x, y in ((7, 47), (12, 53), (5, 57), (17, 49)):
        c.blob([(x, y - 2.5), (x + 1.6, y + 1), (x, y + 2.4), (x - 1.6, y + 1)], (126, 178, 214))
