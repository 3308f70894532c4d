"""Gives every receipt recorded before there were rows of receipts its own, so that it can be taken back too."""

from django.db import migrations

RECEIPTS = """
    INSERT INTO deliver_receipt (receivable_id, number, bank_reference, received_on, amount_cents, held_cents, settlement_id,
                                 recorded_at, recorded_by_id, event, taken_back_reason)
    SELECT receivable_id, row_number() OVER (PARTITION BY receivable_id ORDER BY number), bank_reference, value_on,
           principal_cents + interest_cents, 0, id, recorded_at, recorded_by_id, event, ''
      FROM deliver_settlement WHERE kind = 'receipt'
"""


class Migration(migrations.Migration):
    dependencies = [("deliver", "0014_receipts_returned_payments")]

    operations = [migrations.RunSQL(RECEIPTS, migrations.RunSQL.noop)]
