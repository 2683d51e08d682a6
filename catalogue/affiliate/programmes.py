"""Programmes and what they pay, as staff keep them; every process keeps those that are active in memory."""

import dataclasses
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from catalogue.affiliate.links import HOST, host_of, with_parameters
from catalogue.models import AffiliateHost, AffiliateProgramme, CommissionRate
from catalogue.shelves import shelves
from common import audit
from common.errors import Conflict, Invalid
from common.memo import TimedMemo

# A programme that is switched off lets nobody through for longer than this.
KEPT_SECONDS = 5
COUNTRY = re.compile(r"[A-Z]{2}")
PARAMETER = re.compile(r"[A-Za-z0-9._~-]{1,40}")
TAG = re.compile(r"[!-~]{1,80}")
MOST_HOSTS = 100


class ProgrammeTaken(Conflict):
    """Another programme has this name, slug or host already."""

    error_code = "PROGRAMME_EXISTS"
    detail = "Another programme has this name, slug or host already."


class RatesOverlap(Conflict):
    """Two rates would count for the same programme and category on the same day."""

    error_code = "RATES_OVERLAP"
    detail = "Another rate of this programme and category counts on some of these days."


@dataclasses.dataclass(frozen=True)
class Programme:
    """What a link needs to know of its programme."""

    id: uuid.UUID
    tag_parameter: str
    sub_id_parameter: str
    tags: Mapping[str, str]

    def tag_in(self, country: str) -> str:
        """Return the shop's tag in a country, that of the default country where it has none, or an empty text."""
        return self.tags.get(country) or self.tags.get(settings.AFFILIATE_COUNTRY) or ""

    def tagged(self, url: str, *, tag: str, sub_id: str) -> str:
        """Return a link with these alone under the programme's parameters; empty ones are left out."""
        values = {self.tag_parameter: tag, self.sub_id_parameter: sub_id}
        return with_parameters(url, {name: value for name, value in values.items() if name})


def programme_for(url: str) -> Programme | None:
    """Return the active programme that a link belongs to; None for one that may not be followed."""
    host = host_of(url)
    return None if host is None else _by_host.get().get(host)


def forget() -> None:
    """Look again at the next question."""
    _by_host.forget()


def _read() -> dict[str, Programme]:
    hosts = AffiliateHost.objects.filter(programme__is_active=True).select_related("programme")
    return {
        row.host: Programme(
            row.programme_id, row.programme.tag_parameter, row.programme.sub_id_parameter, row.programme.tags
        )
        for row in hosts
    }


_by_host = TimedMemo(_read, KEPT_SECONDS)


def save_programme(
    *, programme: AffiliateProgramme, hosts: Sequence[str], now: datetime, actor_id: uuid.UUID | None
) -> AffiliateProgramme:
    """Make or change a programme and the hosts that it covers.

    Raises Invalid for a host, country, tag or parameter that is none, ProgrammeTaken.
    """
    hosts = sorted(dict.fromkeys(host.strip().lower() for host in hosts if host.strip()))
    _check_programme(programme, hosts)
    is_new = programme._state.adding
    if is_new:
        programme.created_at = now
    programme.updated_at = now
    action = "programme.created" if is_new else "programme.changed"
    details = {"hosts": hosts, "tags": programme.tags, "is_active": programme.is_active}
    try:
        with transaction.atomic():
            programme.save()
            programme.hosts.exclude(host__in=hosts).delete()
            kept = set(programme.hosts.values_list("host", flat=True))
            AffiliateHost.objects.bulk_create(
                AffiliateHost(host=host, programme=programme) for host in hosts if host not in kept
            )
            audit.record(action=action, actor_id=actor_id, target=f"programme {programme.pk}", details=details, now=now)
            transaction.on_commit(forget)
    except IntegrityError:
        raise ProgrammeTaken from None
    return programme


