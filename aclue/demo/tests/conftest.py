"""The shop, its people and their year, drawn once for all tests of this folder."""

from datetime import UTC, datetime

import numpy as np
import pytest

from aclue.demo.people import DrawnPerson, draw_people
from aclue.demo.preferences import affinities
from aclue.demo.products import DrawnProduct, draw_products
from aclue.demo.year import Year, draw_year


@pytest.fixture(scope="session")
def until() -> datetime:
    return datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def products() -> list[DrawnProduct]:
    return draw_products(seed=2026, n=600)


@pytest.fixture(scope="session")
def people() -> list[DrawnPerson]:
    return draw_people(seed=2026, n=2000)


@pytest.fixture(scope="session")
def year(people: list[DrawnPerson], products: list[DrawnProduct], until: datetime) -> Year:
    return draw_year(people, products, until, seed=2026)


@pytest.fixture(scope="session")
def affinity(people: list[DrawnPerson], products: list[DrawnProduct]) -> np.ndarray:
    return affinities(people, products)
