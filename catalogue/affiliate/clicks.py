"""Who goes to a merchant by a link of ours: sent on at once, and counted when it is a person and not a repeat."""

import dataclasses
import re
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest

from catalogue.affiliate.programmes import programme_for
from catalogue.models import AffiliateClick, AffiliateVisit, Product
from common import flags, keys, limits
from common.errors import Conflict, NotFound

COUNTED_EVERY = timedelta(minutes=10)
VISITS_KEPT_FOR = timedelta(days=1)
VISITOR = "affiliate visitor"
LONGEST_VISITOR = 32
# Programs name themselves so, or send no name at all. (Cubot makes telephones.)
ROBOT = re.compile(
    r"(?<!cu)bot|crawl|spider|slurp|scan|fetch|preview|archive|monitor|headless|phantom|facebookexternalhit|lighthouse"
    r"|whatsapp|curl|wget|python|httpx|aiohttp|okhttp|java/|go-http|libwww|perl|ruby|axios|node|postman|insomnia",
    re.IGNORECASE,
)
# What browsers say that load a page before anybody asks for it.
PREFETCHING = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")


class NoSuchLink(NotFound):
    """The product is not on show, or no merchant elsewhere sells it."""

    detail = "There is no such product, or no merchant's page about it."


class TargetRefused(Conflict):
    """The merchant's address is not one that links may lead to."""

    error_code = "TARGET_NOT_ALLOWED"
    detail = "The merchant's address is not one that this shop sends people to."


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a link stood, in the words of whoever showed it."""

    recommendation_id: str = ""
    session: str = ""
    placement: str = ""
    policy: str = ""


def follow_link(*, product_id: uuid.UUID, visitor: str | None, country: str, source: Source, now: datetime) -> str:
    """Return where a product's link leads, and count the click of a visitor; a robot is nobody and not counted.

    The same visitor at the same product is counted once in ten minutes, however many ask at once; repeats lead on under
    the click that was counted. With ENABLE_AFFILIATE_TRACKING off nothing is tagged or counted.
    Raises NoSuchLink, TargetRefused.
    """
    url = Product.objects.active().filter(pk=product_id).values_list("affiliate_url", flat=True).first()
    if not url:
        raise NoSuchLink
    programme = programme_for(url)
    if programme is None:
        raise TargetRefused
    if not flags.is_on("ENABLE_AFFILIATE_TRACKING"):
        return programme.tagged(url, tag="", sub_id="")
    country = country or settings.AFFILIATE_COUNTRY
    tag = programme.tag_in(country)
    if visitor is None:
        return programme.tagged(url, tag=tag, sub_id="")
    click = AffiliateClick(
        programme_id=programme.id,
        product_id=product_id,
        country=country,
        tag=tag,
        **dataclasses.asdict(source),
        clicked_at=now,
    )
    return programme.tagged(url, tag=tag, sub_id=_count(click, visitor).hex)


def _count(click: AffiliateClick, visitor: str) -> uuid.UUID:
    """Store a click unless it is a repeat; returns the id of the one that counts.

    The unique key of visitor and product decides between requests at once, and for a former visit the moment it was
    read with.
    """
    visits = AffiliateVisit.objects.filter(visitor=visitor, product=click.product_id)
    with transaction.atomic():
        first = AffiliateVisit(
            visitor=visitor, product_id=click.product_id, click_id=click.pk, counted_at=click.clicked_at
        )
        AffiliateVisit.objects.bulk_create([first], ignore_conflicts=True)
        kept = visits.values_list("click_id", "counted_at").first()
        if kept is None:
            # A day-old visit has been tidied away between the two statements.
            return _count(click, visitor)
        counted_id, counted_at = kept
        if counted_id != click.pk:
            is_over = counted_at <= click.clicked_at - COUNTED_EVERY
            mine = {"click_id": click.pk, "counted_at": click.clicked_at}
            if not (is_over and visits.filter(click_id=counted_id).update(**mine)):
                return visits.values_list("click_id", flat=True).get() if is_over else counted_id
        click.save(force_insert=True)
    return click.pk


def visitor_of(request: HttpRequest) -> str | None:
    """Return a digest for the person who asks, by network and browser, or None for a robot.

    Whoever has not SECRET_KEY cannot tell what it was made of. A household with one browser is one visitor.
    """
    browser = request.META.get("HTTP_USER_AGENT", "")
    if request.method != "GET" or not browser.strip() or ROBOT.search(browser):
        return None
    if any(name in request.META for name in PREFETCHING):
        return None
    key = keys.derive(keys.secrets()[0], VISITOR)
    return keys.signed(key, f"{limits.caller_network(request)}\n{browser}")[:LONGEST_VISITOR]


def tidy(*, now: datetime) -> int:
    """Delete what is kept of visitors after a day; returns how many rows. The clicks stay."""
    deleted, _ = AffiliateVisit.objects.filter(counted_at__lt=now - VISITS_KEPT_FOR).delete()
    return deleted
