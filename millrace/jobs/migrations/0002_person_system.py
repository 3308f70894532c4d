"""Puts the person "system" in place, in whose name reactions and nightly work act."""

from datetime import UTC, datetime

from django.db import migrations

EMAIL = "system@millrace.invalid"


def introduce(apps, _editor):
    people = apps.get_model("people", "Person").objects
    if not people.filter(is_system=True).exists():
        people.create(email=EMAIL, name="System", is_system=True, is_active=False, password="!", joined_at=datetime(2024, 1, 1, tzinfo=UTC))


class Migration(migrations.Migration):
    dependencies = [("jobs", "0001_initial"), ("people", "0001_initial")]
    operations = [migrations.RunPython(introduce, migrations.RunPython.noop)]
