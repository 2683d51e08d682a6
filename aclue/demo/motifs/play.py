"""Things to play, cuddle and move with."""

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
    PAPER,
    SMOKE,
    STEEL,
    WOOD,
    Ink,
    tint,
)


def teddy(c: Canvas, ink: Ink, variant: int) -> None:
    is_rabbit = variant % 4 == 2
    for x in (36, 64):
        if is_rabbit:
            c.ellipse(50 + (x - 50) * 0.6, 18, 5.5, 15, ink.main)
            c.ellipse(50 + (x - 50) * 0.6, 19, 2.8, 11, ink.light)
        else:
            c.circle(x, 20, 8, ink.main)
            c.circle(x, 20, 4.5, ink.light)
    for x, turn in ((29, 1), (71, -1)):
        c.blob([(x, 52), (x + 8 * turn, 54), (x + 6 * turn, 68), (x - 2 * turn, 68)], ink.dark)
    c.ellipse(50, 64, 20, 19, ink.main)
    c.ellipse(50, 66, 12, 12, ink.light)
    for x in (35, 65):
        c.circle(x, 81, 8.5, ink.dark)
        c.circle(x, 81, 5, ink.light)
    c.ellipse(50, 34, 21, 18, ink.main)
    c.ellipse(50, 40, 9, 7, ink.light)
    c.ellipse(50, 37, 3.2, 2.3, COAL)
    c.curve([(45, 42), (47.5, 44), (50, 43), (52.5, 44), (55, 42)], COAL, 1)
    for x in (42, 58):
        c.circle(x, 32, 2, COAL)
    c.shape([(50, 53), (40, 48), (40, 58)], ink.accent)
    c.shape([(50, 53), (60, 48), (60, 58)], ink.accent)
    c.circle(50, 53, 2.8, ink.accent_dark)


