"""API keys: made and shown once, good for what they were made for and no more, dead at once when revoked."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import services, tasks
from accounts.models import ApiKey, User
from accounts.scopes import SCOPES
from accounts.services import api_keys
from accounts.tests.factors import switch_on
from common.models import AuditEntry, OutboxTask
from common.tests.openapi import as_documented, document, operations, refused
from common.tests.parallel import in_parallel
from conftest import NOW, PASSWORD, make_person

pytestmark = pytest.mark.django_db

ALL = list(SCOPES)


def key_of(person, *scopes, **options):
    """Return a new key of somebody's, for all scopes unless some are named."""
    made = api_keys.make_key(
        user=person, name="Robot", scopes=scopes or ALL, now=options.pop("now", datetime.now(UTC)), **options
    )
    return made.key


@pytest.fixture
def robot(api):
    """Return a way to ask as the program that holds a key."""

    def ask(key, method, path, body=None, **headers):
        return getattr(api(), method)(path, body, headers={"X-API-Key": key, **headers})

    return ask


def test_a_key_is_made_shown_once_listed_without_its_secret_and_revoked(api, alice, robot):
    client = api(alice)
    asked = {"name": "Shelf robot", "scopes": ["orders:read", "profile:read"], "expires_at": "2031-01-01T00:00:00Z"}

    made = client.post("/api/v1/auth/api-keys", asked)
    body = as_documented(made)
    listed = as_documented(client.get("/api/v1/auth/api-keys"))
    used = robot(body["key"], "get", "/api/v1/auth/me")
    revoked = client.delete(f"/api/v1/auth/api-keys/{body['id']}")
    after = robot(body["key"], "get", "/api/v1/auth/me")

    assert made.status_code == 201
    assert body["key"].startswith(f"{body['hint']}_")
    assert len(body["key"]) == len("aclue_") + 8 + 1 + 43
    assert body["scopes"] == ["profile:read", "orders:read"]
    (shown,) = listed["items"]
    assert shown == {name: value for name, value in body.items() if name != "key"}
    assert used.json()["email"] == alice.email
    as_documented(used)
    assert (revoked.status_code, revoked.content) == (204, b"")
    refused(after, 401, "INVALID_API_KEY")
    assert client.get("/api/v1/auth/api-keys").json()["items"] == []


