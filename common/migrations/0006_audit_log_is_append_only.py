"""The database itself refuses to change the audit log.

An entry may be added unsealed and sealed once; a payload may be added, and removed when somebody is erased. Whoever
owns the tables can switch the triggers off: what they change then is found by `manage.py verify_audit`.
A later migration that lets SQLite rebuild one of the two tables has to create its triggers again.
"""

from django.db import migrations

COLUMNS = ("id", "at", "action", "actor", "subject", "payload_digest", "request_id")
REFUSAL = "the audit log is append-only"

POSTGRESQL = f"""
CREATE FUNCTION common_audit_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER common_audit_entry_sealed_once BEFORE UPDATE ON common_auditentry FOR EACH ROW
    WHEN (NOT (OLD.number IS NULL AND NEW.number IS NOT NULL
        AND ({", ".join(f"OLD.{column}" for column in COLUMNS)})
            IS NOT DISTINCT FROM ({", ".join(f"NEW.{column}" for column in COLUMNS)})))
    EXECUTE FUNCTION common_audit_guard();
CREATE TRIGGER common_audit_entry_added_unsealed BEFORE INSERT ON common_auditentry FOR EACH ROW
    WHEN (NEW.number IS NOT NULL) EXECUTE FUNCTION common_audit_guard();
CREATE TRIGGER common_audit_entry_kept BEFORE DELETE ON common_auditentry FOR EACH ROW
    EXECUTE FUNCTION common_audit_guard();
CREATE TRIGGER common_audit_entries_kept BEFORE TRUNCATE ON common_auditentry
    EXECUTE FUNCTION common_audit_guard();
CREATE TRIGGER common_audit_payload_unchanged BEFORE UPDATE ON common_auditpayload FOR EACH ROW
    EXECUTE FUNCTION common_audit_guard();
CREATE TRIGGER common_audit_payloads_kept BEFORE TRUNCATE ON common_auditpayload
    EXECUTE FUNCTION common_audit_guard();
"""
POSTGRESQL_BACK = """
DROP TRIGGER common_audit_entry_sealed_once ON common_auditentry;
DROP TRIGGER common_audit_entry_added_unsealed ON common_auditentry;
DROP TRIGGER common_audit_entry_kept ON common_auditentry;
DROP TRIGGER common_audit_entries_kept ON common_auditentry;
DROP TRIGGER common_audit_payload_unchanged ON common_auditpayload;
DROP TRIGGER common_audit_payloads_kept ON common_auditpayload;
DROP FUNCTION common_audit_guard();
"""
SAME = " AND ".join(f"OLD.{column} IS NEW.{column}" for column in COLUMNS)
SQLITE = {
    "common_audit_entry_sealed_once": "BEFORE UPDATE ON common_auditentry "
    f"WHEN NOT (OLD.number IS NULL AND NEW.number IS NOT NULL AND {SAME})",
    "common_audit_entry_added_unsealed": "BEFORE INSERT ON common_auditentry WHEN NEW.number IS NOT NULL",
    "common_audit_entry_kept": "BEFORE DELETE ON common_auditentry",
    "common_audit_payload_unchanged": "BEFORE UPDATE ON common_auditpayload",
}


def guard(apps, schema_editor):
    """Create the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL)
        return
    for name, event in SQLITE.items():
        schema_editor.execute(f"CREATE TRIGGER {name} {event} BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END")


def unguard(apps, schema_editor):
    """Drop the triggers."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL_BACK)
        return
    for name in SQLITE:
        schema_editor.execute(f"DROP TRIGGER {name}")


class Migration(migrations.Migration):
    """Guard the audit log."""

    dependencies = [("common", "0005_audit_entries_name_nobody")]

    operations = [migrations.RunPython(guard, unguard)]
