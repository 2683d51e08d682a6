"""Staff screens of the ground floor: open work, the audit log, system events."""

import json
import uuid

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.contrib.filters.admin import RangeDateTimeFilter

from common import audit, audit_log, flags, outbox, schedule
from common.models import AuditEntry, Flag, OutboxTask, SystemEvent
from common.staff import ReadOnlyAdmin

# What is done when stands in the settings. These screens would let staff run any task with any arguments.
for model in (PeriodicTask, ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule):
    admin.site.unregister(model)


class StateFilter(admin.SimpleListFilter):
    """Open, done or dead."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        """Return the three states."""
        return [("open", "open"), ("done", "done"), ("dead", "given up")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[OutboxTask]) -> QuerySet[OutboxTask]:
        """Return the rows in the chosen state."""
        match self.value():
            case "open":
                return queryset.filter(done_at=None, dead_at=None)
            case "done":
                return queryset.exclude(done_at=None)
            case "dead":
                return queryset.exclude(dead_at=None)
        return queryset


@admin.register(OutboxTask)
class OutboxTaskAdmin(ReadOnlyAdmin):
    """Work that is to be done, was done, or was given up and may be tried again."""

    list_display = ("task", "created_at", "attempts", "due_at", "done_at", "dead_at", "error")
    list_filter = (StateFilter, "task")
    search_fields = ("task", "request_id", "error")
    actions = ("try_again",)
    actions_need = "common.change_outboxtask"
    actions_list = ()

    @admin.action(description="Try given-up work again")
    def try_again(self, request: HttpRequest, queryset: QuerySet[OutboxTask]) -> None:
        """Give dead letters a new life."""
        retried = [outbox.retry(row, now=timezone.now(), actor_id=request.user.pk) for row in queryset]
        self.message_user(request, f"{sum(retried)} will be tried again.", messages.SUCCESS)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """Who did what to what, when and from where; `verify_audit` says whether it was altered."""

    list_display = ("at", "action", "who", "what", "whence", "number")
    list_filter = (("at", RangeDateTimeFilter), "action")
    list_filter_submit = True
    search_fields = ("target", "request_id", "action", "=network")
    search_help_text = "What it was done to, request id, action, network; an id alone: all that the person did."
    date_hierarchy = "at"
    actions = ("export",)
    fields = (
        *("number", "at", "action", "who", "what", "told", "whence"),
        *("request_id", "actor", "subject", "payload_digest", "previous", "digest", "key_id"),
    )
    readonly_fields = fields

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        """Understand a person's id: what they did, and what was done to them."""
        try:
            person = uuid.UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)
        names = audit.pseudonyms(person)
        return queryset.filter(Q(actor__in=names) | Q(subject__in=names) | Q(target__endswith=str(person))), False

    @admin.display(description="actor")
    def who(self, entry: AuditEntry) -> str:
        """Return who did it: an id, the pseudonym of somebody erased, or the system."""
        return str(entry.actor_id or entry.actor or "the system")

    @admin.display(description="target")
    def what(self, entry: AuditEntry) -> str:
        """Return what it was done to; it went with the person it named."""
        return "erased" if entry.target is None else entry.target

    @admin.display(description="details")
    def told(self, entry: AuditEntry) -> str:
        """Return what else was noted."""
        return "" if entry.details is None else json.dumps(entry.details, ensure_ascii=False)

    @admin.display(description="network")
    def whence(self, entry: AuditEntry) -> str:
        """Return from where it was done."""
        return entry.network or ""

    @admin.action(description="Export as CSV", permissions=["view"])
    def export(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> StreamingHttpResponse:
        """Download the chosen entries."""
        lines = audit_log.export(queryset, now=timezone.now(), actor_id=request.user.pk)
        name = f"audit-log-{timezone.now():%Y-%m-%d}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


@admin.register(SystemEvent)
class SystemEventAdmin(ReadOnlyAdmin):
    """What those who run aclue should know."""

    list_display = ("at", "severity", "name", "message")
    list_filter = ("severity", "name")
    search_fields = ("name", "message")


@admin.register(Flag)
class FlagAdmin(ReadOnlyAdmin):
    """Switches that count while aclue runs: staff's word goes before the environment's."""

    list_display = ("name", "meaning", "now", "by_staff", "in_the_environment", "changed_at")
    list_display_links = None
    actions = ("switch_on", "switch_off", "as_the_environment_says")
    actions_need = "common.change_flag"

    @admin.display(description="what it does")
    def meaning(self, flag: Flag) -> str:
        """Return what the switch does."""
        return flags.MEANINGS[flag.name]

    @admin.display(boolean=True)
    def now(self, flag: Flag) -> bool:
        """Return what counts."""
        return flags.state_of(flag.name, flag.is_on).is_on

    @admin.display(boolean=True, description="staff's word")
    def by_staff(self, flag: Flag) -> bool | None:
        """Return what staff have said."""
        return flag.is_on

    @admin.display(boolean=True)
    def in_the_environment(self, flag: Flag) -> bool:
        """Return what the environment says."""
        return flags.state_of(flag.name, None).is_on

    @admin.action(description="Switch on")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Flag]) -> None:
        """Switch the chosen ones on."""
        self._switch(request, queryset, is_on=True)

    @admin.action(description="Switch off")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Flag]) -> None:
        """Switch the chosen ones off."""
        self._switch(request, queryset, is_on=False)

    @admin.action(description="Go by the environment")
    def as_the_environment_says(self, request: HttpRequest, queryset: QuerySet[Flag]) -> None:
        """Take staff's word back."""
        self._switch(request, queryset, is_on=None)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Flag], *, is_on: bool | None) -> None:
        for flag in queryset:
            flags.switch(name=flag.name, is_on=is_on, now=timezone.now(), actor_id=request.user.pk)
        self.message_user(request, "Switched. It counts everywhere within two seconds.", messages.SUCCESS)


@admin.register(PeriodicTask)
class ScheduleAdmin(ReadOnlyAdmin):
    """What is done again and again, when it was done last, and a switch for each entry."""

    list_display = ("name", "task", "scheduler", "enabled", "last_run_at", "total_run_count")
    list_filter = ("enabled",)
    search_fields = ("name", "task")
    actions = ("switch_on", "switch_off")
    actions_need = "django_celery_beat.change_periodictask"

    @admin.display(description="when")
    def scheduler(self, entry: PeriodicTask) -> str:
        """Say when it is done."""
        return str(entry.scheduler)

    @admin.action(description="Switch on")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Have the chosen ones done again."""
        self._switch(request, queryset, is_on=True)

    @admin.action(description="Switch off")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Have the chosen ones done no more."""
        self._switch(request, queryset, is_on=False)

    def _switch(self, request: HttpRequest, queryset: QuerySet[PeriodicTask], *, is_on: bool) -> None:
        names = list(queryset.values_list("name", flat=True))
        switched = [
            schedule.switch(name=name, is_on=is_on, now=timezone.now(), actor_id=request.user.pk) for name in names
        ]
        self.message_user(request, f"{sum(switched)} switched {'on' if is_on else 'off'}.", messages.SUCCESS)
