"""Keeps what every account held at the end of a day, so that a past day is read and not added up anew — e.g. 31 March 2025.

A run takes what was sealed since the last one. Days it changes are written anew and the old ones stay, for whoever asks what was
known then; a day is added after every `step` postings and at the end of each month.
"""

import django.contrib.postgres.fields
from django.db import migrations, models

KEEP = """
CREATE FUNCTION ledger_keep_day(before date, a_day date, run bigint) RETURNS void LANGUAGE sql SET search_path = pg_catalog, public AS $$
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
                SELECT a.fund, a.scheme, a.unit, a.kind, a.financial_year, CASE a.kind WHEN 'returned' THEN m.entered ELSE m.change END
                  FROM moved m JOIN ledger_account a ON a.id = m.account) each
         GROUP BY fund, scheme, unit, kind, year
    )
    SELECT a_day, run, run, coalesce((SELECT array_agg(account ORDER BY account) FROM held), '{}'),
           coalesce((SELECT array_agg(amount ORDER BY account) FROM held), '{}'),
           coalesce((SELECT jsonb_agg(jsonb_build_array(fund, scheme, unit, kind, year, amount)) FROM summed), '[]')
$$;

CREATE FUNCTION ledger_keep_days(step integer, run bigint) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    last_run bigint;
    before date;
    first_changed date;
    latest date;
    added bigint;
    since_last bigint := 0;
    one record;
    previous date;
    days date[] := '{}';
BEGIN
    PERFORM ledger_may_write();
    PERFORM pg_advisory_xact_lock(7231005);
    SELECT coalesce(max(seal), 0), max(latest_on) INTO last_run, latest FROM ledger_keptrun;
    SELECT min(p.happened_on), greatest(latest, max(p.happened_on)), count(*) INTO first_changed, latest, added
      FROM timeline_seal s JOIN ledger_posting p ON p.event_id = s.event_id WHERE s.number > last_run AND s.number <= run;
    IF added < step THEN
        RETURN 0;
    END IF;

    SELECT max(day) INTO previous FROM ledger_keptday WHERE through_seal = last_run;
    before := previous;
    FOR one IN
        SELECT p.happened_on AS day, count(*) AS postings FROM ledger_posting p
          JOIN timeline_seal s ON s.event_id = p.event_id AND s.number <= run
         WHERE p.happened_on > coalesce(before, '-infinity') GROUP BY p.happened_on ORDER BY p.happened_on
    LOOP
        IF since_last > 0 AND date_trunc('month', one.day) > date_trunc('month', previous) THEN
            days := days || (date_trunc('month', previous) + interval '1 month - 1 day')::date;
            since_last := 0;
        END IF;
        since_last := since_last + one.postings;
        previous := one.day;
        IF since_last >= step THEN
            days := days || one.day;
            since_last := 0;
        END IF;
    END LOOP;

    SELECT days || coalesce(array_agg(day), '{}') INTO days FROM ledger_keptday WHERE through_seal = last_run AND day >= first_changed;
    UPDATE ledger_keptday SET through_seal = run WHERE through_seal = last_run AND day < first_changed;
    SELECT max(day) INTO before FROM ledger_keptday WHERE through_seal = run;
    FOR one IN SELECT DISTINCT day FROM unnest(days) AS day ORDER BY day LOOP
        PERFORM ledger_keep_day(before, one.day, run);
        before := one.day;
    END LOOP;
    INSERT INTO ledger_keptrun (seal, latest_on) VALUES (run, latest);
    RETURN cardinality(days);
END $$;
"""

UNDO = "DROP FUNCTION ledger_keep_days, ledger_keep_day"


class Migration(migrations.Migration):
    dependencies = [("ledger", "0004_what_a_payee_owes"), ("timeline", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="KeptRun",
            fields=[("seal", models.BigIntegerField(primary_key=True, serialize=False)), ("latest_on", models.DateField())],
        ),
        migrations.CreateModel(
            name="KeptDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField()),
                ("from_seal", models.BigIntegerField()),
                ("through_seal", models.BigIntegerField()),
                ("accounts", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("balances", django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ("totals", models.JSONField()),
            ],
            options={
                "indexes": [models.Index(fields=["through_seal", "day"], name="kept_day_through")],
                "constraints": [models.UniqueConstraint(fields=("day", "from_seal"), name="kept_day_once_a_run")],
            },
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(fields=["happened_on"], include=("source", "target", "amount", "event"), name="posting_day"),
        ),
        migrations.RunSQL(KEEP, UNDO),
    ]
