"""One letter in both its forms, from an app's folder of templates, handed to the mail server."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send_letter(
    name: str, *, subject: str, to: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    """Send the letter called `name` (`accounts/mails/welcome`, say), plain and HTML.

    Raises what the mail backend raises for a server that does not take it.
    """
    context = {"project": settings.PROJECT_NAME, **context}
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"{name}.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers=headers,
    )
    mail.attach_alternative(render_to_string(f"{name}.html", context), "text/html")
    mail.send()
