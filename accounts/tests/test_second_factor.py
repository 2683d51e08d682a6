"""The second factor: set up, asked for at each sign-in, spent by one use, switched off by its owner or by staff."""

import xml.etree.ElementTree as ElementTree
from datetime import timedelta

import pytest
import segno

from accounts import tasks
from accounts.models import Authenticator, RecoveryCode, User
from accounts.services import second_factor
from accounts.tests.factors import code_of, switch_on
from common.errors import DomainError
from common.models import AuditEntry, OutboxTask
from common.tests.openapi import as_documented, refused
from conftest import NOW, PASSWORD

pytestmark = pytest.mark.django_db

STEP = timedelta(seconds=30)
WAYS = ("setup", "confirm", "disable", "recovery-codes")


def outcome(person, otp="", *, now=NOW):
    """Return what a sign-in with the right password and this code comes to."""
    try:
        second_factor.require(user=person, otp=otp, now=now)
    except DomainError as refusal:
        return refusal.error_code
    return "IN"


def log_in(api, person, **more):
    return api().post("/api/v1/auth/login", {"email": person.email, "password": PASSWORD, **more})


def test_a_person_sets_a_factor_up_and_signs_in_with_it_through_the_api_alone(api, alice):
    client = api(alice)

    setup = as_documented(client.post("/api/v1/auth/2fa/setup"))
    confirmed = as_documented(client.post("/api/v1/auth/2fa/confirm", {"otp": code_of(setup["secret"])}))
    Authenticator.objects.update(last_step=0)  # half a minute later, as far as codes are concerned
    without = log_in(api, alice)
    with_code = log_in(api, alice, otp=code_of(setup["secret"]))

    assert setup["otpauth_uri"].startswith("otpauth://totp/aclue:alice%40example.com?secret=")
    assert f"secret={setup['secret']}" in setup["otpauth_uri"]
    assert len(set(confirmed["recovery_codes"])) == 10
    refused(without, 401, "OTP_REQUIRED")
    assert as_documented(with_code)["user"]["email"] == alice.email


def test_the_picture_shows_the_address_that_the_answer_names(alice):
    setup = second_factor.begin_setup(user=alice, now=NOW)

    drawn = ElementTree.fromstring(setup.qr_svg)
    (path,) = [part.get("d") for part in drawn.iter() if part.get("class") == "qrline"]
    assert path in segno.make(setup.uri, error="m").svg_inline(border=4)


def test_nothing_of_a_factor_is_kept_as_it_is(alice):
    app = switch_on(alice)

    kept = str(list(Authenticator.objects.values())) + str(list(RecoveryCode.objects.values()))

    secrets = [app.secret, *app.recovery_codes, *(code.replace("-", "") for code in app.recovery_codes)]
    assert [secret for secret in secrets if secret in kept] == []


def test_a_factor_counts_once_it_is_confirmed(alice):
    second_factor.begin_setup(user=alice, now=NOW)

    assert outcome(alice) == "IN"


def test_a_newer_setup_takes_the_place_of_one_that_was_not_confirmed(api, alice):
    client = api(alice)
    first, second = (client.post("/api/v1/auth/2fa/setup").json()["secret"] for _ in range(2))

    old = client.post("/api/v1/auth/2fa/confirm", {"otp": code_of(first)})
    new = client.post("/api/v1/auth/2fa/confirm", {"otp": code_of(second)})

    assert refused(old, 422, "INVALID_OTP")["errors"][0]["loc"] == ["body", "otp"]
    assert new.status_code == 200


def test_a_factor_that_is_on_is_not_set_up_again(api, alice):
    app = switch_on(alice)
    client = api(alice)

    again = client.post("/api/v1/auth/2fa/setup")
    confirmed = client.post("/api/v1/auth/2fa/confirm", {"otp": app.code()})

    refused(again, 409, "SECOND_FACTOR_ON")
    refused(confirmed, 409, "SECOND_FACTOR_ON")
    as_documented(again)
    as_documented(confirmed)


def test_what_was_never_set_up_is_neither_confirmed_nor_switched_off(api, alice):
    client = api(alice)
    both = {"password": PASSWORD, "otp": "123456"}

    answers = [
        client.post("/api/v1/auth/2fa/confirm", {"otp": "123456"}),
        client.post("/api/v1/auth/2fa/disable", both),
        client.post("/api/v1/auth/2fa/recovery-codes", both),
    ]

    for answer in answers:
        refused(answer, 409, "SECOND_FACTOR_OFF")


def test_only_a_right_password_learns_that_a_code_is_due(api, alice):
    switch_on(alice)

    known = api().post("/api/v1/auth/login", {"email": alice.email, "password": "wrong horse battery"})
    unknown = api().post("/api/v1/auth/login", {"email": "nobody@example.com", "password": PASSWORD})

    bodies = [refused(answer, 401, "INVALID_CREDENTIALS") for answer in (known, unknown)]
    assert bodies[0]["detail"] == bodies[1]["detail"]


