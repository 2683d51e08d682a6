"""Which passwords will do, and how one is set."""

from collections.abc import Sequence

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from common.errors import Invalid


class WeakPassword(Invalid):
    """The password is too short, too common or too near to the person's own data."""

    error_code = "WEAK_PASSWORD"


class CurrentPasswordRequired(Invalid):
    """Changing the password takes the present one, and so does what guards it."""

    error_code = "CURRENT_PASSWORD_REQUIRED"
    detail = "Your current password is needed for this, and it has to be right."


def check_password_strength(password: str, user: User) -> None:
    """Raises WeakPassword with the reasons when a password will not do."""
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise WeakPassword(" ".join(weak.messages), loc=("body", "password")) from None


def share_password(*, emails: Sequence[str], password: str) -> None:
    """Give several accounts one password and one hash of it, for trying aclue out."""
    User.objects.filter(email__in=emails).update(password=make_password(password))
