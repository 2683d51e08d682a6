"""Every kind of product in the shop, department by department."""

from aclue.demo.kind import Kind
from aclue.demo.kinds import (
    baby,
    beauty,
    books,
    craft,
    electronics,
    food,
    garden,
    jewellery,
    kitchen,
    music,
    sport,
    toys,
)

KINDS: tuple[Kind, ...] = (
    *electronics.KINDS,
    *kitchen.KINDS,
    *beauty.KINDS,
    *toys.KINDS,
    *food.KINDS,
    *garden.KINDS,
    *books.KINDS,
    *jewellery.KINDS,
    *sport.KINDS,
    *music.KINDS,
    *craft.KINDS,
    *baby.KINDS,
)
