"""Small shops whose people have known tastes: those of an even number buy crimson things, the others azure ones."""

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from catalogue.models import Category, Product
from recommendations import services
from recommendations.models import TrainingRun
from swipes.models import BehaviourEvent, EventType

COLOURS = ("crimson", "azure")


def fill_shop(*, now: datetime, n_people: int = 40, n_products: int = 24) -> None:
    """Fill an empty shop: everybody has bought most things of their colour within the last 40 days."""
    products = add_products(now=now, n=n_products)
    people = add_people(now=now, n=n_people)
    add_purchases(
        [
            (person, product, now - timedelta(days=1 + (7 * number + 11 * place) % 40))
            for number, person in enumerate(people)
            for place, product in enumerate(products)
            if (number + place) % 2 == 0 and (number * 7 + place * 5) % 9
        ]
    )


def add_products(*, now: datetime, n: int) -> list[Product]:
    """Add products, crimson and azure in turn, whose ids are in the order of their numbers."""
    category, _ = Category.objects.get_or_create(
        slug="cups", defaults={"name": "Cups", "created_at": now, "updated_at": now}
    )
    return Product.objects.bulk_create(
        Product(
            pk=uuid.UUID(int=place + 1),
            title=f"{COLOURS[place % 2]} cup {place:02}",
            slug=f"cup-{place}",
            price=Decimal("20.00"),
            category=category,
            stock=5,
            created_at=now,
            updated_at=now,
        )
        for place in range(n)
    )


def add_people(*, now: datetime, n: int) -> list[User]:
    """Add people who have not done anything yet."""
    return User.objects.bulk_create(
        User(email=f"person{number}@example.com", created_at=now, updated_at=now) for number in range(n)
    )


def add_purchases(bought: list[tuple[User, Product, datetime]]) -> None:
    """Let people have bought things at their time."""
    BehaviourEvent.objects.bulk_create(
        BehaviourEvent(user=user, product=product, event_type=EventType.PURCHASE, occurred_at=at, recorded_at=at)
        for user, product, at in bought
    )


def request(model_type: str, *, now: datetime, **parameters: object) -> TrainingRun:
    """Ask for a run that the caller carries out."""
    return services.request_training(model_type=model_type, parameters=parameters, now=now, is_sent=False)
