"""A year keeps its promises: nothing twice, nothing too early, nothing in the future."""

from datetime import date, datetime

import numpy as np
import pytest

from aclue.demo.occasions import OCCASIONS
from aclue.demo.people import DrawnPerson, draw_people
from aclue.demo.products import DrawnProduct, draw_products
from aclue.demo.records import Direction
from aclue.demo.year import Year, draw_year

DAY = 86_400


def test_a_year_is_as_busy_as_a_small_shop(year: Year) -> None:
    sizes = {name: len(getattr(year, name)) for name in ("sessions", "swipes", "orders", "order_lines", "events")}

    assert 90_000 < sizes["swipes"] < 120_000
    assert 6_000 < sizes["orders"] < 8_000
    assert 13_000 < sizes["order_lines"] < 17_000
    assert 34_000 < sizes["events"] < 46_000


def test_a_card_is_swiped_once_in_a_session(year: Year) -> None:
    cards = np.stack([year.swipes["session"], year.swipes["product"]])

    assert np.unique(cards, axis=1).shape == cards.shape


def test_a_product_is_on_one_line_of_an_order(year: Year) -> None:
    lines = np.stack([year.order_lines["order"], year.order_lines["product"]])

    assert np.unique(lines, axis=1).shape == lines.shape
    assert set(np.unique(year.order_lines["order"])) == set(range(len(year.orders)))


def test_nothing_happens_in_the_future_or_before_the_year(year: Year, until: datetime) -> None:
    moments = [year.sessions["started_at"], year.swipes["at"], year.orders["placed_at"], year.events["at"]]

    for at in moments:
        assert at.max() < until.timestamp()
        assert at.min() > until.timestamp() - 366 * DAY


def test_nobody_acts_before_joining(year: Year, people: list[DrawnPerson], until: datetime) -> None:
    joined_at = until.timestamp() - DAY * np.array([person.joined_days_ago for person in people])

    assert (year.sessions["started_at"] >= joined_at[year.sessions["person"]] - 1e-3).all()
    assert (year.orders["placed_at"] >= joined_at[year.orders["person"]]).all()
    assert (year.events["at"] >= joined_at[year.events["person"]] - 1e-3).all()


def test_no_product_is_seen_before_it_was_made(year: Year, products: list[DrawnProduct], until: datetime) -> None:
    made_at = until.timestamp() - DAY * np.array([product.created_days_ago for product in products])
    lines = year.order_lines

    assert (year.swipes["at"] >= made_at[year.swipes["product"]]).all()
    assert (year.orders["placed_at"][lines["order"]] >= made_at[lines["product"]]).all()


def test_sessions_and_their_swipes_follow_each_other(year: Year) -> None:
    sessions, swipes = year.sessions, year.swipes

    same_person = np.diff(sessions["person"]) == 0
    same_session = np.diff(swipes["session"]) == 0
    assert (np.diff(sessions["started_at"])[same_person] >= 0).all()
    assert (np.diff(swipes["at"])[same_session] > 0).all()
    assert (swipes["at"] > sessions["started_at"][swipes["session"]]).all()


def test_everybody_begins_with_one_onboarding_and_gifts_have_occasions(year: Year, people: list[DrawnPerson]) -> None:
    kinds, occasions = year.sessions["session_type"], year.sessions["occasion"]

    assert (kinds == "ONBOARDING").sum() == len(people)
    assert ((kinds == "ONBOARDING") == (year.sessions["ordinal"] == 0)).all()
    assert ((kinds == "GIFT") == (occasions != "")).all()
    assert set(np.unique(occasions)) <= {"", *OCCASIONS}


def test_a_given_budget_is_a_round_sum(year: Year) -> None:
    budgets = year.sessions["budget"]

    given = budgets[~np.isnan(budgets)]

    assert len(given) > 1000
    assert (given % 5 == 0).all()
    assert given.min() >= 10


def test_all_four_directions_and_all_states_of_an_order_occur(year: Year) -> None:
    directions, statuses = np.unique(year.swipes["direction"]), np.unique(year.orders["status"])

    assert directions.tolist() == [int(direction) for direction in Direction]
    assert set(statuses) == {"PENDING", "PAID", "SHIPPED", "DELIVERED", "CANCELLED", "REFUNDED"}


def test_a_line_is_charged_at_the_price_on_the_shelf(year: Year, products: list[DrawnProduct]) -> None:
    pence = np.array([int(product.price * 100) for product in products])

    assert (year.order_lines["unit_price_pence"] == pence[year.order_lines["product"]]).all()


def test_searches_have_words_and_everything_else_has_a_product(year: Year) -> None:
    is_search = year.events["type"] == "search"

    assert ((year.events["product"] == -1) == is_search).all()
    assert ((year.events["query"] != "") == is_search).all()


def test_a_small_demo_of_a_date_works_too() -> None:
    year = draw_year(draw_people(n=3), draw_products(n=12), date(2026, 3, 1))

    assert year.swipes["at"].max() < datetime.fromisoformat("2026-03-01T00:00:00+00:00").timestamp()


def test_a_moment_without_a_time_zone_is_refused(people: list[DrawnPerson], products: list[DrawnProduct]) -> None:
    with pytest.raises(ValueError, match="time zone"):
        draw_year(people[:2], products, datetime(2026, 1, 1))
