"""Staff screens of the models: what was trained and how good it is, what serves, what people get. Services write."""

import json
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.models import User
from catalogue.models import Product
from common.errors import DomainError
from common.staff import ReadOnlyAdmin
from recommendations import services
from recommendations.models import ALL_TYPES, Interaction, ModelVersion, Pick, TrainingRun, VersionStatus

SHOWN_PICKS = 20
GATE_COLUMNS = ("model", "NDCG@20", "popularity's", "people judged", "verdict")


class TrainingForm(forms.ModelForm):
    """A training as staff ask for it."""

    class Meta:
        model = TrainingRun
        fields = ("model_type", "parameters")
        help_texts = {
            "model_type": "Which models to train; all means one of each type, in turn.",
            "parameters": 'What differs from the defaults of the one type that is chosen, {"half_life_days": 90} say.',
        }


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnlyAdmin):
    """Runs, newest first; adding one asks a worker to train."""

    form = TrainingForm
    list_display = ("model_type", "state", "bar", "stage", "requested_at", "took", "result")
    list_filter = ("model_type", "status")
    search_fields = ("stage", "error", "=id")
    date_hierarchy = "requested_at"
    readonly_fields = (
        "type_shown",
        "state",
        "bar",
        "stage",
        "asked_by",
        "requested_at",
        "started_at",
        "finished_at",
        "took",
        "error_shown",
        "results",
        "made",
        "parameters_shown",
    )
    actions = ("cancel",)
    actions_need = "recommendations.change_trainingrun"
    list_before_template = "recommendations/refresh.html"

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let those ask for a training whose role says so."""
        return bool(request.user.has_perm("recommendations.add_trainingrun"))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to train everything."""
        return {"model_type": ALL_TYPES} | super().get_changeform_initial_data(request)

    def get_fieldsets(self, request: HttpRequest, obj: TrainingRun | None = None) -> Any:
        """Ask for a training with two fields; tell of one with all that is known."""
        if obj is None:
            return [(None, {"fields": ("model_type", "parameters")})]
        told = ("type_shown", "state", "bar", "stage", *(["error_shown"] if obj.error else []))
        times = ("requested_at", "asked_by", "started_at", "finished_at", "took")
        return [
            (None, {"fields": told}),
            ("Results", {"fields": ("made", "results")}),
            ("Times", {"fields": times}),
            ("Parameters", {"fields": ("parameters_shown",)}),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Show the runs, and whether to look again soon."""
        is_training = TrainingRun.objects.open().exists()
        return super().changelist_view(request, {**(extra_context or {}), "is_training": is_training})

    def save_model(self, request: HttpRequest, obj: TrainingRun, form: forms.ModelForm, change: bool) -> None:
        """Ask for the training through the service."""
        run = services.request_training(
            model_type=form.cleaned_data["model_type"],
            parameters=form.cleaned_data["parameters"] or {},
            now=timezone.now(),
            actor_id=request.user.pk,
        )
        obj.pk, obj.requested_at = run.pk, run.requested_at

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the form; what the service refuses is a message and not an error page."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except DomainError as problem:
            self.message_user(request, problem.message, messages.ERROR)
            return HttpResponseRedirect(reverse("admin:recommendations_trainingrun_changelist"))

    @admin.display(description="status", ordering="status")
    def state(self, run: TrainingRun) -> str:
        """Say where the run is."""
        return "cancelling" if run.is_cancel_asked and not run.finished_at else run.get_status_display()

    @admin.display(description="progress", ordering="progress")
    def bar(self, run: TrainingRun) -> SafeString:
        """Draw the progress."""
        return format_html('<progress max="1" value="{}">{} %</progress>', run.progress, round(run.progress * 100))

    @admin.display(description="took")
    def took(self, run: TrainingRun) -> str:
        """Say how long the run took, or has taken."""
        if run.started_at is None:
            return "-"
        return f"{((run.finished_at or timezone.now()) - run.started_at).total_seconds():.0f} s"

    @admin.display(description="result")
    def result(self, run: TrainingRun) -> str:
        """Say what came of it: the gate's words, or the error."""
        gates = [f"{name}: {found.get('gate', '')}" for name, found in run.metrics.items()]
        return run.error.partition("\n")[0][:200] or " ".join(gates)

    @admin.display(description="model type")
    def type_shown(self, run: TrainingRun) -> str:
        """Name the type."""
        return run.get_model_type_display()

    @admin.display(description="asked for by")
    def asked_by(self, run: TrainingRun) -> str:
        """Name who asked; a command names nobody, and people may have left."""
        if run.requested_by is None:
            return "a command"
        return str(User.objects.filter(pk=run.requested_by).first() or "somebody who has left")

    @admin.display(description="error")
    def error_shown(self, run: TrainingRun) -> SafeString:
        """Show the whole error, its lines as they are."""
        return linebreaksbr(run.error)

    @admin.display(description="versions made")
    def made(self, run: TrainingRun) -> SafeString | str:
        """Link the versions that the run made, each with where it stands."""
        versions = [
            (
                reverse("admin:recommendations_modelversion_change", args=[version.pk]),
                version.label(),
                version.get_status_display(),
            )
            for version in run.versions.order_by("model_type")
        ]
        lines = format_html_join("", '<li><a class="text-primary-600" href="{}">{}</a>, {}</li>', versions)
        return format_html("<ul>{}</ul>", lines) if versions else "none"

    @admin.display(description="what the gate found")
    def results(self, run: TrainingRun) -> SafeString | str:
        """Show each type's figures and the gate's words."""
        if not run.metrics:
            return "nothing yet"
        titles = format_html_join("", '<th class="pr-6 text-left">{}</th>', ((title,) for title in GATE_COLUMNS))
        rows = [(model_type, *_figures(found)) for model_type, found in run.metrics.items()]
        cells = len(GATE_COLUMNS) * '<td class="pr-6 align-top">{}</td>'
        return format_html("<table><tr>{}</tr>{}</table>", titles, format_html_join("", f"<tr>{cells}</tr>", rows))

    @admin.display(description="what differs from the defaults")
    def parameters_shown(self, run: TrainingRun) -> SafeString | str:
        """Show the parameters."""
        return _as_json(run.parameters) if run.parameters else "nothing"

    @admin.action(description="Cancel")
    def cancel(self, request: HttpRequest, queryset: QuerySet[TrainingRun]) -> None:
        """Ask the chosen runs to stop."""
        for run in queryset:
            try:
                services.cancel_training(run=run, now=timezone.now(), actor_id=request.user.pk)
            except DomainError as problem:
                self.message_user(request, f"{run}: {problem.message}", messages.WARNING)
            else:
                self.message_user(request, f"{run} will stop.", messages.SUCCESS)


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """Versions: which one serves, what it was made of, how good it was."""

    list_display = ("name", "status", "ndcg", "gate", "n_people", "n_items", "n_events", "megabytes", "created_at")
    list_filter = ("model_type", "status")
    search_fields = ("folder", "gate", "data_fingerprint")
    list_select_related = ("run",)
    actions = ("activate", "roll_back", "prune")
    actions_need = "recommendations.change_modelversion"
    exclude = ("parameters", "metrics")
    readonly_fields = ("parameters_shown", "metrics_shown")

    @admin.display(description="version", ordering="number")
    def name(self, version: ModelVersion) -> str:
        """Name the version."""
        return version.label()

    @admin.display(description="NDCG@20")
    def ndcg(self, version: ModelVersion) -> str:
        """Show the gate's figure."""
        found = version.metrics.get("ndcg@20")
        return "-" if found is None else f"{found:.4f}"

    @admin.display(description="MB", ordering="size_bytes")
    def megabytes(self, version: ModelVersion) -> str:
        """Show the size of the files."""
        return f"{version.size_bytes / 1e6:.1f}"

    @admin.display(description="parameters")
    def parameters_shown(self, version: ModelVersion) -> SafeString:
        """Show the parameters."""
        return _as_json(version.parameters)

    @admin.display(description="metrics")
    def metrics_shown(self, version: ModelVersion) -> SafeString:
        """Show what was measured."""
        return _as_json(version.metrics)

    @admin.action(description="Let the chosen version serve")
    def activate(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        """Activate the chosen versions, one of each type."""
        for version in queryset.order_by("model_type", "number"):
            try:
                services.activate_model(version=version, now=timezone.now(), actor_id=request.user.pk)
            except DomainError as problem:
                self.message_user(request, f"{version}: {problem.message}", messages.ERROR)
            else:
                self.message_user(request, f"{version} serves.", messages.SUCCESS)

    @admin.action(description="Go back to the version that served before")
    def roll_back(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        """Roll the types of the chosen versions back."""
        for model_type in sorted(set(queryset.order_by().values_list("model_type", flat=True))):
            try:
                version = services.roll_back_model(model_type=model_type, now=timezone.now(), actor_id=request.user.pk)
            except DomainError as problem:
                self.message_user(request, f"{model_type}: {problem.message}", messages.ERROR)
            else:
                self.message_user(request, f"{version} serves again.", messages.SUCCESS)

    @admin.action(description="Delete the files of all old versions")
    def prune(self, request: HttpRequest, queryset: QuerySet[ModelVersion]) -> None:
        """Prune every type, whatever is chosen."""
        pruned = services.prune_models(now=timezone.now(), actor_id=request.user.pk)
        self.message_user(request, f"{len(pruned)} pruned.", messages.SUCCESS)


@admin.register(Pick)
class PickAdmin(ReadOnlyAdmin):
    """What was picked for people ahead of their asking."""

    list_display = ("user", "strategy", "model_version", "n_products", "is_present", "made_at")
    list_filter = ("strategy", "model_version")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    actions = ("pick_again",)
    actions_need = "recommendations.change_pick"
    exclude = ("products",)
    readonly_fields = ("products_shown",)
    show_full_result_count = False

    @admin.display(description="products")
    def n_products(self, pick: Pick) -> int:
        """Count the products."""
        return len(pick.products)

    @admin.display(description="of the model that serves", boolean=True)
    def is_present(self, pick: Pick) -> bool:
        """Say whether the model that picked still serves."""
        return pick.model_version in self._active

    @admin.display(description=f"first {SHOWN_PICKS} products")
    def products_shown(self, pick: Pick) -> SafeString:
        """List the products with their reasons."""
        shown = pick.products[:SHOWN_PICKS]
        titles = {
            str(key): title
            for key, title in Product.objects.filter(pk__in=[p[0] for p in shown]).values_list("pk", "title")
        }
        lines = [(titles.get(product_id, "(gone)"), reason) for product_id, _, reason, _ in shown]
        return format_html("<ol>{}</ol>", format_html_join("", "<li><strong>{}</strong> {}</li>", lines))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Pick]:
        """Return the picks, having looked which versions serve."""
        active = ModelVersion.objects.filter(status=VersionStatus.ACTIVE)
        self._active = {version.label() for version in active}
        return super().get_queryset(request)

    @admin.action(description="Pick again for the chosen people")
    def pick_again(self, request: HttpRequest, queryset: QuerySet[Pick]) -> None:
        """Refresh the picks of the chosen people where something has changed."""
        user_ids = list(queryset.values_list("pk", flat=True))
        picked = services.pick_again(user_ids=user_ids, now=timezone.now(), actor_id=request.user.pk)
        self.message_user(request, f"{picked} of {len(user_ids)} had something new.", messages.SUCCESS)


@admin.register(Interaction)
class InteractionAdmin(ReadOnlyAdmin):
    """What people did with recommendations."""

    list_display = ("occurred_at", "interaction_type", "product", "user", "rank", "policy")
    list_filter = ("interaction_type", "policy")
    search_fields = ("user__email", "product__title")
    list_select_related = ("user", "product")
    show_full_result_count = False


def _figures(found: dict[str, Any]) -> tuple[str, str, str, str]:
    """Return what was measured of one type, in the order of the columns; a dash where nothing was."""
    mine, popular = (f"{found[name]:.4f}" if name in found else "-" for name in ("ndcg@20", "ndcg@20_popularity"))
    people = f"{found['gate_people']:,.0f}" if "gate_people" in found else "-"
    return mine, popular, people, found.get("gate", "")


def _as_json(values: Any) -> SafeString:
    return format_html("<pre>{}</pre>", json.dumps(values, indent=2, ensure_ascii=False))