def _check_programme(programme: AffiliateProgramme, hosts: Sequence[str]) -> None:
    for host in hosts:
        if not (host.isascii() and HOST.fullmatch(host)):
            raise Invalid(f"{host!r} is no host; it takes a name such as www.shop.example.", loc=("body", "hosts"))
    if len(hosts) > MOST_HOSTS:
        raise Invalid(f"At most {MOST_HOSTS} hosts.", loc=("body", "hosts"))
    for country, tag in programme.tags.items():
        if not COUNTRY.fullmatch(country):
            raise Invalid(f"{country!r} is no country; it takes two capitals such as GB.", loc=("body", "tags"))
        if not (isinstance(tag, str) and TAG.fullmatch(tag)):
            raise Invalid(f"The tag of {country} takes 1 to 80 letters, digits and signs.", loc=("body", "tags"))
    for field in ("tag_parameter", "sub_id_parameter"):
        name = getattr(programme, field)
        if name and not PARAMETER.fullmatch(name):
            raise Invalid(f"{name!r} is no name of a parameter.", loc=("body", field))
    if programme.tag_parameter and programme.tag_parameter.casefold() == programme.sub_id_parameter.casefold():
        raise Invalid("One parameter cannot carry both.", loc=("body", "sub_id_parameter"))
    if programme.tags and not programme.tag_parameter:
        raise Invalid("Tags need a parameter that carries them.", loc=("body", "tag_parameter"))


def save_rate(*, rate: CommissionRate, now: datetime, actor_id: uuid.UUID | None) -> CommissionRate:
    """Make or change a rate; what has been reckoned by it stays as it is. Raises Invalid, RatesOverlap."""
    if not Decimal(0) <= rate.percent <= Decimal(100):
        raise Invalid("A rate lies between 0 and 100 percent.", loc=("body", "percent"))
    if rate.until_on is not None and rate.until_on <= rate.since_on:
        raise Invalid("A rate ends after it has begun.", loc=("body", "until_on"))
    action = "rate.created" if rate._state.adding else "rate.changed"
    with transaction.atomic():
        # The programme's row is locked, so that of two rates at once the second sees the first.
        AffiliateProgramme.objects.select_for_update().get(pk=rate.programme_id)
        others = CommissionRate.objects.filter(programme=rate.programme_id, category=rate.category_id)
        others = others.exclude(pk=rate.pk).filter(Q(until_on=None) | Q(until_on__gt=rate.since_on))
        if rate.until_on is not None:
            others = others.filter(since_on__lt=rate.until_on)
        if others.exists():
            raise RatesOverlap
        rate.save()
        audit.record(action=action, actor_id=actor_id, target=f"rate {rate.pk}", details=_told(rate), now=now)
    return rate


def delete_rate(*, rate: CommissionRate, now: datetime, actor_id: uuid.UUID | None) -> None:
    """Take a rate away; what has been reckoned by it stays as it is."""
    with transaction.atomic():
        audit.record(action="rate.deleted", actor_id=actor_id, target=f"rate {rate.pk}", details=_told(rate), now=now)
        rate.delete()


def _told(rate: CommissionRate) -> dict[str, str]:
    return {
        "programme": str(rate.programme_id),
        "category": str(rate.category_id or ""),
        "percent": str(rate.percent),
        "since": str(rate.since_on),
        "until": str(rate.until_on or ""),
    }


def find_programme(slug: str) -> AffiliateProgramme:
    """Return the programme with this slug, active or not; raises Invalid."""
    programme = AffiliateProgramme.objects.filter(slug=slug).first()
    if programme is None:
        raise Invalid(f"There is no programme {slug!r}.", loc=("body", "programme"))
    return programme


class Rates:
    """What a programme pays, read once for many lines."""

    def __init__(self, programme: AffiliateProgramme) -> None:
        self._rates = list(CommissionRate.objects.filter(programme=programme))

    def percent(self, category_id: uuid.UUID | None, on: date) -> Decimal:
        """Return the rate of a day: of the category, else of the nearest around it, else the one for any, else 0."""
        valid = {
            rate.category_id: rate.percent
            for rate in self._rates
            if rate.since_on <= on and (rate.until_on is None or on < rate.until_on)
        }
        while category_id is not None and category_id not in valid:
            shelf = shelves().by_id.get(category_id)
            category_id = shelf.parent_id if shelf else None
        return valid.get(category_id, Decimal(0))
