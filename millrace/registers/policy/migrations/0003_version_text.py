"""Keeps each version as one canonical text, and refuses any change of what was published — e.g. an UPDATE of NIFS of 2024."""

from django.db import migrations, models

GUARDS = """
CREATE FUNCTION policy_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER version_append_only BEFORE UPDATE OR DELETE ON policy_schemeversion FOR EACH ROW EXECUTE FUNCTION policy_refuse();
CREATE TRIGGER version_no_truncate BEFORE TRUNCATE ON policy_schemeversion FOR EACH STATEMENT EXECUTE FUNCTION policy_refuse();
CREATE TRIGGER publication_append_only BEFORE UPDATE OR DELETE ON policy_publication FOR EACH ROW EXECUTE FUNCTION policy_refuse();
CREATE TRIGGER publication_no_truncate BEFORE TRUNCATE ON policy_publication FOR EACH STATEMENT EXECUTE FUNCTION policy_refuse();
"""
UNDO = """
DROP TRIGGER version_append_only ON policy_schemeversion;
DROP TRIGGER version_no_truncate ON policy_schemeversion;
DROP TRIGGER publication_append_only ON policy_publication;
DROP TRIGGER publication_no_truncate ON policy_publication;
DROP FUNCTION policy_refuse();
"""


class Migration(migrations.Migration):
    dependencies = [("policy", "0002_publications")]

    operations = [
        migrations.RemoveField("schemeversion", "files"),
        migrations.AddField(
            "schemeversion",
            "text",
            models.TextField(default="", help_text="the canonical text: rules, form, letters and the facts they speak of"),
            preserve_default=False,
        ),
        migrations.AddField("schemeversion", "event_id", models.BigIntegerField(help_text="the event that announced it", null=True)),
        migrations.AlterField(
            "schemeversion",
            "effective_at",
            models.DateTimeField(help_text="the first moment it is in force for certain, in UTC, from the funder's zone"),
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
