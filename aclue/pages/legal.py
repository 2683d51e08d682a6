"""Terms, privacy and consent: templates that the owner fills (templates/site/legal/)."""

from typing import Any

from django.conf import settings
from django.views.generic import TemplateView

from accounts.services import newsletter


class LegalPage(TemplateView):
    """One of the three; it names who runs this site, and says so where nobody has been named."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return who runs the site, and what the texts quote."""
        return {
            "entity": settings.LEGAL_ENTITY_NAME,
            "contact": settings.LEGAL_CONTACT,
            "days_signed_in": settings.REFRESH_TOKEN_EXPIRE_DAYS,
            "consent": newsletter.consent(),
            **super().get_context_data(**kwargs),
        }


class TermsPage(LegalPage):
    """What one agrees to."""

    template_name = "site/legal/terms.html"


class PrivacyPage(LegalPage):
    """What is kept about people."""

    template_name = "site/legal/privacy.html"


class ConsentPage(LegalPage):
    """What is asked before it is done."""

    template_name = "site/legal/consent.html"
