"""Two thousand invented people, none of whom likes only one thing."""

import numpy as np
import pytest

from aclue.demo.latent import LATENT_SIZE
from aclue.demo.people import DrawnPerson, Tastes, draw_people


def test_everybody_has_a_name_and_an_address_of_their_own(people: list[DrawnPerson]) -> None:
    names = {(person.first_name, person.last_name) for person in people}
    emails = {person.email for person in people}

    assert len(people) == len(names) == len(emails) == 2000
    assert all(email.isascii() and email.endswith("@example.com") for email in emails)


def test_everybody_has_two_to_six_tastes(people: list[DrawnPerson]) -> None:
    counts = {len(person.tastes) for person in people}

    assert counts == {2, 3, 4, 5, 6}
    assert people[0].tastes.shape == (len(people[0].weights), LATENT_SIZE)
    assert np.allclose(np.linalg.norm(people[0].tastes, axis=1), 1)
    assert np.isclose(people[0].weights.sum(), 1)


def test_a_simulator_can_ask_for_five_tastes_and_more_noise() -> None:
    tastes = Tastes(fewest=5, most=8, least_noise=0.3, most_noise=0.5)

    people = draw_people(seed=1, n=50, tastes=tastes)

    assert min(len(person.tastes) for person in people) >= 5
    assert all(0.3 <= person.noise <= 0.5 for person in people)


def test_a_fifth_of_what_anybody_says_is_chance(people: list[DrawnPerson]) -> None:
    noises = [person.noise for person in people]

    assert min(noises) >= 0.2


def test_people_join_through_the_year(people: list[DrawnPerson]) -> None:
    joined = np.array([person.joined_days_ago for person in people])

    assert joined.min() > 0
    assert joined.max() <= 365
    assert 0.2 < (joined < 180).mean() < 0.5


def test_a_person_without_taste_is_refused() -> None:
    with pytest.raises(ValueError, match="tastes"):
        draw_people(n=1, tastes=Tastes(fewest=0))
