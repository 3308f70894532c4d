"""Lets a refund recorded in error be taken back by a second person, and its bank reference be used again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("close", "0003_bank_references"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("refund", "taken_back_at", models.DateTimeField(null=True)),
        migrations.AddField(
            "refund",
            "taken_back_by",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField("refund", "taken_back_reason", models.CharField(blank=True, max_length=1000)),
        migrations.RemoveConstraint("refund", "refund_banked_once"),
        migrations.AddConstraint(
            "refund",
            models.UniqueConstraint(
                fields=["bank_reference"], condition=models.Q(taken_back_at__isnull=True), name="refund_banked_once"
            ),
        ),
        migrations.AddConstraint(
            "refund",
            models.CheckConstraint(
                condition=models.Q(taken_back_by__isnull=True) | ~models.Q(taken_back_by=models.F("recorded_by")),
                name="refund_taken_back_by_another",
            ),
        ),
    ]
