"""The colours a picture is drawn in: those every picture shares, and those of one product."""

from dataclasses import dataclass

from aclue.demo.canvas import Colour

CREAM: Colour = (250, 244, 232)
PAPER: Colour = (240, 230, 212)
COAL: Colour = (62, 58, 64)
SMOKE: Colour = (104, 100, 108)
STEEL: Colour = (196, 200, 206)
IRON: Colour = (150, 156, 164)
GOLD: Colour = (222, 178, 92)
BRASS: Colour = (184, 138, 60)
WOOD: Colour = (205, 156, 106)
BARK: Colour = (162, 114, 74)
LEAF: Colour = (108, 156, 104)
MOSS: Colour = (74, 120, 82)
FLAME: Colour = (250, 184, 76)
GLOW: Colour = (255, 232, 160)
COCOA: Colour = (112, 72, 54)
BERRY: Colour = (206, 84, 92)


@dataclass(frozen=True)
class Ink:
    """One product's own colours: the main one with its shade and its shine, and a second one to go with it."""

    main: Colour
    dark: Colour
    light: Colour
    accent: Colour
    accent_dark: Colour


def ink(main: Colour, accent: Colour) -> Ink:
    """Return the inks of a product whose two colours are given."""
    return Ink(main, shade(main), tint(main), accent, shade(accent))


def shade(colour: Colour, amount: float = 0.2) -> Colour:
    """Return `colour` a share of the way towards a warm dark."""
    return mix(colour, (48, 36, 52), amount)


def tint(colour: Colour, amount: float = 0.35) -> Colour:
    """Return `colour` a share of the way towards white."""
    return mix(colour, (255, 255, 255), amount)


def mix(one: Colour, other: Colour, amount: float) -> Colour:
    """Return the colour `amount` of the way from `one` to `other`.

    >>> mix((0, 0, 0), (200, 100, 50), 0.5)
    (100, 50, 25)
    """
    red, green, blue = (round(a + (b - a) * amount) for a, b in zip(one, other, strict=True))
    return red, green, blue
