"""Things to eat, drink and lay on a table."""

# ruff: noqa: D103 (a motif is named after what it shows)

from aclue.demo.canvas import Canvas, around
from aclue.demo.ink import (
    BARK,
    BERRY,
    BRASS,
    COAL,
    COCOA,
    CREAM,
    FLAME,
    GOLD,
    LEAF,
    MOSS,
    PAPER,
    WOOD,
    Ink,
    shade,
    tint,
)


def board(c: Canvas, ink: Ink, variant: int) -> None:
    wood, grain = ((WOOD, BARK), (tint(WOOD, 0.3), WOOD), (BARK, COCOA))[variant % 3]
    if variant % 2:
        c.box(45, 10, 55, 36, wood, 5)
        c.box(26, 28, 74, 86, wood, 8)
        c.circle(50, 16, 2.2, grain)
    else:
        c.box(46, 8, 54, 36, wood, 4)
        c.circle(50, 56, 30, wood)
        c.circle(50, 13, 2, grain)
    for y in (44, 60, 76):
        c.curve([(33, y), (43, y - 3), (55, y + 2), (67, y - 1)], grain, 1)
    c.shape([(32, 60), (50, 50), (52, 63)], FLAME)
    c.shape([(32, 60), (52, 63), (52, 69), (32, 65)], shade(FLAME, 0.12))
    c.circle(45, 61, 1.5, shade(FLAME, 0.2))
    for x, y in ((58, 42), (63, 45), (58, 48), (64, 51), (60, 54)):
        c.circle(x, y, 3.4, ink.main)
        c.circle(x - 1, y - 1, 1, ink.light)
    c.blob([(57, 38), (64, 35), (62, 40)], LEAF)
    c.circle(60, 70, 6, CREAM)
    c.circle(60, 70, 4.6, ink.accent)


