"""PostgreSQL shows a person's rows to that person alone, past all of our own code."""

import random
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from celery import shared_task
from django.contrib.auth.models import Group, Permission
from django.db import connection, transaction

from accounts import services as accounts
from accounts.models import ApiKey, Authenticator, Identity, KnownDevice, OneTimeLink, Purpose, RecoveryCode, User
from aclue.tests import probes
from catalogue.models import Product
from common.models import IdempotencyKey
from common.row_security import PROTECTED_TABLES, protected_names, unprotected
from common.scope import acting_for, as_nobody, current
from conftest import APP_ROLE, NOW, ApiClient
from orders.models import CartItem, Order, OrderEvent, OrderLine, OrderStatus
from recommendations.models import Interaction, InteractionType, Pick
from swipes import services as swipes
from swipes.models import BehaviourEvent, Direction, EventType, Impression, SessionType

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.urls("aclue.tests.probes")]

N_REQUESTS = 1000
WAYS = ("", "transaction", "hot", "server-side")


def fill_every_table(user: User, product: Product) -> None:
    """Give somebody a row in each table that holds people's rows."""
    digest = uuid.uuid4().hex
    accounts.open_session(user=user, now=NOW)
    KnownDevice.objects.create(user=user, digest=digest, first_seen_at=NOW, last_seen_at=NOW)
    OneTimeLink.objects.create(
        user=user, purpose=Purpose.VERIFY_EMAIL, address="a@example.com", digest=digest, created_at=NOW, expires_at=NOW
    )
    Authenticator.objects.create(user=user, sealed_secret="sealed", created_at=NOW)
    RecoveryCode.objects.create(user=user, digest=digest, created_at=NOW)
    Identity.objects.create(user=user, provider="google", subject=digest, created_at=NOW, used_at=NOW)
    ApiKey.objects.create(user=user, name="a key", hint="ak", digest=digest, created_at=NOW)
    user.groups.add(Group.objects.get_or_create(name="somebody")[0])
    user.user_permissions.add(Permission.objects.first())
    sitting = swipes.start_session(user=user, session_type=SessionType.DISCOVERY, now=NOW)
    swipes.record_swipes(user=user, answers=[swipes.Answer(sitting.pk, product.pk, Direction.UP)], now=NOW)
    Impression.objects.create(user=user, surface="deck", policy="popular:plain", shown_at=NOW)
    BehaviourEvent.objects.create(user=user, event_type=EventType.VIEW, occurred_at=NOW, recorded_at=NOW)
    order = Order.objects.create(user=user, placed_at=NOW)
    OrderLine.objects.create(order=order, ordinal=1, product=product, quantity=1, unit_price=1)
    OrderEvent.objects.create(order=order, status=OrderStatus.PENDING, at=NOW)
    CartItem.objects.create(user=user, product=product, quantity=1, created_at=NOW, updated_at=NOW)
    Pick.objects.create(user=user, strategy="ease", mark="mark", made_at=NOW)
    Interaction.objects.create(
        user=user,
        product=product,
        interaction_type=InteractionType.CLICK,
        answer_id=uuid.uuid4(),
        rank=1,
        policy="ease:1",
        occurred_at=NOW,
    )
    IdempotencyKey.objects.create(principal=str(user.pk), route="POST /", key=digest, digest=digest, created_at=NOW)


@pytest.fixture
def two_people(alice: User, bob: User, scarf: Product) -> tuple[User, User]:
    """Alice and Bob, with a row each in every table."""
    for person in (alice, bob):
        fill_every_table(person, scarf)
    everybody = set(probes.owners())
    assert {(label, str(person.pk)) for label in PROTECTED_TABLES for person in (alice, bob)} <= everybody
    return alice, bob


@pytest.fixture
def raw(two_people: tuple[User, User]) -> Iterator["psycopg.Connection[Any]"]:
    """A connection past all of our code, as the role that the processes work as."""
    connection.ensure_connection()
    with psycopg.connect(connection.connection.info.dsn, autocommit=True) as plain:
        plain.execute(f"SET ROLE {APP_ROLE}")
        yield plain


def owners_on(raw: "psycopg.Connection[Any]") -> set[str]:
    """Return whose rows a connection shows."""
    return {owner for _, owner in raw.execute(probes.owners_sql()).fetchall()}


def refused(
    raw: "psycopg.Connection[Any]",
    person: User,
    error: type[Exception],
    statement: str,
    values: list[Any] | None = None,
) -> None:
    """Try a statement in somebody's name, in a transaction of its own, which has to fail."""

    def attempt() -> None:
        with raw.transaction():
            raw.execute("SELECT set_config('app.user_id', %s, true)", [str(person.pk)])
            raw.execute(statement, values)

    with pytest.raises(error):
        attempt()


def test_every_personal_table_has_a_policy_that_holds_its_owner_too(two_people):
    assert unprotected() == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)


def test_without_a_context_no_table_shows_a_row(raw):
    counts = {table: raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in protected_names()}

    assert counts == dict.fromkeys(protected_names(), 0)


def test_a_context_shows_ones_own_rows_in_every_table_and_nobody_elses(raw, two_people):
    for person in two_people:
        with raw.transaction():
            raw.execute("SELECT set_config('app.user_id', %s, true)", [str(person.pk)])
            found = {(label, owner) for label, owner in raw.execute(probes.owners_sql()).fetchall()}

        assert found == {(label, str(person.pk)) for label in PROTECTED_TABLES}


