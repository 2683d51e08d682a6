"""Staff screens of the affiliate ledger: programmes and rates are edited, reports sent in, the ledger looked at."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
)

from catalogue.affiliate import programmes, reports
from catalogue.affiliate.files import COLUMNS, REQUIRED, Landed, import_report
from catalogue.models import AffiliateConversion, AffiliateProgramme, CommissionRate
from common.errors import DomainError
from common.staff import ReadOnlyAdmin

SHOWN_ERRORS = 200
REPORTED_DAYS = 365


class RefusalsAsMessages(ModelAdmin):
    """A screen on which what a service refuses is a sentence above the form and not an error page."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form, or carry it out."""
        return self._told(
            request,
            lambda: super(RefusalsAsMessages, self).changeform_view(request, object_id, form_url, extra_context),
        )

    def _told(self, request: HttpRequest, work: Callable[[], Any]) -> Any:
        try:
            return work()
        except DomainError as problem:
            self.message_user(request, problem.message, messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())


class ProgrammeForm(forms.ModelForm):
    """A programme as staff edit it: hosts and tags line by line."""

    hosts = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        required=False,
        help_text="One a line, such as www.shop.example. Links lead to these hosts, over https, and to no others.",
    )
    tags = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        required=False,
        help_text="The shop's tag in each country, one a line: GB larkfield-21",
    )

    class Meta:
        model = AffiliateProgramme
        fields = ("name", "slug", "hosts", "tag_parameter", "tags", "sub_id_parameter", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["hosts"] = "\n".join(self.instance.hosts.values_list("host", flat=True))
            self.initial["tags"] = "\n".join(f"{country} {tag}" for country, tag in self.instance.tags.items())

    def clean_hosts(self) -> list[str]:
        """Return the hosts."""
        return str(self.cleaned_data["hosts"]).split()

    def clean_tags(self) -> dict[str, str]:
        """Return the tags by country; raises ValidationError for a line of another form."""
        tags: dict[str, str] = {}
        for line in str(self.cleaned_data["tags"]).splitlines():
            if line.strip():
                country, _, tag = line.strip().partition(" ")
                if not tag.strip() or country.upper() in tags:
                    raise forms.ValidationError(f"{line!r}: takes a country and its tag, each country once.")
                tags[country.upper()] = tag.strip()
        return tags


class ProgrammeAdmin(RefusalsAsMessages):
    """Programmes; one that is over is switched off, as the ledger names it."""

    form = ProgrammeForm
    list_display = ("name", "slug", "host_names", "is_active", "updated_at")
    list_filter = ("is_active",)
    search_fields = ("name", "slug", "hosts__host")
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(description="hosts")
    def host_names(self, programme: AffiliateProgramme) -> str:
        """Name the hosts."""
        return ", ".join(programme.hosts.values_list("host", flat=True))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes."""
        return False

    def save_model(self, request: HttpRequest, obj: AffiliateProgramme, form: forms.ModelForm, change: bool) -> None:
        """Make or change the programme through the service."""
        programmes.save_programme(
            programme=obj, hosts=form.cleaned_data["hosts"], now=timezone.now(), actor_id=request.user.pk
        )


class RateAdmin(RefusalsAsMessages):
    """What programmes pay, by category and day."""

    list_display = ("programme", "category", "percent", "since_on", "until_on")
    list_filter = ("programme", "category")
    search_fields = ("programme__name", "category__name")
    list_select_related = ("programme", "category")
    fields = ("programme", "category", "percent", "since_on", "until_on")

    def save_model(self, request: HttpRequest, obj: CommissionRate, form: forms.ModelForm, change: bool) -> None:
        """Make or change the rate through the service."""
        programmes.save_rate(rate=obj, now=timezone.now(), actor_id=request.user.pk)

    def delete_model(self, request: HttpRequest, obj: CommissionRate) -> None:
        """Take the rate away through the service."""
        programmes.delete_rate(rate=obj, now=timezone.now(), actor_id=request.user.pk)

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Take the chosen rates away."""
        for rate in queryset:
            self.delete_model(request, rate)


class ClickAdmin(ReadOnlyAdmin):
    """Clicks that were counted, newest first."""

    list_display = ("clicked_at", "programme", "product", "country", "placement", "policy", "tag")
    list_filter = ("programme", "country", "placement")
    search_fields = ("product__title", "policy", "recommendation_id", "=session")
    list_select_related = ("programme", "product")
    date_hierarchy = "clicked_at"
    show_full_result_count = False


class ReportForm(forms.ModelForm):
    """A network's report as staff send it."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        help_text=f"CSV, XLSX or JSON lines, at most 10,000 of them. Needed: {', '.join(REQUIRED)}. Also taken: "
        f"{', '.join(column for column in COLUMNS if column not in REQUIRED)}.",
    )

    class Meta:
        model = AffiliateConversion
        fields = ("programme",)


class PeriodForm(forms.Form):
    """What a report is about."""

    since = forms.DateField(widget=UnfoldAdminDateWidget, help_text="From this day.")
    until = forms.DateField(widget=UnfoldAdminDateWidget, help_text="This day no more.")
    by = forms.MultipleChoiceField(
        choices=[(name, name) for name in reports.DIMENSIONS], widget=UnfoldAdminSelectMultipleWidget
    )


class ConversionAdmin(ReadOnlyAdmin):
    """The ledger, newest orders first; adding to it takes a network's report."""

    form = ReportForm
    list_display = (
        *("ordered_at", "programme", "external_reference", "kind", "amount", "commission", "is_reported"),
        *("currency", "is_matched"),
    )
    list_filter = ("programme", "kind", "currency", ("click", admin.EmptyFieldListFilter))
    search_fields = ("external_reference", "sale_reference", "=sub_id")
    list_select_related = ("programme",)
    date_hierarchy = "ordered_at"
    show_full_result_count = False
    list_before_template = "catalogue/affiliate_ledger.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the report, as a page and as a file."""
        pages = []
        for address, view in (("report", self.report_page), ("report.csv", self.report_file)):
            page = self.admin_site.admin_view(view)
            page.model_admin = self  # as Django marks its own: a screen of this table
            name = f"catalogue_affiliateconversion_{address.replace('.', '_')}"
            pages.append(path(f"{address}", page, name=name))
        return [*pages, *super().get_urls()]

    @admin.display(boolean=True, description="click known")
    def is_matched(self, conversion: AffiliateConversion) -> bool:
        """Say whether a click of ours has its sub-id."""
        return conversion.click_id is not None

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those send reports whose role says so."""
        return bool(request.user.has_perm("catalogue.add_affiliateconversion"))

    def get_readonly_fields(self, request: HttpRequest, obj: AffiliateConversion | None = None) -> Any:
        """Ask for a file; of a line there is nothing to change."""
        return () if obj is None else flatten_fieldsets(self.get_fieldsets(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: AffiliateConversion | None = None) -> Any:
        """Ask for a programme and a file; tell of a line with all that is known."""
        if obj is None:
            return [(None, {"fields": ("programme", "file")})]
        return [(None, {"fields": [field.name for field in AffiliateConversion._meta.fields]})]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None) -> Any:
        """Show the form, or take the file; what cannot be read at all is a sentence above the form."""
        try:
            return super().add_view(request, form_url, extra_context)
        except DomainError as problem:
            self.message_user(request, problem.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:catalogue_affiliateconversion_add"))

    def save_model(self, request: HttpRequest, obj: Any, form: forms.ModelForm, change: bool) -> None:
        """Take the file's lines through the service."""
        file = form.cleaned_data["file"]
        obj.landed = import_report(
            programme=obj.programme, name=file.name, file=file, now=timezone.now(), actor_id=request.user.pk
        )

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Write nothing beside the audit log: there is no one row that was added."""

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Go back to the ledger, or show the lines that were refused."""
        landed: Landed = obj.landed
        told = f"{landed.n_new:,} new lines, {landed.n_known:,} that were there already."
        if not landed.errors:
            self.message_user(request, told, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:catalogue_affiliateconversion_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Lines that were refused",
            "told": told,
            "errors": landed.errors[:SHOWN_ERRORS],
            "n_errors": len(landed.errors),
        }
        return TemplateResponse(request, "catalogue/affiliate_refused.html", context)

    def report_page(self, request: HttpRequest) -> HttpResponse:
        """Show clicks, sales and reversals by what is asked for."""
        form = self._asked(request)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "What links to merchants bring in",
            "form": form,
            "head": (),
            "rows": (),
        }
        if form.is_valid():
            given = form.cleaned_data
            context |= {
                "head": (*given["by"], *reports.FIGURES),
                "rows": list(reports.as_table(reports.affiliate_report(**given))),
                "query": form.data.urlencode() if hasattr(form.data, "urlencode") else "",
            }
        return TemplateResponse(request, "catalogue/affiliate_report.html", context)

    def report_file(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        """Download the same as CSV."""
        form = self._asked(request)
        if not form.is_valid():
            return HttpResponseRedirect(reverse("admin:catalogue_affiliateconversion_report"))
        given = form.cleaned_data
        rows = reports.affiliate_report(**given)
        lines = reports.as_csv_lines(rows, by=given["by"], now=timezone.now(), actor_id=request.user.pk)
        headers = {"Content-Disposition": f'attachment; filename="affiliate-{given["since"]}-{given["until"]}.csv"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)

    def _asked(self, request: HttpRequest) -> PeriodForm:
        """Return what is asked for, the last year by programme and month by default; raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = timezone.now().date()
        usual = {
            "since": today - timedelta(days=REPORTED_DAYS),
            "until": today + timedelta(days=1),
            "by": ["programme", "month"],
        }
        return PeriodForm(request.GET if request.GET else usual)
