"""Keeps each bank reference that stands recorded once, beginning with those of the receipts on debts."""

from django.db import migrations, models

RECEIPTS = """
    INSERT INTO deliver_bankreference (reference)
    SELECT DISTINCT btrim(bank_reference) FROM deliver_receipt WHERE taken_back_at IS NULL AND btrim(bank_reference) <> ''
"""


class Migration(migrations.Migration):
    dependencies = [("deliver", "0018_no_instalments_of_tests")]

    operations = [
        migrations.CreateModel(
            name="BankReference",
            fields=[("reference", models.CharField(max_length=35, primary_key=True, serialize=False))],
        ),
        migrations.RunSQL(RECEIPTS, migrations.RunSQL.noop),
    ]
