"""`python -m bench rls`: what row-level security costs the queries that are asked most, and a whole request.

Each query is the application's own code, on two connections to one database: one works as a role that the policies
hold, the other as one that passes them by and announces no scope, as before there were any. Blocks of calls alternate,
and what counts is processor time, this process's and its server process's together: it says the same on a busy machine.
"""

import contextlib
import hashlib
import os
import statistics
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from django.db import connections, transaction
from django.db.models import Prefetch
from django.utils import timezone

from bench.progress import say
from bench.ratios import Ratio, ratio_of
from bench.shop import NO_LIMIT_REACHED, ready_shop
from common import rows, scope

NAME = "aclue_bench_rows"
FILLING = Path(__file__).with_name("rows.sql")
PRODUCTS = 10_000
PEOPLE = 20_000
ROLES = {"with": "aclue_bench_app", "without": "aclue_bench_all"}
CALLS = 20
WARM_CALLS = 3
REQUESTS = 10


def id_of(subject: str, number: int) -> uuid.UUID:
    """Return the id that rows.sql gives."""
    return uuid.UUID(hashlib.md5(f"{subject} {number}".encode()).hexdigest())


class Query(NamedTuple):
    """A query by what it is for; `reason` makes it the system's, otherwise it is a person's own."""

    name: str
    ask: Callable[[int], Any]
    reason: str = ""


def prepare() -> None:
    """Make the database if it is not there, and work on it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aclue.settings")
    os.environ |= {"SECRET_KEY": "only for the benchmark " * 3, "ENVIRONMENT": "development", "DEBUG": "false"}
    os.environ |= {"REDIS_URL": "", "LOG_LEVEL": "WARNING", "ALLOWED_HOSTS": "localhost"}
    os.environ |= NO_LIMIT_REACHED
    url = ready_shop(dict(os.environ), products=PRODUCTS, name=NAME)
    with psycopg.connect(url, autocommit=True) as owner:
        if owner.execute("SELECT count(*) FROM accounts_session").fetchone() == (0,):
            say(f"database {NAME}: filling in {PEOPLE:,} people")
            # One transaction, in the system's scope where the owner is no superuser.
            owner.execute(b"SET LOCAL app.scope = 'system';" + FILLING.read_bytes())
            owner.execute("VACUUM (ANALYZE)")
        for role, may in zip(ROLES.values(), ("NOBYPASSRLS", "BYPASSRLS"), strict=True):
            with contextlib.suppress(psycopg.errors.DuplicateObject):
                owner.execute(f"CREATE ROLE {role} NOLOGIN NOSUPERUSER {may}")
            owner.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
            owner.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
    os.environ["DATABASE_URL"] = url
    import django  # noqa: PLC0415 (settings are read from what was set above)

    django.setup()


class Side:
    """One way to work on the database: with the policies or without them."""

    def __init__(self, name: str) -> None:
        usual = connections["default"].settings_dict
        options = {**usual["OPTIONS"], "assume_role": ROLES[name]}
        self.wrapper = type(connections["default"])({**usual, "OPTIONS": options}, "default")
        self.is_held = name == "with"
        self.wrapper.ensure_connection()
        self.backend = self.wrapper.connection.info.backend_pid
        self.prepared = rows.PreparedStatements(self.wrapper.connection)

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Let the application work this way."""
        from accounts import authentication  # noqa: PLC0415 (needs the set-up)

        become = scope.become
        connections["default"] = self.wrapper
        rows._kept.prepared = self.prepared
        if not self.is_held:
            scope.become = authentication.become = lambda _: None  # type: ignore[assignment,attr-defined]
        try:
            yield
        finally:
            scope.become = authentication.become = become  # type: ignore[attr-defined]

    def cpu(self) -> float:
        """Return the processor time spent so far, by this process and the one that serves it."""
        return time.process_time() + int(Path(f"/proc/{self.backend}/schedstat").read_text().split()[0]) / 1e9


