from django.db import migrations, models


class Migration(migrations.Migration):
    """Tables of the chained audit log; what entries say of people moves into payloads next."""

    dependencies = [("common", "0002_flags_and_rate_counts")]

    operations = [
        migrations.CreateModel(
            name="AuditPayload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.BigIntegerField(help_text="The entry's id.", unique=True)),
                ("actor_id", models.UUIDField(blank=True, db_index=True, null=True)),
                ("target", models.CharField(blank=True, db_index=True, max_length=200)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("network", models.CharField(blank=True, max_length=64)),
                ("salt", models.CharField(max_length=32)),
            ],
            options={"ordering": ["-entry"]},
        ),
        migrations.AddField(
            "auditentry",
            "actor",
            models.CharField(
                blank=True, db_index=True, default="", help_text="Pseudonym of who did it.", max_length=32
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditentry",
            "subject",
            models.CharField(
                blank=True, default="", help_text="Pseudonym of the person it was done to.", max_length=32
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditentry",
            "payload_digest",
            models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditentry",
            "number",
            models.BigIntegerField(blank=True, help_text="Its place in the chain, from 1.", null=True, unique=True),
        ),
        migrations.AddField(
            "auditentry",
            "previous",
            models.CharField(blank=True, default="", help_text="The digest of the entry before.", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditentry",
            "digest",
            models.CharField(blank=True, default="", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            "auditentry",
            "key_id",
            models.CharField(blank=True, default="", help_text="Under which key the digest was made.", max_length=8),
            preserve_default=False,
        ),
        migrations.AddIndex(
            "auditentry",
            models.Index(condition=models.Q(number=None), fields=["id"], name="common_audit_unsealed"),
        ),
    ]
