"""Store the demo shop that `aclue.demo` draws, through the services of the apps.

Each stage stands by itself and knows what is there already, so an interrupted seeding is simply run again.
"""

import uuid
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
from django.conf import settings

from accounts import services as accounts
from accounts.models import User
from aclue.demo.people import DrawnPerson, draw_people
from aclue.demo.pictures import draw_picture
from aclue.demo.products import SHOP_URL, DrawnProduct, draw_categories, draw_products
from aclue.demo.records import Direction as DrawnDirection
from aclue.demo.year import Year, draw_year
from aclue.environment import kept_secret
from catalogue import services as catalogue
from catalogue.affiliate import programmes
from catalogue.models import AffiliateClick, AffiliateProgramme, Category, CommissionRate, Product
from catalogue.search.vocabulary import refresh_words
from common import audit
from common.models import SystemEvent
from orders import services as orders
from orders.models import Order, OrderStatus
from recommendations import services as recommendations
from swipes import services as swipes
from swipes.models import BehaviourEvent, Direction, EventType, SessionType, Swipe, SwipeSession

SEED = 2026
SEEDED = "demo.seeded"
PREFIX = "demo-"
PROGRAMME = "demo"
STAFF_DOMAIN = "@demo.aclue.example"
PEOPLE_DOMAIN = "@people.demo.aclue.example"
# One of the people drawn is signed in as; everybody else here is new.
WITH_A_PAST = "alice"
SIGN_INS = {
    WITH_A_PAST: (),
    "bob": (),
    "mary": ("merchandiser",),
    "nils": ("analyst",),
    "ada": ("admin",),
}
PICTURE_WORKERS = 2

Say = Callable[[str], None]


def is_seeded() -> bool:
    """Return whether the demo shop is complete."""
    return SystemEvent.objects.filter(name=SEEDED).exists()


def is_somebody_elses() -> bool:
    """Return whether the shop holds products that are not the demo's."""
    return Product.objects.exclude(external_reference__startswith=PREFIX).exists()


def seed_demo(*, now: datetime, n_products: int, n_people: int, say: Say) -> None:
    """Store the demo shop, its people and their year up to `now`."""
    drawn = draw_products(SEED, n_products)
    say(f"{len(drawn)} products …")
    products = store_products(drawn, now, say)
    people = draw_people(SEED, n_people)
    say(f"{len(people)} people …")
    user_ids = store_people(people, now)
    year = draw_year(people, drawn, now, SEED)
    say(f"{len(year.swipes)} swipes and {len(year.events)} other events …")
    store_history(year, user_ids, products)
    say(f"{len(year.orders)} orders …")
    store_orders(year, user_ids, products)
    recommendations.refresh_popularity(now=now)
    store_sign_ins(now)
    store_programme(now)
    audit.report(
        name=SEEDED,
        now=now,
        message="The demo shop is in place.",
        details={"products": len(drawn), "people": len(people), "swipes": len(year.swipes), "orders": len(year.orders)},
    )


def remove_demo() -> None:
    """Take away what `seed_demo` stored, and nothing else."""
    Order.objects.filter(external_reference__startswith=PREFIX).delete()
    User.objects.filter(email__endswith=PEOPLE_DOMAIN).delete()
    User.objects.filter(email__endswith=STAFF_DOMAIN).delete()
    Product.objects.filter(external_reference__startswith=PREFIX).exclude(pk__in=_named()).delete()
    if not AffiliateClick.objects.filter(programme__slug=PROGRAMME).exists():
        CommissionRate.objects.filter(programme__slug=PROGRAMME).delete()
        AffiliateProgramme.objects.filter(slug=PROGRAMME).delete()
    SystemEvent.objects.filter(name=SEEDED).delete()


def _named() -> set[uuid.UUID]:
    """Return the products that an order or the affiliate ledger names."""
    bought = set(Order.objects.values_list("lines__product", flat=True)) - {None}
    return bought | set(AffiliateClick.objects.values_list("product", flat=True))