def test_wrong_codes_are_guesses_and_lock_the_account_like_wrong_passwords(api, alice):
    app = switch_on(alice)

    guesses = [log_in(api, alice, otp="000000").status_code for _ in range(6)]
    right = log_in(api, alice, otp=app.code())

    assert guesses == [401] * 5 + [423]
    refused(right, 423, "ACCOUNT_LOCKED")


@pytest.mark.parametrize(
    ("steps", "is_let_in"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)], ids=lambda value: str(value)
)
def test_a_code_counts_for_its_half_minute_and_those_beside_it(alice, steps, is_let_in):
    app = switch_on(alice, at=NOW - timedelta(hours=1))

    came = outcome(alice, app.code(NOW + steps * STEP))

    assert came == ("IN" if is_let_in else "INVALID_CREDENTIALS")


def test_a_code_works_once_and_so_do_those_before_it(alice):
    app = switch_on(alice, at=NOW - timedelta(hours=1))

    first = outcome(alice, app.code(NOW))
    again = outcome(alice, app.code(NOW))
    before = outcome(alice, app.code(NOW - STEP))
    after = outcome(alice, app.code(NOW + STEP))

    assert [first, again, before, after] == [
        "IN",
        "INVALID_CREDENTIALS",
        "INVALID_CREDENTIALS",
        "IN",
    ]


def test_the_code_that_confirmed_the_factor_is_spent_by_it(alice):
    app = switch_on(alice, at=NOW)

    assert outcome(alice, app.code(NOW)) == "INVALID_CREDENTIALS"


@pytest.mark.parametrize(
    "otp",
    ["000000", "1", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "\x00" * 6, "\ud800", "-1", "1e5", "🎁" * 6, "x" * 5000],
    ids=lambda otp: ascii(otp[:6]),
)
def test_what_is_no_code_is_refused(alice, otp):
    app = switch_on(alice, at=NOW - timedelta(hours=1))
    assert app.code(NOW) != otp

    assert outcome(alice, otp) == "INVALID_CREDENTIALS"


def test_a_code_may_be_written_with_spaces(alice):
    app = switch_on(alice, at=NOW - timedelta(hours=1))
    code = app.code(NOW)

    assert outcome(alice, f" {code[:3]} {code[3:]} ") == "IN"


def test_bobs_code_and_bobs_recovery_codes_do_not_open_alices_account(alice, bob):
    switch_on(alice, at=NOW - timedelta(hours=1))
    bobs = switch_on(bob, at=NOW - timedelta(hours=1))

    assert [outcome(alice, otp) for otp in (bobs.code(NOW), *bobs.recovery_codes)] == ["INVALID_CREDENTIALS"] * 11


def test_each_recovery_code_opens_the_account_once(alice, mailoutbox):
    app = switch_on(alice)

    first = [outcome(alice, code) for code in app.recovery_codes]
    again = [outcome(alice, code) for code in app.recovery_codes]

    assert first == ["IN"] * 10
    assert again == ["INVALID_CREDENTIALS"] * 10
    told = [row.arguments["left"] for row in OutboxTask.objects.filter(task="accounts.recovery_code_used")]
    assert sorted(told) == list(range(10))


def test_a_recovery_code_may_be_written_in_capitals_and_without_its_hyphens(alice):
    app = switch_on(alice)

    assert outcome(alice, app.recovery_codes[0].replace("-", " ").upper()) == "IN"


def test_switching_it_off_takes_the_password_and_a_code(api, alice):
    app = switch_on(alice)
    client = api(alice)

    wrong_password = client.post("/api/v1/auth/2fa/disable", {"password": "wrong horse", "otp": app.code()})
    wrong_code = client.post("/api/v1/auth/2fa/disable", {"password": PASSWORD, "otp": "no code"})
    assert second_factor.has_factor(alice)
    right = client.post("/api/v1/auth/2fa/disable", {"password": PASSWORD, "otp": app.code()})

    assert refused(wrong_password, 422, "CURRENT_PASSWORD_REQUIRED")["errors"][0]["loc"] == ["body", "password"]
    assert refused(wrong_code, 422, "INVALID_OTP")["errors"][0]["loc"] == ["body", "otp"]
    assert (right.status_code, right.content) == (204, b"")
    as_documented(right)
    assert (Authenticator.objects.count(), RecoveryCode.objects.count()) == (0, 0)
    assert log_in(api, alice).status_code == 200


