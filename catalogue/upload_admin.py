"""Staff screens of uploads: a file is tried first and carried out then; services write."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.widgets import UnfoldAdminFileFieldWidget

from catalogue import uploads
from catalogue.models import BulkUpload, UploadMode, UploadStatus
from catalogue.sheets import COLUMNS, REQUIRED
from common.errors import DomainError
from common.staff import ReadOnlyAdmin

SHOWN_ERRORS = 100
CELL = "pr-6 pb-1 align-top text-left whitespace-nowrap"


class UploadForm(forms.ModelForm):
    """A file as staff send it."""

    file = forms.FileField(
        widget=UnfoldAdminFileFieldWidget,
        help_text=f"CSV, XLSX or JSON lines, at most 10 MB. Needed: {', '.join(REQUIRED)}. Also taken: "
        f"{', '.join(column for column in COLUMNS if column not in REQUIRED)}. Lists are separated by |.",
    )

    class Meta:
        model = BulkUpload
        fields = ("mode", "is_dry_run", "makes_categories")


class BulkUploadAdmin(ReadOnlyAdmin):
    """Files of products, newest first; adding one has a worker read it."""

    form = UploadForm
    list_display = ("file_name", "state", "bar", "mode", "is_dry_run", "counts", "requested_at")
    list_filter = ("status", "is_dry_run", "mode")
    search_fields = ("file_name", "error", "=id")
    date_hierarchy = "requested_at"
    actions = ("carry_out",)
    actions_need = "catalogue.add_bulkupload"
    change_form_outer_before_template = "catalogue/upload.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the download of all errors."""
        download = self.admin_site.admin_view(self.download_errors)
        download.model_admin = self  # as Django marks its own: a screen of this table
        own = path("<uuid:upload_id>/errors.csv", download, name="catalogue_bulkupload_errors")
        return [own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those upload whose role says so."""
        return bool(request.user.has_perm("catalogue.add_bulkupload"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to try the file first."""
        initial = {"is_dry_run": True, "mode": UploadMode.UPSERT}
        return initial | super().get_changeform_initial_data(request)

    def get_readonly_fields(self, request: HttpRequest, obj: BulkUpload | None = None) -> Any:
        """Ask for everything of an upload that is to come, and for nothing of one that is there."""
        return () if obj is None else flatten_fieldsets(self.get_fieldsets(request, obj))

    def get_fieldsets(self, request: HttpRequest, obj: BulkUpload | None = None) -> Any:
        """Ask for a file; tell of one with all that is known."""
        if obj is None:
            return [(None, {"fields": ("file", "mode", "is_dry_run", "makes_categories")})]
        told = ("state", "bar", "counts", *(["error"] if obj.error else []))
        asked = ("file_name", "kind", "size_bytes", "mode", "is_dry_run", "makes_categories")
        return [
            (None, {"fields": told}),
            ("Lines that were refused", {"fields": ("wrong_lines",)}),
            ("The first lines as they are read", {"fields": ("first_lines",)}),
            ("What was asked for", {"fields": asked}),
            ("Times", {"fields": ("requested_by", "requested_at", "started_at", "finished_at")}),
        ]

    def save_model(self, request: HttpRequest, obj: BulkUpload, form: forms.ModelForm, change: bool) -> None:
        """Have the file read through the service."""
        file = form.cleaned_data["file"]
        upload = uploads.request_upload(
            name=file.name,
            file=file,
            mode=UploadMode(form.cleaned_data["mode"]),
            is_dry_run=form.cleaned_data["is_dry_run"],
            makes_categories=form.cleaned_data["makes_categories"],
            now=timezone.now(),
            actor_id=request.user.pk,
        )
        obj.pk, obj.file_name, obj.requested_at = upload.pk, upload.file_name, upload.requested_at

    def response_add(self, request: HttpRequest, obj: BulkUpload, post_url_continue: str | None = None) -> HttpResponse:
        """Go on to the upload's own page."""
        return HttpResponseRedirect(self._page_of(obj))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form or the upload; what the service refuses is a message and not an error page."""
        upload = self.get_object(request, object_id) if object_id else None
        context = extra_context or {}
        if upload is not None:
            tried = upload.is_dry_run and upload.status == UploadStatus.SUCCEEDED and upload.pieces.exists()
            context |= {
                "is_open": upload.finished_at is None,
                "may_carry_out": tried and self.has_add_permission(request),
            }
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except DomainError as problem:
            self.message_user(request, problem.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:catalogue_bulkupload_add"))

    def download_errors(self, request: HttpRequest, upload_id: uuid.UUID) -> StreamingHttpResponse:
        """Download everything that is wrong with a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        upload = BulkUpload.objects.filter(pk=upload_id).first()
        if upload is None:
            raise Http404
        headers = {"Content-Disposition": f'attachment; filename="errors-{upload.pk}.csv"'}
        lines = uploads.error_report(upload)
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)

    @admin.display(description="status", ordering="status")
    def state(self, upload: BulkUpload) -> str:
        """Say where the upload is."""
        return upload.get_status_display()

    @admin.display(description="lines read", ordering="n_read")
    def bar(self, upload: BulkUpload) -> SafeString | str:
        """Draw the progress."""
        if upload.n_lines is None:
            return "not counted yet"
        words = f"{upload.n_read:,} of {upload.n_lines:,}"
        return format_html('<progress max="{}" value="{}"></progress> {}', upload.n_lines or 1, upload.n_read, words)

    @admin.display(description="result")
    def counts(self, upload: BulkUpload) -> str:
        """Say what became of the lines, or would."""
        would = "would be " if upload.is_dry_run else ""
        return (
            f"{would}{upload.n_made:,} made, {upload.n_changed:,} changed, {upload.n_unchanged:,} unchanged, "
            f"{upload.n_refused:,} refused"
        )

    @admin.display(description=f"first {uploads.PREVIEWED} lines")
    def first_lines(self, upload: BulkUpload) -> SafeString | str:
        """Show the first lines as they are read, with what is wrong with them."""
        if upload.status == UploadStatus.RUNNING:
            return "They are shown again when the file has been read."
        try:
            lines = uploads.preview(upload)
        except DomainError as problem:
            return problem.message
        if not lines:
            return "The file holds no lines, or has been deleted."
        columns = [column for column in COLUMNS if any(column in line.values for line, _ in lines)]
        rows = [
            [
                line.number,
                "; ".join(f"{error.column}: {error.message}".removeprefix(": ") for error in errors),
                *(_shown(line.values.get(column)) for column in columns),
            ]
            for line, errors in lines
        ]
        return _table(["line", "wrong", *columns], rows)

    @admin.display(description="errors")
    def wrong_lines(self, upload: BulkUpload) -> SafeString | str:
        """Show the first errors, and where to get all of them."""
        errors = uploads.errors_of(upload)
        n_errors = errors.count()
        if not n_errors:
            return "none"
        shown = _table(uploads.ERROR_COLUMNS, errors.values_list(*uploads.ERROR_COLUMNS)[:SHOWN_ERRORS])
        link = '<p class="mb-2"><a class="text-primary-600" href="{}">Download all {} as CSV</a></p>{}'
        return format_html(link, reverse("admin:catalogue_bulkupload_errors", args=[upload.pk]), f"{n_errors:,}", shown)

    @admin.action(description="Carry out what was tried")
    def carry_out(self, request: HttpRequest, queryset: QuerySet[BulkUpload]) -> HttpResponse | None:
        """Upload the files of the chosen dry runs for good."""
        begun = []
        for upload in queryset:
            try:
                begun.append(uploads.carry_out_tried(upload=upload, now=timezone.now(), actor_id=request.user.pk))
            except DomainError as problem:
                self.message_user(request, f"{upload}: {problem.message}", messages.WARNING)
        return HttpResponseRedirect(self._page_of(begun[0])) if len(begun) == 1 else None

    @staticmethod
    def _page_of(upload: BulkUpload) -> str:
        return reverse("admin:catalogue_bulkupload_change", args=[upload.pk])


def _shown(value: Any) -> str:
    text = " | ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:79]}…"


def _table(head: Any, rows: Any) -> SafeString:
    titles = format_html_join("", f'<th class="{CELL}">{{}}</th>', ((title,) for title in head))
    cells = len(head) * f'<td class="{CELL}">{{}}</td>'
    lines = format_html_join("", f"<tr>{cells}</tr>", rows)
    return format_html('<div class="overflow-x-auto"><table><tr>{}</tr>{}</table></div>', titles, lines)
