"""A year has something to find in it: seasons, tastes, chance, favourites and a few very busy people."""

from datetime import datetime

import numpy as np
import pytest

from aclue.demo.moments import months_of
from aclue.demo.people import DrawnPerson
from aclue.demo.products import DrawnProduct
from aclue.demo.records import Direction
from aclue.demo.seasons import SEASONS
from aclue.demo.year import Year

FOUR_WEEKS = 28 * 86_400
JANUARY, FEBRUARY, APRIL, JUNE, SEPTEMBER, OCTOBER, DECEMBER = 0, 1, 3, 5, 8, 9, 11


@pytest.mark.parametrize(
    ("season", "busy", "quiet"),
    [
        ("spring", APRIL, OCTOBER),
        ("valentines", FEBRUARY, SEPTEMBER),
        ("winter", JANUARY, JUNE),
        ("christmas", DECEMBER, JUNE),
    ],
)
def test_what_is_in_season_sells(season: str, busy: int, quiet: int, year: Year, products: list[DrawnProduct]) -> None:
    is_seasonal = np.array([product.season == SEASONS[season] for product in products])[year.order_lines["product"]]
    month = months_of(year.orders["placed_at"][year.order_lines["order"]])

    shares = {which: is_seasonal[month == which].mean() for which in (busy, quiet)}

    assert shares[busy] > 2 * shares[quiet]


def test_the_weeks_before_christmas_are_the_busiest(year: Year) -> None:
    per_month = np.bincount(months_of(year.orders["placed_at"]), minlength=12)

    assert sorted(np.argsort(-per_month)[:2].tolist()) == [10, 11]


def test_people_like_what_is_near_their_tastes(year: Year, affinity: np.ndarray) -> None:
    nearness, liked = _nearness(year, affinity), _liked(year)

    assert liked[nearness > 1.5].mean() > 1.5 * liked.mean()
    assert liked[nearness > 1.5].mean() > 3 * liked[nearness < 0].mean()


def test_chance_has_its_share(year: Year, affinity: np.ndarray) -> None:
    nearness, liked = _nearness(year, affinity), _liked(year)

    assert liked[nearness < -1].mean() > 0.05
    assert liked[nearness > 2.5].mean() < 0.95


def test_a_tenth_of_the_people_make_a_third_of_the_swipes(year: Year, people: list[DrawnPerson]) -> None:
    swipes = np.bincount(year.sessions["person"][year.swipes["session"]], minlength=len(people))

    busiest = np.sort(swipes)[::-1][: len(people) // 10]

    assert busiest.sum() > swipes.sum() / 3
    assert swipes.min() >= 3


def test_popularity_predicts_purchases_and_taste_predicts_them_far_better(
    year: Year, affinity: np.ndarray, products: list[DrawnProduct], until: datetime
) -> None:
    person = year.orders["person"][year.order_lines["order"]]
    is_test = year.orders["placed_at"][year.order_lines["order"]] >= until.timestamp() - FOUR_WEEKS
    product = year.order_lines["product"]
    bought, wanted = np.zeros(affinity.shape, dtype=bool), np.zeros(affinity.shape, dtype=bool)
    bought[person[~is_test], product[~is_test]] = True
    wanted[person[is_test], product[is_test]] = True
    wanted &= ~bought

    popularity = np.bincount(product[~is_test], minlength=len(products))
    appeal = np.array([drawn.appeal for drawn in products])
    recall = {
        "chance": 20 / len(products),
        "popularity": _recall_at_20(np.tile(popularity.astype(float), (len(affinity), 1)), bought, wanted),
        "oracle": _recall_at_20(1.5 * affinity + 0.8 * appeal, bought, wanted),
    }

    assert recall["popularity"] > 2 * recall["chance"]
    assert recall["oracle"] > 2 * recall["popularity"]


def _recall_at_20(scores: np.ndarray, bought: np.ndarray, wanted: np.ndarray) -> float:
    best = np.argsort(-np.where(bought, -np.inf, scores), axis=1)[:, :20]
    has_wishes = wanted.any(axis=1)
    hits = np.take_along_axis(wanted, best, axis=1).sum(axis=1)
    return float((hits[has_wishes] / wanted.sum(axis=1)[has_wishes]).mean())


def _nearness(year: Year, affinity: np.ndarray) -> np.ndarray:
    near: np.ndarray = affinity[year.sessions["person"][year.swipes["session"]], year.swipes["product"]]
    return near


def _liked(year: Year) -> np.ndarray:
    return np.isin(year.swipes["direction"], (Direction.RIGHT, Direction.UP))