def test_after_an_error_and_on_a_reused_connection_nothing_is_left_of_the_last_person(raw, two_people):
    alice, bob = two_people
    for _ in range(20):
        refused(raw, alice, psycopg.errors.DivisionByZero, "SELECT 1 / 0")
        assert owners_on(raw) == set()
        with raw.transaction():
            raw.execute("SELECT set_config('app.user_id', %s, true)", [str(bob.pk)])
            assert owners_on(raw) == {str(bob.pk)}
        assert owners_on(raw) == set()


def test_a_word_that_is_no_id_shows_nothing(raw):
    for word in ("", "system", "' OR true --"):
        with raw.transaction():
            raw.execute("SELECT set_config('app.user_id', %s, true)", [word])
            tables = [name for name, label in protected_names().items() if label.startswith("accounts.")]
            assert [raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables] == [0] * len(tables)


def test_nobody_writes_into_anothers_rows(raw, two_people):
    alice, bob = two_people
    for table, label in protected_names().items():
        column = PROTECTED_TABLES[label]
        if "__" in column or column == "id":
            continue
        with raw.transaction(force_rollback=True):
            raw.execute("SELECT set_config('app.user_id', %s, true)", [str(alice.pk)])
            taken = raw.execute(f"UPDATE {table} SET {column} = {column} WHERE {column}::text = %s", [str(bob.pk)])
            deleted = raw.execute(f"DELETE FROM {table} WHERE {column}::text = %s", [str(bob.pk)])
            assert (label, taken.rowcount, deleted.rowcount) == (label, 0, 0)
        refused(raw, alice, psycopg.errors.InsufficientPrivilege, f"UPDATE {table} SET {column} = %s", [str(bob.pk)])


def test_nobody_adds_rows_in_anothers_name_or_to_anothers_order(raw, two_people):
    alice, bob = two_people
    order_id = Order.objects.get(user=bob).pk
    product_id = Product.objects.get().pk
    adding = {
        "INSERT INTO recommendations_pick (user_id, products, strategy, model_version, mark, made_at) "
        "VALUES (%s, '[]', '', '', '', now())": [bob.pk],
        "INSERT INTO orders_orderline (order_id, ordinal, product_id, quantity, unit_price, currency) "
        "VALUES (%s, 2, %s, 1, 1, 'GBP')": [order_id, product_id],
    }
    for statement, values in adding.items():
        refused(raw, alice, psycopg.errors.InsufficientPrivilege, statement, values)


def test_a_thousand_interleaved_requests_of_two_people_show_nobody_a_foreign_row(two_people, api):
    clients = {person.pk: api(person) for person in two_people}
    draw, foreign, own = random.Random(4), 0, 0
    for client in clients.values():
        client.client.raise_request_exception = False

    for _ in range(N_REQUESTS):
        user_id = draw.choice(list(clients))
        what = draw.choices(("read", "error", "database-error", "anonymous", "stream"), (70, 8, 7, 8, 7))[0]
        if what == "anonymous":
            foreign += len(ApiClient().get("/api/probe/anonymous").json())
        elif what == "stream":
            body = b"".join(clients[user_id].get("/api/probe/stream").streaming_content).decode()
            own += body.count(f"['{user_id}']\n")
            foreign += body.count("\n") - body.count(f"['{user_id}']\n")
        elif what == "read":
            answer = clients[user_id].get("/api/probe/everything", {"how": draw.choice(WAYS)}).json()
            own += len(answer)
            foreign += sum(owner != str(user_id) for _, owner in answer)
            assert len({label for label, _ in answer}) == len(PROTECTED_TABLES)
        else:
            assert clients[user_id].get("/api/probe/everything", {"how": what}).status_code >= 400
        with as_nobody():
            foreign += len(probes.owners()) if draw.random() < 0.1 else 0

    assert foreign == 0
    assert own > N_REQUESTS


def test_two_streams_read_in_turn_each_show_their_own_rows(two_people, api):
    bodies = {person.pk: iter(api(person).get("/api/probe/stream").streaming_content) for person in two_people}

    for _ in range(3):
        for user_id, body in bodies.items():
            assert next(body).decode() == f"['{user_id}']\n"
            with as_nobody():
                assert probes.owners() == []


@shared_task(name="tests.look")
def look(user_id: str, found: Any = None) -> dict[str, list[str]]:
    """Return whose rows a task sees, as it begins and while it works for one person."""
    seen = {"task": sorted({owner for _, owner in probes.owners()})}
    with acting_for(uuid.UUID(user_id)):
        seen["person"] = sorted({owner for _, owner in probes.owners()})
        with transaction.atomic():
            seen["transaction"] = sorted({owner for _, owner in probes.owners()})
    return seen


def test_a_task_works_as_the_system_and_for_one_person_where_it_says_so_and_leaves_nothing(two_people):
    alice, bob = two_people
    with as_nobody():
        seen = look.apply(args=[str(alice.pk)]).get()

        assert seen["person"] == seen["transaction"] == [str(alice.pk)]
        assert {str(alice.pk), str(bob.pk)} <= set(seen["task"])
        assert probes.owners() == []


def test_a_failed_task_leaves_nothing_of_its_scope(two_people):
    with as_nobody():
        assert look.apply(args=["no id"]).failed()

        assert current().reason == ""
        assert probes.owners() == []


def test_a_new_thread_is_nobody(two_people, in_a_thread):
    assert in_a_thread(probes.owners) == []


@pytest.fixture
def in_a_thread() -> Callable[[Callable[[], Any]], Any]:
    """Return a runner of something in a thread of its own, with nothing around it."""
    from concurrent.futures import ThreadPoolExecutor

    def run(work: Callable[[], Any]) -> Any:
        def then_close() -> Any:
            try:
                return work()
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as pool:
            return pool.submit(then_close).result()

    return run
