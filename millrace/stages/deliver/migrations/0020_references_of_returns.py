"""Keeps the bank references of payments the bank returned beside those of receipts and refunds, so that none is recorded as the other too."""

from django.db import migrations

RETURNS = """
    INSERT INTO deliver_bankreference (reference)
    SELECT DISTINCT btrim(return_reference) FROM deliver_payment WHERE state = 'returned' AND btrim(return_reference) <> ''
    ON CONFLICT DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("deliver", "0019_bank_references")]

    operations = [migrations.RunSQL(RETURNS, migrations.RunSQL.noop)]
