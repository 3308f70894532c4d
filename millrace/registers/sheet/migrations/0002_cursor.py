"""Starts the projection at the first seal — e.g. an empty sheet that has followed nothing yet."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("sheet", "0001_initial")]
    operations = [
        migrations.RunSQL(
            "INSERT INTO sheet_cursor (id, number) VALUES (1, 0);"
            "ALTER TABLE sheet_row SET (autovacuum_vacuum_insert_scale_factor = 0.05)",
            "DELETE FROM sheet_cursor",
        )
    ]
