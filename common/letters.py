"""One letter in both its forms, from an app's folder of templates, handed to the mail server."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


class LetterNotSent(Exception):
    """The mail server did not take a letter. It says why without saying whom the letter was for: this is logged."""


def send_letter(
    name: str, *, subject: str, to: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    """Send the letter called `name` (`accounts/mails/welcome`, say), plain and HTML; raises LetterNotSent."""
    context = {"project": settings.PROJECT_NAME, **context}
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{name}.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers=headers,
    )
    mail.attach_alternative(render_to_string(f"{name}.html", context), "text/html")
    try:
        mail.send()
    except Exception as failure:
        raise LetterNotSent(_reason(failure)) from None


def _reason(failure: Exception) -> str:
    """Return what went wrong without a word of the server's answer, but the code that it begins with."""
    code = getattr(failure, "smtp_code", None) or getattr(failure, "status_code", None)
    refused = getattr(failure, "recipients", None)
    if code is None and isinstance(refused, dict):
        code = next((answer[0] for answer in refused.values() if isinstance(answer, tuple)), None)
    return f"{type(failure).__name__} {code or ''}".strip()