def test_only_the_digest_of_a_key_is_kept(alice):
    key = key_of(alice)

    kept = str(list(ApiKey.objects.values())) + str(list(OutboxTask.objects.values()))

    assert key not in kept
    assert key.split("_", 2)[2] not in kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 101),
        ("scopes", []),
        ("scopes", ["everything"]),
        ("scopes", "profile:read"),
        ("scopes", None),
        ("scopes", ["profile:read"] * 51),
        ("expires_at", "yesterday"),
        ("expires_at", "2020-01-01T00:00:00Z"),
        ("expires_at", "0001-01-01T00:00:00+14:00"),
        ("expires_at", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_a_wrong_value_is_named(api, alice, field, value):
    asked = {"name": "Robot", "scopes": ["profile:read"], field: value}

    answer = api(alice).post("/api/v1/auth/api-keys", asked)

    assert refused(answer, 422, "VALIDATION_ERROR")["errors"][0]["loc"][:2] == ["body", field]
    assert not ApiKey.objects.exists()


def test_a_person_has_at_most_twenty_keys_and_may_revoke_one_for_another(api, alice):
    keys = [api_keys.make_key(user=alice, name=str(n), scopes=ALL, now=NOW).row for n in range(20)]
    client, asked = api(alice), {"name": "One more", "scopes": ["profile:read"]}

    refusal = client.post("/api/v1/auth/api-keys", asked)
    client.delete(f"/api/v1/auth/api-keys/{keys[0].pk}")
    again = client.post("/api/v1/auth/api-keys", asked)

    refused(refusal, 409, "TOO_MANY_KEYS")
    as_documented(refusal)
    assert again.status_code == 201


@pytest.mark.django_db(transaction=True)
def test_twenty_keys_are_the_most_also_in_parallel():
    alice = make_person("Alice")
    for n in range(18):
        api_keys.make_key(user=alice, name=str(n), scopes=ALL, now=NOW)

    def make():
        try:
            return bool(api_keys.make_key(user=alice, name="x", scopes=ALL, now=NOW))
        except api_keys.TooManyKeys:
            return False

    assert sorted(in_parallel(make, 8)) == [False] * 6 + [True] * 2


def test_a_guest_has_no_keys():
    guest = User.objects.create(email=None, is_guest=True, created_at=NOW, updated_at=NOW)

    with pytest.raises(api_keys.NoKeyForGuests):
        key_of(guest)


def test_somebody_elses_key_is_neither_listed_nor_revoked(api, alice, bob):
    key_of(alice)
    alices = ApiKey.objects.get()

    listed = api(bob).get("/api/v1/auth/api-keys").json()["items"]
    answer = api(bob).delete(f"/api/v1/auth/api-keys/{alices.pk}")

    assert listed == []
    refused(answer, 404, "NOT_FOUND")
    alices.refresh_from_db()
    assert alices.revoked_at is None


def key_operations():
    """Return the operations that take keys, by what the document says, with the scope that they ask for."""
    found = {}
    for (method, path), operation in operations().items():
        for way in operation.get("security", []):
            if "apiKey" in way:
                found[method, path] = way["apiKey"][0]
    return found


def test_every_scope_opens_something_and_the_document_names_the_header():
    assert set(key_operations().values()) == set(SCOPES)
    assert document()["components"]["securitySchemes"]["apiKey"] | {"description": ""} == {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "",
    }


def filled(path, **ids):
    some = "00000000-0000-4000-8000-000000000000"
    for part in path.split("/"):
        if part.startswith("{"):
            path = path.replace(part, str(ids.get(part.strip("{}"), some)))
    return path


@pytest.mark.parametrize(("method", "path"), sorted(operations()))
def test_a_key_opens_what_its_scope_names_and_nothing_else(robot, admin, method, path):
    scope = key_operations().get((method, path))
    is_open = {} in operations()[method, path].get("security", [{}]) and not any(
        operations()[method, path].get("security", [{}])
    )
    place, body = filled(path), None if method in {"get", "delete"} else {}
    whole, fitting = key_of(admin), key_of(admin, scope) if scope else ""
    lacking = key_of(admin, *[other for other in ALL if other != scope])

    if scope is None and not is_open:
        refused(robot(whole, method, place, body), 403, "API_KEY_NOT_ACCEPTED")
    elif scope is not None:
        assert robot(fitting, method, place, body).status_code not in {401, 403}
        refused(robot(lacking, method, place, body), 403, "SCOPE_MISSING")
        refused(robot("aclue_12345678_wrong", method, place, body), 401, "INVALID_API_KEY")


def test_a_key_never_reaches_keys_passwords_factors_sessions_or_the_account():
    people_alone = ("/auth/api-keys", "/auth/2fa", "/auth/sessions", "/auth/password", "/auth/logout", "/users/me")

    reached = [key for key in key_operations() if any(part in key[1] for part in people_alone)]

    assert reached == [("get", "/api/v1/users/me")]


def test_a_key_has_no_more_rights_than_its_owner(robot, alice, mary, scarf):
    alices = robot(key_of(alice), "patch", f"/api/v1/products/{scarf.pk}", {"title": "Mine"})
    marys = robot(key_of(mary), "patch", f"/api/v1/products/{scarf.pk}", {"title": "Mary's"})
    services.set_roles(user=mary, roles=[], now=NOW, actor_id=None)
    later = robot(key_of(mary), "patch", f"/api/v1/products/{scarf.pk}", {"title": "Mary's again"})

    refused(alices, 403, "FORBIDDEN")
    assert as_documented(marys)["title"] == "Mary's"
    refused(later, 403, "FORBIDDEN")


def test_a_key_shows_its_owners_rows_and_nobody_elses(robot, api, alice, bob, deck):
    own = robot(key_of(alice), "get", "/api/v1/swipes/sessions")
    others = robot(key_of(bob), "get", f"/api/v1/swipes/sessions/{deck.pk}")

    assert [item["id"] for item in own.json()["items"]] == [str(deck.pk)]
    refused(others, 404, "NOT_FOUND")


def test_a_hot_read_knows_keys_too(robot, alice, mary, scarf):
    answers = [robot(key_of(person), "get", f"/api/v1/products/{scarf.pk}") for person in (alice, mary)]
    bad = robot("aclue_12345678_wrong", "get", f"/api/v1/products/{scarf.pk}")

    assert ["stock" in answer.json() for answer in answers] == [False, True]
    assert answers[1]["Cache-Control"] == "private, no-store"
    refused(bad, 401, "INVALID_API_KEY")


@pytest.mark.parametrize(
    "raw",
    ["x", "aclue_", "aclue_a_b", "a" * 10_000, "aclue_" + "é" * 40, "' OR 1=1 --"],
    ids=lambda raw: ascii(raw[:9]),
)
def test_what_is_no_key_answers_401(robot, raw):
    answer = robot(raw, "get", "/api/v1/auth/me")

    refused(answer, 401, "INVALID_API_KEY")


def test_a_bearer_token_beside_a_key_goes_first(api, alice, bob):
    answer = api(alice).get("/api/v1/auth/me", headers={"X-API-Key": key_of(bob)})

    assert answer.json()["email"] == alice.email


def run_out(alice):
    ApiKey.objects.update(expires_at=datetime.now(UTC))


def revoke(alice):
    api_keys.revoke_key(user=alice, key_id=ApiKey.objects.get().pk, now=NOW)


def deactivate(alice):
    services.set_active(user=alice, active=False, now=NOW, actor_id=None)


def erase(alice):
    services.close_account(user=alice, now=NOW)


def set_password_by_staff(alice):
    services.set_password(user=alice, password="a better horse battery", now=NOW, actor_id=None)


@pytest.mark.parametrize(
    "ending", [run_out, revoke, deactivate, erase, set_password_by_staff], ids=lambda ending: ending.__name__
)
def test_what_ends_a_key_ends_it_at_once(robot, alice, ending):
    key = key_of(alice)
    assert robot(key, "get", "/api/v1/auth/me").status_code == 200

    ending(alice)

    refused(robot(key, "get", "/api/v1/auth/me"), 401, "INVALID_API_KEY")


def test_a_password_that_its_owner_changes_ends_no_key(robot, alice):
    key = key_of(alice)

    services.change_profile(
        user=alice, session=None, now=NOW, password="a better horse battery", current_password=PASSWORD
    )

    assert robot(key, "get", "/api/v1/auth/me").status_code == 200


def test_a_role_that_takes_a_second_factor_takes_it_of_the_keys_owner_too(robot, mary, settings):
    settings.SECOND_FACTOR_ROLES = ["merchandiser"]
    key = key_of(mary)

    without = robot(key, "get", "/api/v1/orders")
    switch_on(mary)
    with_one = robot(key, "get", "/api/v1/orders")

    refused(without, 403, "SECOND_FACTOR_REQUIRED")
    assert with_one.status_code == 200


def test_the_last_use_is_noted_once_a_minute(robot, alice, django_assert_num_queries):
    key = key_of(alice)
    robot(key, "get", "/api/v1/auth/me")
    first = ApiKey.objects.get().used_at

    robot(key, "get", "/api/v1/auth/me")
    assert ApiKey.objects.get().used_at == first
    ApiKey.objects.update(used_at=first - timedelta(minutes=1, seconds=1))
    robot(key, "get", "/api/v1/auth/me")

    assert ApiKey.objects.get().used_at >= first
    row = ApiKey.objects.get()
    with django_assert_num_queries(0):
        api_keys.note_use(key=row, now=row.used_at + timedelta(seconds=59))
    with django_assert_num_queries(1):
        api_keys.note_use(key=row, now=row.used_at + timedelta(seconds=61))


def test_a_repeated_post_by_key_is_done_once(robot, alice, deck, scarf):
    key = key_of(alice)
    asked = {"session_id": str(deck.pk), "product_id": str(scarf.pk), "direction": "right"}

    first = robot(key, "post", "/api/v1/swipes/interactions", asked, **{"Idempotency-Key": "one"})
    again = robot(key, "post", "/api/v1/swipes/interactions", asked, **{"Idempotency-Key": "one"})

    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    assert robot(key, "get", f"/api/v1/swipes/sessions/{deck.pk}").json()["swipes"] == 1


def test_making_and_revoking_are_written_down_and_the_owner_is_told(alice, mailoutbox):
    key_of(alice, "orders:read", now=NOW)
    row = ApiKey.objects.get()
    api_keys.revoke_key(user=alice, key_id=row.pk, now=NOW)

    tasks.api_key_made(str(OutboxTask.objects.get(task="accounts.api_key_made").pk))

    assert list(
        AuditEntry.objects.filter(action__startswith="api_key").values_list("action", flat=True).order_by("id")
    ) == [
        "api_key.made",
        "api_key.revoked",
    ]
    assert mailoutbox[0].to == [alice.email]
    assert row.hint in mailoutbox[0].body
    assert "orders:read" in mailoutbox[0].body


def test_finding_a_key_takes_one_look_at_an_index(alice, explain, django_assert_num_queries):
    key = key_of(alice)

    with django_assert_num_queries(1):
        assert api_keys.find_key(raw=key, now=datetime.now(UTC)) is not None
    plan = explain("SELECT id FROM accounts_apikey WHERE digest = %s", ("0" * 64,))
    assert "index" in plan.lower()