def store_products(drawn: list[DrawnProduct], now: datetime, say: Say) -> list[uuid.UUID]:
    """Store categories, pictures and products; returns the products' ids in the order drawn."""
    categories = store_categories(now)
    folder = Path(settings.MEDIA_ROOT) / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    missing = [product for product in drawn if not (folder / f"{product.slug}.webp").is_file()]
    if missing:
        say("Drawing pictures …")
        with ProcessPoolExecutor(PICTURE_WORKERS) as pool:
            for product, picture in zip(missing, pool.map(draw_picture, missing, chunksize=20), strict=True):
                aside = folder / f".{product.slug}.webp"
                aside.write_bytes(picture)
                aside.rename(folder / f"{product.slug}.webp")
    rows: list[dict[str, Any]] = [
        {
            "external_reference": PREFIX + product.key,
            "title": product.title,
            "slug": product.slug,
            "description": product.description,
            "price": product.price,
            "currency": product.currency,
            "category": categories[product.category_slug],
            "brand": product.brand,
            "image": f"demo/{product.slug}.webp",
            "asin": product.asin or "",
            "rating": product.rating,
            "review_count": product.review_count,
            "affiliate_url": product.affiliate_url,
            "stock": product.stock,
            "is_featured": product.is_featured,
            "tags": list(product.tags),
            "occasions": list(product.occasions),
            "created_at": now - timedelta(days=product.created_days_ago),
        }
        for product in drawn
    ]
    catalogue.upsert_products(rows=rows, now=now, actor_id=None)
    refresh_words(now=now)
    ids = dict(Product.objects.filter(external_reference__startswith=PREFIX).values_list("external_reference", "pk"))
    return [ids[PREFIX + product.key] for product in drawn]


def store_programme(now: datetime) -> None:
    """Store the programme of the demo's merchant unless it is there: off, as the merchant's pages do not exist."""
    if AffiliateProgramme.objects.filter(slug=PROGRAMME).exists():
        return
    programme = AffiliateProgramme(
        name="Demo shop",
        slug=PROGRAMME,
        tag_parameter="tag",
        sub_id_parameter="sub",
        tags={"GB": "aclue-demo-21", "US": "aclue-demo-20"},
        is_active=False,
    )
    programmes.save_programme(programme=programme, hosts=[urlsplit(SHOP_URL).netloc], now=now, actor_id=None)
    rate = CommissionRate(programme=programme, percent=Decimal(5), since_on=date(2025, 1, 1))
    programmes.save_rate(rate=rate, now=now, actor_id=None)


def store_categories(now: datetime) -> dict[str, Category]:
    """Store the demo's categories, parents first; returns them by slug."""
    by_slug = {category.slug: category for category in Category.objects.all()}
    for category in draw_categories():
        if category.slug not in by_slug:
            by_slug[category.slug] = catalogue.save_category(
                category=Category(
                    name=category.name,
                    slug=category.slug,
                    parent=by_slug[category.parent_slug] if category.parent_slug else None,
                    position=category.position,
                    description=category.description,
                ),
                now=now,
                actor_id=None,
            )
    return by_slug


def store_people(people: list[DrawnPerson], now: datetime) -> list[uuid.UUID]:
    """Store people who cannot sign in, but for one; returns their ids in the order drawn."""
    emails = [person.email.split("@")[0] + PEOPLE_DOMAIN for person in people]
    first_names = [person.first_name for person in people]
    known = row_with_a_past(people)
    emails[known], first_names[known] = WITH_A_PAST + STAFF_DOMAIN, WITH_A_PAST.title()
    ids = accounts.import_people(
        people=[
            accounts.PersonToImport(
                email=email,
                first_name=first_name,
                last_name=person.last_name,
                joined_at=now - timedelta(days=person.joined_days_ago),
            )
            for email, first_name, person in zip(emails, first_names, people, strict=True)
        ],
        now=now,
    )
    return [ids[email] for email in emails]