def queries() -> list[Query]:
    """Return the queries that requests ask most."""
    from accounts import authentication  # noqa: PLC0415 (needs the set-up)
    from accounts.backends import AccountBackend  # noqa: PLC0415
    from accounts.models import ApiKey, KnownDevice, Session, User  # noqa: PLC0415
    from common.models import IdempotencyKey  # noqa: PLC0415
    from orders.models import Order, OrderLine  # noqa: PLC0415
    from recommendations import taste  # noqa: PLC0415
    from recommendations.models import Interaction, Pick  # noqa: PLC0415
    from swipes import analytics, services  # noqa: PLC0415
    from swipes.models import BehaviourEvent, Impression, Swipe, SwipeSession  # noqa: PLC0415

    def person(n: int) -> uuid.UUID:
        return id_of("person", n % PEOPLE)

    now = timezone.now()
    lines = Prefetch("lines", queryset=OrderLine.objects.select_related("product"))
    orders = Order.objects.with_totals().prefetch_related(lines, "events")
    sessions = Session.objects.active(now).select_related("user")

    def swipe(n: int) -> None:
        with transaction.atomic():
            Swipe.objects.filter(pk=id_of("swipe", n % PEOPLE), user=person(n)).update(response_time_ms=n % 3000)
            transaction.set_rollback(True)

    def remember(n: int) -> None:
        with transaction.atomic():
            IdempotencyKey.objects.get_or_create(
                principal=str(person(n)), route="POST /bench", key="k", defaults={"digest": "", "created_at": now}
            )
            transaction.set_rollback(True)

    def show(n: int) -> None:
        with transaction.atomic():
            shown = services.Shown(uuid.uuid4(), person(n), "deck", "popular:plain", [], now)
            services.record_impressions(shown=[shown])
            transaction.set_rollback(True)

    def refresh(n: int) -> None:
        with transaction.atomic():
            Session.objects.active(now).filter(pk=id_of("session", n % PEOPLE)).update(used_at=now)
            transaction.set_rollback(True)

    return [
        Query("the session of a token", lambda n: authentication._live_session(id_of("session", n % PEOPLE), now)),
        Query("newest events of a person", lambda n: taste.events_of(person(n))),
        Query("whole history of a person", lambda n: taste.events_of(person(n), most=taste.MOST_REMEMBERED)),
        Query("stored picks", lambda n: Pick.objects.filter(user_id=person(n), mark="mark").first()),
        Query(
            "the sitting of a deck",
            lambda n: SwipeSession.objects.filter(user=person(n), pk=id_of("sitting", n % PEOPLE)).first(),
        ),
        Query(
            "cards answered before",
            lambda n: list(Swipe.objects.filter(user=person(n)).order_by().values_list("product_id", "session_id")),
        ),
        Query(
            "swipes, newest first", lambda n: list(Swipe.objects.filter(user=person(n)).select_related("product")[:20])
        ),
        Query(
            "likes beside the deck",
            lambda n: list(Swipe.objects.filter(user=person(n)).liked().values_list("product_id", flat=True)[:8]),
        ),
        Query("what one's swipes say", lambda n: analytics._latest_answers(User(pk=person(n)))),
        Query("the trend of one's sittings", lambda n: analytics._trend(User(pk=person(n)))),
        Query("one's events", lambda n: list(BehaviourEvent.objects.filter(user=person(n))[:20])),
        Query("what one was shown", lambda n: list(Impression.objects.filter(user=person(n))[:20])),
        Query("what one did with recommendations", lambda n: list(Interaction.objects.filter(user=person(n))[:20])),
        Query("one's orders, with lines and totals", lambda n: list(orders.filter(user=person(n))[:20])),
        Query("one order", lambda n: orders.filter(user=person(n), pk=id_of("order", n % PEOPLE)).first()),
        Query("one's profile", lambda n: AccountBackend().get_user(person(n))),
        Query("one's roles", lambda n: list(User(pk=person(n)).groups.all())),
        Query("where one is signed in", lambda n: list(Session.objects.active(now).filter(user=person(n))[:20])),
        Query("one's devices", lambda n: list(KnownDevice.objects.filter(user=person(n)))),
        Query("an answer to a card, written", swipe),
        Query("a repeatable request, written", remember),
        Query("an impression, written", show, reason="what was shown"),
        Query(
            "the session of a cookie",
            lambda n: sessions.filter(pk=id_of("session", n % PEOPLE), user__is_active=True).first(),
            reason="who is signed in",
        ),
        Query(
            "the owner of an API key",
            lambda n: (
                ApiKey.objects.active(now)
                .select_related("user")
                .filter(digest=hashlib.md5(f"key {n % 2000}".encode()).hexdigest())
                .first()
            ),
            reason="signing in",
        ),
        Query("a refresh token, spent", refresh, reason="signing in"),
    ]


