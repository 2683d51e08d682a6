"""The site's own pages."""

from aclue.pages.account import DevicesPage, EndSessionPage
from aclue.pages.deck import DeckPage, SwipePage, UndoPage
from aclue.pages.errors import bad_request, broken, closed, forbidden, not_found
from aclue.pages.icon import favicon
from aclue.pages.legal import ConsentPage, PrivacyPage, TermsPage
from aclue.pages.newsletter import ConfirmSubscriptionPage, SubscribePage, UnsubscribePage
from aclue.pages.pictures import stored_picture
from aclue.pages.recovery import ForgotPasswordPage, ResendVerificationPage, ResetPasswordPage, VerifyEmailPage
from aclue.pages.second_factor import SecondFactorPage
from aclue.pages.signing import SignInPage, SignOutPage, SignUpPage, StaffPasswordPage

__all__ = [
    "ConfirmSubscriptionPage",
    "ConsentPage",
    "DeckPage",
    "DevicesPage",
    "EndSessionPage",
    "ForgotPasswordPage",
    "PrivacyPage",
    "ResendVerificationPage",
    "ResetPasswordPage",
    "SecondFactorPage",
    "SignInPage",
    "SignOutPage",
    "SignUpPage",
    "StaffPasswordPage",
    "SubscribePage",
    "SwipePage",
    "TermsPage",
    "UndoPage",
    "UnsubscribePage",
    "VerifyEmailPage",
    "bad_request",
    "broken",
    "closed",
    "favicon",
    "forbidden",
    "not_found",
    "stored_picture",
]