def row_with_a_past(people: list[DrawnPerson]) -> int:
    """Return who has been there for most of the year and comes twice as often as the average, or nearly so."""
    return max(range(len(people)), key=lambda row: (people[row].joined_days_ago > 300, min(people[row].activity, 2.0)))


def store_history(year: Year, user_ids: list[uuid.UUID], products: list[uuid.UUID]) -> None:
    """Store sessions, swipes and events, once."""
    if SwipeSession.objects.filter(user__email__endswith=PEOPLE_DOMAIN).exists():
        return
    sessions = [
        SwipeSession(
            user_id=user_ids[row["person"]],
            session_type=SessionType(str(row["session_type"])),
            occasion=str(row["occasion"]),
            budget_max=None if np.isnan(row["budget"]) else Decimal(str(round(float(row["budget"]), 2))),
            created_at=_moment(row["started_at"]),
        )
        for row in year.sessions
    ]
    directions = {drawn.value: Direction(drawn.name) for drawn in DrawnDirection}
    answers = [
        Swipe(
            user_id=sessions[row["session"]].user_id,
            session=sessions[row["session"]],
            product_id=products[row["product"]],
            direction=directions[int(row["direction"])],
            response_time_ms=int(row["response_time_ms"]),
            created_at=(at := _moment(row["at"])),
            updated_at=at,
        )
        for row in year.swipes
    ]
    events = [
        BehaviourEvent(
            user_id=user_ids[row["person"]],
            event_type=EventType(str(row["type"]).upper()),
            product_id=None if row["product"] < 0 else products[row["product"]],
            query=str(row["query"]),
            occurred_at=(at := _moment(row["at"])),
            recorded_at=at,
        )
        for row in year.events
    ]
    swipes.import_history(sessions=sessions, swipes=answers, events=events)


def store_orders(year: Year, user_ids: list[uuid.UUID], products: list[uuid.UUID]) -> None:
    """Store orders with their lines, once each."""
    first_line = np.searchsorted(year.order_lines["order"], np.arange(len(year.orders) + 1))
    orders.import_orders(
        orders=[
            orders.OrderToImport(
                external_reference=f"{PREFIX}{number:06}",
                user_id=user_ids[row["person"]],
                placed_at=_moment(row["placed_at"]),
                status=OrderStatus(str(row["status"])),
                currency="GBP",
                lines=[
                    orders.LineToImport(
                        product_id=products[line["product"]],
                        quantity=int(line["quantity"]),
                        unit_price=Decimal(int(line["unit_price_pence"])) / 100,
                    )
                    for line in year.order_lines[first_line[number] : first_line[number + 1]]
                ],
            )
            for number, row in enumerate(year.orders)
        ]
    )


def store_sign_ins(now: datetime) -> None:
    """Make the demo's accounts, all with one password drawn for this folder, and write down how to sign in."""
    password = demo_password()
    accounts.write_roles()
    people = [
        accounts.PersonToImport(email=name + STAFF_DOMAIN, first_name=name.title(), last_name="", joined_at=now)
        for name in SIGN_INS
    ]
    accounts.import_people(people=people, now=now)
    accounts.share_password(emails=[person.email for person in people], password=password)
    for name, roles in SIGN_INS.items():
        if roles:
            user = User.objects.get(email=name + STAFF_DOMAIN)
            accounts.set_roles(user=user, roles=list(roles), now=now, actor_id=None)
    write_sign_ins(password)


def write_sign_ins(password: str) -> None:
    """Write the list that `make run` shows."""
    lines = [f"  Sign in as  (password {password})"]
    customers = {WITH_A_PAST: "a customer with a year behind them"}
    lines += [
        f"    {name + STAFF_DOMAIN:28} {', '.join(roles) or customers.get(name, 'a new customer')}"
        for name, roles in SIGN_INS.items()
    ]
    path = settings.VAR_DIR / "demo-sign-ins.txt"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.chmod(0o600)


def demo_password() -> str:
    """Return this folder's demo password; drawn once, so no two machines share one."""
    return kept_secret(settings.VAR_DIR / "demo_password", length=9)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
