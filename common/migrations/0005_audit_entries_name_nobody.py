from django.db import migrations


class Migration(migrations.Migration):
    """Entries no longer say who: their payloads do."""

    dependencies = [("common", "0004_payloads_of_former_entries")]

    operations = [
        migrations.RemoveField("auditentry", "actor_id"),
        migrations.RemoveField("auditentry", "target"),
        migrations.RemoveField("auditentry", "details"),
    ]