def board_game(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(18, 22, 82, 80, ink.dark, 4)
    c.box(18, 20, 82, 77, ink.main, 4)
    c.box(23, 25, 77, 72, CREAM, 2)
    squares = [(x, y) for x in range(6) for y in range(5)]
    for x, y in squares:
        edge = x in (0, 5) or y in (0, 4)
        if variant % 2 or edge:
            fill = (ink.main, ink.accent, PAPER)[(x + y * 2 + variant) % 3] if edge else (PAPER, ink.light)[(x + y) % 2]
            c.box(25 + x * 8.5, 27 + y * 8.8, 32 + x * 8.5, 34.4 + y * 8.8, fill, 1)
    for x, y, fill in ((40, 58, ink.dark), (52, 45, BERRY), (60, 60, FLAME)):
        c.shape([(x - 5, y + 8), (x + 5, y + 8), (x, y - 5)], fill)
        c.circle(x, y - 5, 4, fill)
    c.box(66, 66, 82, 82, CREAM, 3)
    for x, y in ((70, 70), (78, 78), (74, 74)):
        c.circle(x, y, 1.5, COAL)


def puzzle(c: Canvas, ink: Ink, variant: int) -> None:
    fills = [(ink.main, ink.accent, ink.light, FLAME)[(place + variant) % 4] for place in range(4)]
    corners = ((18, 18), (47, 18), (18, 47), (54, 54))
    for (x, y), fill in zip(corners, fills, strict=True):
        c.box(x, y, x + 28, y + 28, fill, 2)
    c.circle(47.5, 31, 5, fills[0])  # each knob is filled with the colour of the piece it belongs to
    c.circle(61, 47.5, 5, fills[1])
    c.circle(32, 45.5, 5, fills[2])
    c.circle(52.5, 68, 5, fills[3])
    for x, y in ((24, 24), (53, 24), (24, 53), (60, 60)):
        c.line([(x, y), (x + 9, y)], CREAM, 1.4)


def blocks(c: Canvas, ink: Ink, variant: int) -> None:
    fills = (ink.main, ink.accent, FLAME, ink.dark)
    places = ((22, 56), (50, 56), (36, 30))
    for place, (x, y) in enumerate(places):
        fill = fills[(place + variant) % 4]
        c.box(x, y, x + 27, y + 26, fill, 3)
        c.box(x + 3, y + 3, x + 24, y + 23, tint(fill, 0.25), 2)
        middle, centre = x + 13.5, y + 13
        if (place + variant) % 3 == 0:
            c.circle(middle, centre, 6, CREAM)
        elif (place + variant) % 3 == 1:
            c.shape([(middle, centre - 7), (middle + 7, centre + 6), (middle - 7, centre + 6)], CREAM)
        else:
            c.box(middle - 5.5, centre - 5.5, middle + 5.5, centre + 5.5, CREAM, 1)
    if variant % 2:
        c.shape([(36, 29), (63, 29), (49.5, 13)], fills[(3 + variant) % 4])
    else:
        c.wedge(49.5, 30, 13.5, 14, 180, 360, fills[(3 + variant) % 4])


def train(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(12, 80, 88, 83, BARK, 1)
    c.box(20, 46, 58, 70, ink.main, 9)
    c.box(52, 28, 78, 70, ink.accent, 3)
    c.box(57, 34, 73, 48, CREAM, 2)
    c.box(48, 22, 82, 30, ink.accent_dark, 3)
    c.shape([(28, 46), (40, 46), (42, 28), (26, 28)], ink.dark)
    c.box(24, 25, 44, 30, COAL, 2)
    c.box(16, 66, 82, 73, WOOD, 2)
    if variant % 2:
        c.box(44, 46, 47, 68, GOLD)
    for x in (28, 46, 68):
        c.circle(x, 74, 8, COAL)
        c.circle(x, 74, 4.5, FLAME)
    for x, y, radius in ((32, 19, 4), (26, 13, 5), (17, 12, 4))[: 2 + variant % 2]:
        c.circle(x, y, radius, CREAM)


def kite(c: Canvas, ink: Ink, variant: int) -> None:
    c.curve([(42, 62), (36, 72), (46, 80), (38, 90)], SMOKE, 1)
    for x, y in ((37, 72), (44, 80)):
        c.shape([(x, y), (x - 5, y - 4), (x - 5, y + 4)], ink.accent)
        c.shape([(x, y), (x + 5, y - 4), (x + 5, y + 4)], ink.accent)
    top, left, right, foot, centre = (62, 8), (30, 28), (80, 40), (42, 64), (56, 33)
    fills = (ink.main, ink.accent, ink.light, ink.dark)
    for place, (one, other) in enumerate(((top, left), (top, right), (left, foot), (right, foot))):
        c.shape([one, other, centre], fills[(place + variant) % 4])
    c.line([top, foot], CREAM, 1)
    c.line([left, right], CREAM, 1)


def flask(c: Canvas, ink: Ink, variant: int) -> None:
    c.box(41, 9, 59, 24, COAL if variant % 2 else WOOD, 3)
    if variant % 2:
        c.arc(50, 12, 9, 180, 360, COAL, 2.4)
    c.box(38, 22, 62, 30, STEEL, 2)
    c.box(33, 28, 67, 88, ink.main, 8)
    c.box(60, 33, 67, 84, ink.dark, 4)
    if variant % 3 == 0:
        c.shape([(33, 72), (43, 56), (50, 65), (55, 59), (60, 70), (60, 78), (33, 78)], ink.light)
        c.circle(52, 49, 4, ink.accent)
    elif variant % 3 == 1:
        c.box(33, 52, 67, 58, ink.accent)
        c.box(33, 61, 67, 63, CREAM)
    else:
        c.box(33, 66, 67, 80, STEEL)
        c.box(33, 76, 67, 88, STEEL, 8)
    c.box(37, 36, 39.4, 56, ink.light, 1.2)


def yoga_mat(c: Canvas, ink: Ink, variant: int) -> None:
    c.shape([(30, 70), (88, 70), (78, 86), (16, 86)], ink.light)
    c.box(24, 42, 76, 74, ink.main, 3)
    c.ellipse(24, 58, 9, 16, ink.dark)
    c.ellipse(76, 58, 9, 16, ink.main)
    c.ring(24, 58, 6.4, 11.5, ink.main, 1.6)
    c.ring(24, 58, 3.4, 6, ink.main, 1.4)
    for x in (40, 62):
        c.box(x, 42, x + 4, 74, ink.accent)
    c.curve([(42, 42), (46, 26), (60, 26), (64, 42)], ink.accent_dark, 3)
    if variant % 2:
        for px, py in around(52, 58, 3.6, 6):
            c.circle(px, py, 2.4, CREAM)


def bicycle(c: Canvas, ink: Ink, variant: int) -> None:
    for x in (28, 72):
        c.ring(x, 64, 18, 18, COAL, 3)
        c.ring(x, 64, 14.5, 14.5, STEEL, 1)
        for px, py in around(x, 64, 13.5, 8, variant * 10):
            c.line([(x, 64), (px, py)], IRON, 0.5)
        c.circle(x, 64, 2.4, COAL)
    for points in ([(28, 64), (40, 40), (64, 40), (48, 64), (28, 64)], [(40, 40), (48, 64)], [(62, 32), (72, 64)]):
        c.line(list(points), ink.main, 3)
    c.line([(40, 40), (38, 33)], ink.dark, 2.4)
    c.line([(31, 32), (45, 32)], BARK, 3.6)
    c.line([(62, 32), (60, 27), (70, 25)], SMOKE, 2.4)
    c.circle(48, 64, 4, GOLD)
    if variant % 2:
        c.box(66, 28, 82, 41, BARK, 3)
        c.box(68, 31, 80, 38, WOOD, 2)
    else:
        c.circle(66, 24, 3.4, ink.accent)


def bats(c: Canvas, ink: Ink, variant: int) -> None:
    for x, turn, face, edge in ((38, -1, ink.accent, ink.accent_dark), (60, 1, ink.main, ink.dark)):
        c.line([(x, 52), (x - turn * 20, 84)], BARK, 6)
        c.line([(x, 52), (x - turn * 18, 80)], WOOD, 4)
        c.circle(x + turn * 2, 38, 20, edge)
        c.circle(x + turn * 2, 37, 18.5, face)
        if variant % 2:
            c.line([(x + turn * 2 - 9, 32), (x + turn * 2 + 5, 25)], tint(face), 2)
    c.circle(50, 76, 6, CREAM)
    c.circle(48, 74, 2, (255, 255, 255))


def rattle(c: Canvas, ink: Ink, variant: int) -> None:
    c.line([(46, 54), (30, 82)], BARK, 6)
    c.line([(46, 54), (30.5, 81)], WOOD, 4)
    c.ring(29, 84, 8, 8, WOOD, 3)
    c.circle(57, 36, 24, ink.main)
    if variant % 4 in (0, 3):
        for x in (42, 72):
            c.circle(x, 17, 8, ink.main)
            c.circle(x, 17, 4, ink.light)
    elif variant % 4 == 1:
        c.shape([(38, 26), (40, 6), (54, 14)], ink.main)
        c.shape([(76, 26), (74, 6), (60, 14)], ink.main)
    else:
        for px, py in around(57, 36, 24, 12):
            c.circle(px, py, 6.5, ink.accent)
        c.circle(57, 36, 22, ink.main)
    c.ellipse(57, 43, 10, 7.5, ink.light)
    c.circle(57, 40, 2.6, COAL)
    for x in (48, 66):
        c.circle(x, 33, 2.2, COAL)
        c.circle(x - 3, 40, 3, ink.accent)


def mobile(c: Canvas, ink: Ink, variant: int) -> None:
    c.line([(50, 6), (50, 20)], BRASS, 1.2)
    c.line([(20, 26), (80, 26)], WOOD, 3)
    c.curve([(20, 26), (50, 18), (80, 26)], BARK, 1.2)
    for place, (x, drop) in enumerate(((22, 54), (41, 68), (60, 50), (78, 64))):
        c.line([(x, 26), (x, drop)], IRON, 0.8)
        choice = (place + variant) % 4
        if choice == 0:
            for px, py, radius in ((x - 6, drop + 5, 5), (x, drop + 2, 6.5), (x + 6, drop + 5, 5)):
                c.circle(px, py, radius, CREAM)
            c.box(x - 10, drop + 4, x + 10, drop + 10, CREAM, 3)
        elif choice == 1:
            outer, inner = around(x, drop + 6, 9, 5, -90), around(x, drop + 6, 4.6, 5, -54)
            c.shape([point for pair in zip(outer, inner, strict=True) for point in pair], GOLD)
        elif choice == 2:
            c.circle(x, drop + 7, 8.5, ink.main)
            c.circle(x - 3, drop + 4, 2.2, ink.light)
        else:
            c.blob([(x, drop - 2), (x + 8, drop + 6), (x, drop + 15), (x - 8, drop + 6)], ink.accent)
    c.circle(50, 20, 3, LEAF if variant % 2 else ink.dark)
