"""One letter in both its forms, from templates/accounts/mails/, handed to the mail server."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string


def send_letter(
    name: str, *, subject: str, to: str, context: dict[str, Any], headers: dict[str, str] | None = None
) -> None:
    """Send the letter called `name`, plain and HTML; raises what the mail server's refusal raises."""
    context = {"project": settings.PROJECT_NAME, **context}
    mail = EmailMultiAlternatives(
        subject=subject,
        body=render_to_string(f"accounts/mails/{name}.txt", context),
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[to],
        headers=headers,
    )
    mail.attach_alternative(render_to_string(f"accounts/mails/{name}.html", context), "text/html")
    mail.send()
