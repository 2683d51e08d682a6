"""E-mails about one's account, plain and HTML, from templates/accounts/mails/."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone

from accounts.models import ApiKey, Identity, Purpose, User
from accounts.services.links import GOOD_FOR, draw_link
from common import audit, limits
from common.letters import send_letter

VERIFY_PATH, RESET_PATH, FORGOT_PATH = "/verify-email", "/reset-password", "/forgot-password"
MINUTES = int(GOOD_FOR.total_seconds() // 60)


def welcome(*, user_id: str) -> None:
    """Greet a new person; somebody who has left already is left alone."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.email:
        _send("welcome", f"Welcome to {settings.PROJECT_NAME}", user.email, user)


def tell_old_address(*, user_id: str, address: str) -> None:
    """Tell the former address that the account has a new one."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None:
        _send("address_changed", f"Your {settings.PROJECT_NAME} e-mail address was changed", address, user)


def warn_of_reuse(*, user_id: str, device: str) -> None:
    """Tell a person that one of their sign-ins was used twice and has been ended."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.email:
        _send(
            "token_reused",
            f"We have signed one of your {settings.PROJECT_NAME} devices out",
            user.email,
            user,
            device=device,
        )


def send_verification(*, address: str) -> None:
    """Mail a link that proves an address; where there is no account, or it is proved already, nothing is sent."""
    user = User.objects.filter(email=address, is_active=True, email_verified_at=None).first()
    if user is not None and _has_room(address, "verification"):
        token = draw_link(user=user, purpose=Purpose.VERIFY_EMAIL, address=address, now=timezone.now())
        subject = f"Please verify your address at {settings.PROJECT_NAME}"
        _send("verify_address", subject, address, user, link=_link(VERIFY_PATH, token), minutes=MINUTES)


def send_address_change(*, user_id: str, address: str) -> None:
    """Mail a link that gives an account this address; an address that has an account already is sent nothing."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is not None and _has_room(address, "address change"):
        # The rows are the same either way, as their owner may see them: only the mailbox tells.
        token = draw_link(user=user, purpose=Purpose.VERIFY_EMAIL, address=address, now=timezone.now())
        is_free = not User.objects.filter(email=address).exists()
        subject = f"Please verify your address at {settings.PROJECT_NAME}"
        link = _link(VERIFY_PATH, token)
        _send("verify_address", subject, address, user, is_sent=is_free, link=link, minutes=MINUTES)


def warn_of_address_change(*, user_id: str, address: str) -> None:
    """Tell the present address that another one was asked for, while there is still time to stop it."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.email == address:
        subject = f"Another e-mail address for your {settings.PROJECT_NAME} account"
        _send("address_change_asked", subject, address, user)


def send_reset(*, address: str) -> None:
    """Mail a link that sets a new password; where there is no account nothing is sent."""
    user = User.objects.filter(email=address, is_active=True).first()
    if user is not None and _has_room(address, "reset"):
        token = draw_link(user=user, purpose=Purpose.RESET_PASSWORD, address=address, now=timezone.now())
        subject = f"A new password for {settings.PROJECT_NAME}"
        _send("reset_password", subject, address, user, link=_link(RESET_PATH, token), minutes=MINUTES)


def tell_of_new_password(*, user_id: str, address: str) -> None:
    """Tell the address that an account had at the time that its password was changed."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None:
        keys = list(ApiKey.objects.active(timezone.now()).filter(user=user))
        linked = list(Identity.objects.filter(user=user).order_by("created_at"))
        subject = f"Your {settings.PROJECT_NAME} password was changed"
        _send("password_changed", subject, address, user, keys=keys, linked=linked)


def tell_of_new_device(*, user_id: str, device: str, at: str) -> None:
    """Tell a person that somebody signed in to their account on a device that was not seen before."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.email:
        subject = f"A new sign-in to your {settings.PROJECT_NAME} account"
        _send("new_device", subject, user.email, user, device=device, at=datetime.fromisoformat(at))


def second_factor_on(*, user_id: str) -> None:
    """Tell a person that signing in takes a code from now on."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.email:
        _send("second_factor_on", f"Your {settings.PROJECT_NAME} account has a second factor", user.email, user)


def second_factor_off(*, user_id: str, by_staff: bool) -> None:
    """Tell a person that signing in takes no code any more, and whose doing it was."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.email:
        subject = f"The second factor of your {settings.PROJECT_NAME} account is off"
        _send("second_factor_off", subject, user.email, user, by_staff=by_staff)


def recovery_code_used(*, user_id: str, left: int) -> None:
    """Tell a person that one of their recovery codes was used, and how many are left."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.email:
        subject = f"A recovery code of your {settings.PROJECT_NAME} account was used"
        _send("recovery_code_used", subject, user.email, user, left=left)


def api_key_made(*, user_id: str, key_id: str) -> None:
    """Tell a person that a program may act for them from now on."""
    key = ApiKey.objects.filter(pk=key_id, user_id=user_id).select_related("user").first()
    if key is not None and key.user.email:
        subject = f"Your {settings.PROJECT_NAME} account has a new API key"
        _send("api_key_made", subject, key.user.email, key.user, key=key)


def _link(path: str, token: str) -> str:
    """Return where a mail leads. It is the settings' word: a Host header is whatever the asker wrote."""
    return f"{settings.SITE_URL}{path}?token={token}"


def tell_of_link(*, user_id: str, provider: str) -> None:
    """Tell a person that an account elsewhere opens theirs from now on."""
    user = User.objects.filter(pk=user_id).first()
    if user is not None and user.email:
        name = provider.capitalize()
        subject = f"{name} is linked to your {settings.PROJECT_NAME} account"
        _send("identity_linked", subject, user.email, user, provider=name)


def _has_room(address: str, about: str) -> bool:
    """Return whether one more link may be mailed; beyond the limit the last one, which works, has to do."""
    return limits.has_room("mailbox", address, about=about)


def _send(name: str, subject: str, to: str, user: User, *, is_sent: bool = True, **context: Any) -> None:
    """Send one mail; the audit row commits with the outbox row, so it tells exactly once that it went out.

    Where it is not to be sent, the row is written all the same.
    """
    # Whoever signs up writes the name, and may write it for somebody else's mailbox: until its owner has spoken, none.
    name_of_theirs = user.get_full_name() if user.email_verified_at and to == user.email else ""
    context = {"name": name_of_theirs, "forgot": f"{settings.SITE_URL}{FORGOT_PATH}", **context}
    if is_sent:
        send_letter(f"accounts/mails/{name}", subject=subject, to=to, context=context)
    audit.record(action=f"mail.{name}", actor_id=user.pk, target=f"user {user.pk}", now=timezone.now())
