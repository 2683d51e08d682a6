"""What staff change of somebody's account, and the table of roles."""

import uuid
from datetime import datetime

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from accounts.models import Purpose, Tier, User
from accounts.roles import ROLES, STAFF_ROLES, matches
from accounts.services.api_keys import revoke_all_keys
from accounts.services.devices import forget_devices
from accounts.services.identities import unlink_all
from accounts.services.links import void_address_change, void_links
from accounts.services.passwords import check_password_strength
from accounts.services.sessions import revoke_sessions, revoke_versionless_sessions
from common import audit, outbox
from common.errors import Invalid


def set_password(*, user: User, password: str, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Give a person a new password on staff's word: their sessions and links end, their devices are forgotten, and
    so is an address that somebody had asked for.

    Raises WeakPassword.
    """
    check_password_strength(password, user)
    user.set_password(password)
    user.updated_at = now
    with transaction.atomic():
        void_links(user=user, purpose=Purpose.RESET_PASSWORD)
        void_address_change(user=user)
        user.save(update_fields=["password", "updated_at"])
        revoke_sessions(user=user, now=now, because="password set by staff")
        revoke_all_keys(user=user, now=now, because="password set by staff", actor_id=actor_id)
        unlink_all(user=user, now=now)
        forget_devices(user=user)
        audit.record(action="account.password_set", actor_id=actor_id, target=f"user {user.pk}", now=now)
        outbox.put("accounts.tell_of_new_password", {"user_id": str(user.pk), "address": user.email})


def set_active(*, user: User, active: bool, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Let a person in, or shut them out at once."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=active, updated_at=now)
        if not active:
            revoke_sessions(user=user, now=now, because="deactivated")
        action = "account.activated" if active else "account.deactivated"
        audit.record(action=action, actor_id=actor_id, target=f"user {user.pk}", now=now)
    user.is_active = active


def set_tier(*, user: User, tier: Tier, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Set what a person has subscribed to."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(subscription_tier=tier, updated_at=now)
        audit.record(
            action="account.tier_set", actor_id=actor_id, target=f"user {user.pk}", details={"tier": tier}, now=now
        )
    user.subscription_tier = tier


def set_roles(*, user: User, roles: list[str], now: datetime, actor_id: uuid.UUID | None) -> None:
    """Give a person exactly these roles. Access tokens issued before end; a refresh brings the new rights.

    Raises Invalid for an unknown role.
    """
    if unknown := sorted(set(roles) - set(ROLES)):
        raise Invalid(f"Unknown role: {', '.join(unknown)}.", loc=("body", "roles"))
    with transaction.atomic():
        user.groups.set(Group.objects.filter(name__in=roles))
        user.is_staff = user.is_superuser or any(role in STAFF_ROLES for role in roles)
        user.auth_version += 1
        user.updated_at = now
        user.save(update_fields=["is_staff", "auth_version", "updated_at"])
        revoke_versionless_sessions(user=user, now=now)
        audit.record(
            action="account.roles_set",
            actor_id=actor_id,
            target=f"user {user.pk}",
            details={"roles": sorted(roles)},
            now=now,
        )


def write_roles() -> None:
    """Write the table of roles into Django's groups; safe to repeat."""
    permissions = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    with transaction.atomic():
        for role, patterns in ROLES.items():
            group, _ = Group.objects.get_or_create(name=role)
            group.permissions.set(
                permission
                for name, permission in permissions.items()
                if any(matches(pattern, name) for pattern in patterns)
            )