def test_whoever_has_stolen_a_session_cannot_try_all_codes_to_switch_it_off(api, alice):
    app = switch_on(alice)
    client = api(alice)

    guesses = [
        client.post("/api/v1/auth/2fa/disable", {"password": PASSWORD, "otp": "000000"}).status_code for _ in range(6)
    ]
    right = client.post("/api/v1/auth/2fa/recovery-codes", {"password": PASSWORD, "otp": app.code()})

    assert guesses == [422] * 5 + [423]
    refused(right, 423, "ACCOUNT_LOCKED")
    as_documented(right)
    assert second_factor.has_factor(alice)


def test_a_recovery_code_will_do_to_switch_it_off(api, alice):
    app = switch_on(alice)

    answer = api(alice).post("/api/v1/auth/2fa/disable", {"password": PASSWORD, "otp": app.recovery_codes[3]})

    assert answer.status_code == 204


def test_new_recovery_codes_take_the_place_of_the_former_ones(api, alice):
    app = switch_on(alice)

    answer = api(alice).post("/api/v1/auth/2fa/recovery-codes", {"password": PASSWORD, "otp": app.code()})

    new = as_documented(answer)["recovery_codes"]
    assert (len(set(new)), set(new) & set(app.recovery_codes)) == (10, set())
    assert [outcome(alice, code) for code in (app.recovery_codes[0], new[0])] == ["INVALID_CREDENTIALS", "IN"]


def test_a_secret_sealed_under_another_key_is_answered_with_words_and_recovery_codes_still_work(api, alice, settings):
    app = switch_on(alice)
    settings.SECRET_KEY = "another key another key another key"

    by_app = log_in(api, alice, otp=app.code())
    by_recovery_code = log_in(api, alice, otp=app.recovery_codes[0])

    assert "ask support" in refused(by_app, 403, "SECOND_FACTOR_UNREADABLE")["detail"]
    as_documented(by_app)
    assert by_recovery_code.status_code == 200


def test_a_secret_sealed_under_a_former_key_that_is_named_still_counts(alice, settings):
    app = switch_on(alice, at=NOW - timedelta(hours=1))
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key another key another key"

    assert outcome(alice, app.code(NOW)) == "IN"


def test_a_setup_under_another_key_is_begun_anew(api, alice, settings):
    second_factor.begin_setup(user=alice, now=NOW)
    settings.SECRET_KEY = "another key another key another key"

    assert second_factor.pending_setup(alice) is None
    secret = second_factor.begin_setup(user=alice, now=NOW).secret
    assert len(second_factor.confirm(user=alice, otp=code_of(secret, NOW), now=NOW)) == 10


def test_a_guest_has_no_second_factor():
    guest = User.objects.create(email=None, is_guest=True, created_at=NOW, updated_at=NOW)

    with pytest.raises(second_factor.NoFactorForGuests):
        second_factor.begin_setup(user=guest, now=NOW)


def test_each_change_is_written_down_and_told_by_mail(alice, mary, mailoutbox):
    app = switch_on(alice, at=NOW - timedelta(hours=1))
    outcome(alice, app.recovery_codes[0])
    second_factor.renew_recovery_codes(user=alice, password=PASSWORD, otp=app.code(NOW), now=NOW)
    second_factor.disable(user=alice, password=PASSWORD, otp=app.code(NOW + STEP), now=NOW)
    switch_on(alice)
    second_factor.remove(user=alice, now=NOW, actor_id=mary.pk)
    letters = ("second_factor_on", "recovery_code_used", "second_factor_off")

    for row in OutboxTask.objects.open().filter(task__in=[f"accounts.{name}" for name in letters]).order_by("id"):
        getattr(tasks, row.task.removeprefix("accounts."))(str(row.pk))

    entries = list(AuditEntry.objects.filter(action__startswith="second_factor").order_by("id"))
    assert [entry.action.removeprefix("second_factor.") for entry in entries] == [
        "begun",
        "on",
        "recovery_code_used",
        "codes_renewed",
        "off",
        "begun",
        "on",
        "removed",
    ]
    assert (entries[-1].actor_id, entries[-1].target) == (mary.pk, f"user {alice.pk}")
    assert {letter.to[0] for letter in mailoutbox} == {alice.email}
    told = " ".join(letter.body for letter in mailoutbox)
    assert len(mailoutbox) == 5
    assert "takes a code from your authenticator app" in told
    assert "You have 9 left" in told
    assert "was switched off" in told
    assert "our support has removed the second factor" in told


def test_removing_what_is_not_there_changes_nothing_and_tells_nobody(alice, mary):
    assert second_factor.remove(user=alice, now=NOW, actor_id=mary.pk) is False

    assert not AuditEntry.objects.filter(action="second_factor.removed").exists()
    assert not OutboxTask.objects.filter(task="accounts.second_factor_off").exists()


@pytest.mark.parametrize("way", WAYS)
def test_a_factor_is_its_owners_business_alone(api, way):
    answer = api().post(f"/api/v1/auth/2fa/{way}", {"otp": "1", "password": "x"})

    refused(answer, 401, "NOT_AUTHENTICATED")
