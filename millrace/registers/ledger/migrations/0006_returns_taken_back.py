"""Counts, of a return recorded in error, all that went that way, as of returns — e.g. HK$40,000 taken back from the envelope to paid."""

from django.db import migrations

KEEP_DAY = """
CREATE OR REPLACE FUNCTION ledger_keep_day(before date, a_day date, run bigint) RETURNS void LANGUAGE sql SET search_path = pg_catalog, public AS $$
    INSERT INTO ledger_keptday (day, from_seal, through_seal, accounts, balances, totals)
    WITH base AS (
        SELECT accounts, balances, totals FROM ledger_keptday WHERE day = before AND through_seal = run
    ), moved AS MATERIALIZED (
        SELECT side.account, sum(side.change)::bigint AS change, coalesce(sum(side.change) FILTER (WHERE side.change > 0), 0)::bigint AS entered
          FROM ledger_posting p
          JOIN timeline_seal s ON s.event_id = p.event_id AND s.number <= run
         CROSS JOIN LATERAL (VALUES (p.target_id, p.amount), (p.source_id, -p.amount)) AS side (account, change)
         WHERE p.happened_on > coalesce(before, '-infinity') AND p.happened_on <= a_day
         GROUP BY side.account
    ), held AS (
        SELECT account, sum(amount)::bigint AS amount
          FROM (SELECT unnest(accounts) AS account, unnest(balances) AS amount FROM base UNION ALL SELECT account, change FROM moved) each
         GROUP BY account HAVING sum(amount) <> 0
    ), summed AS (
        SELECT fund, scheme, unit, kind, year, sum(amount)::bigint AS amount
          FROM (SELECT one ->> 0 AS fund, one ->> 1 AS scheme, one ->> 2 AS unit, one ->> 3 AS kind, one ->> 4 AS year,
                       (one ->> 5)::bigint AS amount
                  FROM base CROSS JOIN LATERAL jsonb_array_elements(base.totals) AS one
                UNION ALL
                SELECT a.fund, a.scheme, a.unit, a.kind, a.financial_year, CASE WHEN a.kind IN ('returned', 'unreturned') THEN m.entered ELSE m.change END
                  FROM moved m JOIN ledger_account a ON a.id = m.account) each
         GROUP BY fund, scheme, unit, kind, year
    )
    SELECT a_day, run, run, coalesce((SELECT array_agg(account ORDER BY account) FROM held), '{}'),
           coalesce((SELECT array_agg(amount ORDER BY account) FROM held), '{}'),
           coalesce((SELECT jsonb_agg(jsonb_build_array(fund, scheme, unit, kind, year, amount)) FROM summed), '[]')
$$;
"""
BEFORE = KEEP_DAY.replace("CASE WHEN a.kind IN ('returned', 'unreturned')", "CASE WHEN a.kind = 'returned'")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0005_kept_days")]

    operations = [migrations.RunSQL(KEEP_DAY, BEFORE)]
