"""Every write to accounts, one module a concern."""

from accounts.services.devices import is_known, tidy_devices
from accounts.services.erasure import erase_people, erase_person
from accounts.services.guests import begin_as_guest, erase_idle_guests
from accounts.services.links import InvalidLink, is_good_link, tidy_links
from accounts.services.lockout import AccountLocked, lift_lockout, tidy_guesses
from accounts.services.merging import merge_guest
from accounts.services.passwords import CurrentPasswordRequired, WeakPassword, check_password_strength, share_password
from accounts.services.profile import change_profile, close_account
from accounts.services.recovery import (
    Recovered,
    ask_for_reset,
    ask_for_verification,
    reset_password,
    send_reset_for,
    verify_email,
)
from accounts.services.registration import (
    PersonToImport,
    RegistrationDisabled,
    UserExists,
    import_people,
    make_superuser,
    register,
)
from accounts.services.sessions import (
    InvalidCredentials,
    NoSuchSession,
    SignedIn,
    TokenReused,
    check_credentials,
    end_session,
    let_in,
    note_cookie,
    note_use,
    open_session,
    refresh,
    revoke_sessions,
    revoke_versionless_sessions,
    sign_in,
    sign_out,
    sign_out_everybody,
    sign_out_everywhere,
    tidy_sessions,
)
from accounts.services.staff import set_active, set_password, set_roles, set_tier, write_roles

__all__ = [
    "AccountLocked",
    "CurrentPasswordRequired",
    "InvalidCredentials",
    "InvalidLink",
    "NoSuchSession",
    "PersonToImport",
    "Recovered",
    "RegistrationDisabled",
    "SignedIn",
    "TokenReused",
    "UserExists",
    "WeakPassword",
    "ask_for_reset",
    "ask_for_verification",
    "begin_as_guest",
    "change_profile",
    "check_credentials",
    "check_password_strength",
    "close_account",
    "end_session",
    "erase_idle_guests",
    "erase_people",
    "erase_person",
    "import_people",
    "is_good_link",
    "is_known",
    "let_in",
    "lift_lockout",
    "make_superuser",
    "merge_guest",
    "note_cookie",
    "note_use",
    "open_session",
    "refresh",
    "register",
    "reset_password",
    "revoke_sessions",
    "revoke_versionless_sessions",
    "send_reset_for",
    "set_active",
    "set_password",
    "set_roles",
    "set_tier",
    "share_password",
    "sign_in",
    "sign_out",
    "sign_out_everybody",
    "sign_out_everywhere",
    "tidy_devices",
    "tidy_guesses",
    "tidy_links",
    "tidy_sessions",
    "verify_email",
    "write_roles",
]