class Outcome(NamedTuple):
    """What one call took, in seconds of processor time, and the ratio with to without over the rounds."""

    name: str
    without: float
    with_: float
    ratio: Ratio


def compare(name: str, sides: Sequence[Side], call: Callable[[int], Any], *, rounds: int, calls: int) -> Outcome:
    """Make blocks of calls on both sides, in turn."""
    took: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for side in sides if number % 2 else reversed(sides):
            with side.at_work():
                # Another connection's statements are prepared anew.
                for n in range(WARM_CALLS):
                    call(n)
                before = side.cpu()
                for n in range(calls):
                    call((number * calls + n) * 7919)
                took[side.is_held].append((side.cpu() - before) / calls)
    without, with_ = took
    outcome = Outcome(name, statistics.median(without), statistics.median(with_), ratio_of(with_, without))
    say(f"{name}: {outcome.ratio.median:.2f} ({outcome.ratio.low:.2f} to {outcome.ratio.high:.2f})")
    return outcome


def in_scope(query: Query) -> Callable[[int], None]:
    """Return a query asked for one person or another, in a scope of its own as in a request."""

    def call(n: int) -> None:
        around = scope.as_system(query.reason) if query.reason else scope.acting_for(id_of("person", n % PEOPLE))
        with around:
            query.ask(n)

    return call


def requests() -> dict[str, Callable[[int], None]]:
    """Return whole requests of somebody signed in."""
    from django.test import Client  # noqa: PLC0415

    from accounts import services  # noqa: PLC0415
    from accounts.models import User  # noqa: PLC0415
    from common import limits  # noqa: PLC0415

    with scope.as_system("the benchmark"):
        user = User.objects.get(pk=id_of("person", 7))
        token = services.open_session(user=user, now=timezone.now()).access_token
    client = Client(headers={"Authorization": f"Bearer {token}"}, SERVER_NAME="localhost")

    def asking(path: str) -> Callable[[int], None]:
        def ask(_: int) -> None:
            limits.reset()
            answer = client.get(path)
            assert answer.status_code == 200, (path, answer.content)

        return ask

    paths = {
        "profile": "/api/v1/users/me",
        "one product": f"/api/v1/products/{id_of('product', 3)}",
        "recommendations": "/api/v1/recommendations",
        "orders": "/api/v1/orders",
        "events": "/api/v1/user-behavior/history",
    }
    return {f"request: {name}, signed in": asking(path) for name, path in paths.items()}


def report(outcomes: list[Outcome]) -> str:
    """Return the figures as a table."""
    lines = ["| what | without, µs CPU | with, µs CPU | ratio | 95 % |", "|---|---|---|---|---|"]
    for one in outcomes:
        interval = f"{one.ratio.low:.2f} to {one.ratio.high:.2f}"
        lines.append(
            f"| {one.name} | {one.without * 1e6:.0f} | {one.with_ * 1e6:.0f} | {one.ratio.median:.2f} | {interval} |"
        )
    middle = statistics.median(one.ratio.median for one in outcomes)
    return "\n".join([*lines, "", f"Median of the ratios: {middle:.3f}"])


def run(rounds: int) -> None:
    """Measure and print."""
    prepare()
    sides = [Side("without"), Side("with")]
    outcomes = [compare(one.name, sides, in_scope(one), rounds=rounds, calls=CALLS) for one in queries()]
    with sides[1].at_work():
        asking = requests()
    whole = [compare(name, sides, ask, rounds=rounds, calls=REQUESTS) for name, ask in asking.items()]
    print(report(outcomes))
    print()
    print(report(whole))