def chocolates(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(18, 30, 82, 80, ink.dark, 5)
    c.box(18, 27, 82, 76, ink.main, 5)
    c.box(23, 32, 77, 71, CREAM, 2)
    for row in range(3):
        for column in range(4):
            x, y = 30.5 + column * 13, 38.5 + row * 13
            choice = (row * 2 + column + variant) % 4
            c.box(x - 5.4, y - 5.2, x + 5.4, y + 5.2, PAPER, 1.5)
            if choice == 0:
                c.circle(x, y, 4.5, COCOA)
                c.curve([(x - 3, y), (x, y - 1.5), (x + 3, y)], CREAM, 0.9)
            elif choice == 1:
                c.box(x - 4, y - 4, x + 4, y + 4, tint(COCOA, 0.2), 1)
                c.circle(x, y, 1.5, GOLD)
            elif choice == 2:
                c.circle(x, y, 4.5, shade(COCOA, 0.4))
                c.circle(x, y, 1.7, ink.accent)
            else:
                c.blob(
                    [(x, y + 4.4), (x - 4.6, y - 1), (x - 2, y - 4), (x, y - 2), (x + 2, y - 4), (x + 4.6, y - 1)],
                    BERRY,
                )
    if variant % 2:
        c.box(18, 27, 26, 76, ink.accent, 3)


def tin(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(28, 32, 72, 82, ink.main, 5)
    c.box(64, 36, 72, 80, ink.dark, 3)
    c.box(26, 22, 74, 36, ink.accent, 4)
    c.box(26, 31, 74, 36, ink.accent_dark, 2)
    c.circle(49, 58, 14, CREAM)
    if variant % 4 == 0:
        c.blob([(49, 47), (55, 57), (49, 69), (43, 57)], LEAF)
        c.line([(49, 52), (49, 67)], MOSS, 1)
    elif variant % 4 == 1:
        for x, y in around(49, 58, 6, 6):
            c.circle(x, y, 4, ink.main)
        c.circle(49, 58, 3, GOLD)
    elif variant % 4 == 2:
        c.shape(_star(49, 58, 10), ink.main)
    else:
        c.box(41, 54, 54, 66, ink.main, 3)
        c.ring(55, 59, 4, 4, ink.main, 1.5)
        c.curve([(46, 52), (48, 49), (46, 46)], ink.main, 1.2)


def biscuits(c: Canvas, ink: Ink, variant: int) -> None:
    c.ellipse(50, 74, 32, 9, ink.dark)
    c.ellipse(50, 71, 32, 9, ink.main)
    c.ellipse(50, 70, 26, 6, ink.light)
    for x, y, radius in ((36, 62, 13), (63, 62, 13), (50, 47, 14)):
        c.circle(x, y + 1.5, radius, shade(WOOD, 0.25))
        c.circle(x, y, radius, tint(WOOD, 0.15))
        if variant % 3 == 0:
            for px, py in (*around(x, y, radius * 0.55, 5, x), (x, y)):
                c.circle(px, py, 1.9, COCOA)
        elif variant % 3 == 1:
            c.circle(x, y, radius * 0.72, ink.accent)
            for px, py in around(x, y, radius * 0.4, 5, y):
                c.circle(px, py, 1, CREAM)
        else:
            c.shape(_star(x, y, radius * 0.6), BERRY)


def coffee_bag(c: Canvas, ink: Ink, variant: int) -> None:
    c.shape([(30, 24), (70, 24), (74, 84), (26, 84)], ink.main)
    c.shape([(62, 24), (70, 24), (74, 84), (66, 84)], ink.dark)
    c.box(29, 15, 71, 26, ink.accent, 1.5)
    c.line([(31, 22), (69, 22)], ink.accent_dark, 1)
    c.box(35, 40, 62, 72, CREAM, 2 if variant % 2 else 12)
    for x, y in ((44, 52), (53, 59)):
        c.ellipse(x, y, 5, 6.5, COCOA)
        c.curve([(x + 1, y - 6), (x - 1.5, y), (x + 1, y + 6)], tint(COCOA, 0.5), 1)
    for x, y in ((18, 82), (80, 84), (86, 79)):
        c.ellipse(x, y, 3.6, 2.8, COCOA)
        c.line([(x - 2.6, y + 0.4), (x + 2.6, y - 0.4)], tint(COCOA, 0.4), 0.7)


def bottle(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(44.5, 9, 55.5, 20, (WOOD, COAL, GOLD)[variant % 3], 2)
    c.box(45, 18, 55, 40, ink.main)
    if variant % 2:
        c.box(36, 38, 64, 86, ink.main, 8)
        c.wedge(50, 46, 14, 14, 180, 360, ink.main)
        c.box(58, 44, 64, 83, ink.dark, 3)
    else:
        c.box(30, 46, 70, 86, ink.main, 8)
        c.wedge(50, 52, 20, 17, 180, 360, ink.main)
        c.box(63, 50, 70, 82, ink.dark, 3)
    c.box(36 if variant % 2 else 30, 54, 62, 76, CREAM)
    if variant % 3 == 0:
        c.circle(49, 65, 6.5, ink.accent)
        c.blob([(50, 58), (57, 54), (54, 60)], LEAF)
    elif variant % 3 == 1:
        c.curve([(49, 74), (49, 66), (49, 57)], MOSS, 1.2)
        for y in (60, 66, 71):
            c.blob([(49, y + 2), (43, y), (44, y - 4)], LEAF)
            c.blob([(49, y + 2), (55, y), (54, y - 4)], LEAF)
    else:
        c.line([(42, 61), (56, 61)], ink.dark, 1.6)
        c.line([(44, 66), (54, 66)], ink.accent, 1.4)
        c.line([(42, 71), (56, 71)], ink.dark, 1.2)


def popcorn(c: Canvas, ink: Ink, variant: int) -> None:
    for x, y, radius in ((34, 36, 8), (44, 28, 9), (56, 29, 9), (66, 36, 8), (50, 36, 10), (40, 40, 8), (60, 40, 8)):
        c.circle(x, y, radius, CREAM if (x + variant) % 3 else tint(FLAME, 0.6))
    for x, y in ((43, 30), (57, 33), (50, 38), (36, 37), (65, 38)):
        c.circle(x, y, 2, FLAME)
    left, right = 26, 74
    for stripe in range(6):
        top = (left + stripe * 8, left + (stripe + 1) * 8)
        foot = (33 + stripe * 5.7, 33 + (stripe + 1) * 5.7)
        fill = ink.main if stripe % 2 else CREAM
        c.shape([(top[0], 44), (top[1], 44), (foot[1], 86), (foot[0], 86)], fill)
    c.box(left - 1, 42, right + 1, 47, ink.dark, 2)
    c.circle(50, 65, 8, ink.accent)
    c.shape(_star(50, 65, 5.5), CREAM)


def gift_box(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(24, 46, 76, 84, ink.main, 2)
    c.box(66, 46, 76, 84, ink.dark, 2)
    c.box(21, 35, 79, 48, ink.light, 2)
    c.box(21, 44, 79, 48, ink.main, 1)
    c.box(45, 35, 55, 84, ink.accent)
    if variant % 2:
        for x, y in ((33, 58), (38, 72), (63, 57), (66, 74)):
            c.circle(x, y, 2, ink.light)
    c.blob([(50, 34), (36, 33), (30, 24), (36, 17), (46, 24)], ink.accent)
    c.blob([(50, 34), (64, 33), (70, 24), (64, 17), (54, 24)], ink.accent)
    c.blob([(47, 31), (39, 29), (36, 24), (40, 22)], ink.accent_dark)
    c.blob([(53, 31), (61, 29), (64, 24), (60, 22)], ink.accent_dark)
    c.circle(50, 32, 4.5, BRASS if variant % 3 == 0 else ink.accent_dark)


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    outer, inner = around(x, y, radius, 5, -90), around(x, y, radius * 0.5, 5, -54)
    return [point for pair in zip(outer, inner, strict=True) for point in pair]
