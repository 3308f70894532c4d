"""Keeps the bank references of refunds beside those of receipts, so that none is recorded as the other too."""

from django.db import migrations

REFUNDS = """
    INSERT INTO deliver_bankreference (reference)
    SELECT DISTINCT btrim(bank_reference) FROM close_refund WHERE btrim(bank_reference) <> ''
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("close", "0002_say_the_unit"), ("deliver", "0019_bank_references")]

    operations = [migrations.RunSQL(REFUNDS, migrations.RunSQL.noop)]
