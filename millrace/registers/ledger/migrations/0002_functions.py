"""The only hands that write the ledger: open an account, post an entry, close a month — e.g. the reservation of one approval.

They run as the tables' owner. Whoever may not add events to the timeline may not call them.
"""

from django.db import migrations

GUARDS = """
CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER posting_no_truncate BEFORE TRUNCATE ON ledger_posting FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER account_append_only BEFORE UPDATE OR DELETE ON ledger_account FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER account_no_truncate BEFORE TRUNCATE ON ledger_account FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER month_append_only BEFORE UPDATE OR DELETE ON ledger_closedmonth FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER month_no_truncate BEFORE TRUNCATE ON ledger_closedmonth FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER balance_no_delete BEFORE DELETE ON ledger_balance FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER balance_no_truncate BEFORE TRUNCATE ON ledger_balance FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse();

-- A balance cannot disagree with its account on whether it may be negative.
ALTER TABLE ledger_account ADD CONSTRAINT account_floor UNIQUE (id, may_be_negative);
ALTER TABLE ledger_balance ADD CONSTRAINT balance_floor FOREIGN KEY (account_id, may_be_negative)
    REFERENCES ledger_account (id, may_be_negative);
-- Room on each page for the new versions of a busy row.
ALTER TABLE ledger_balance SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02);
"""

FUNCTIONS = """
CREATE FUNCTION ledger_may_write() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT has_table_privilege(session_user, 'timeline_event', 'INSERT') THEN
        RAISE EXCEPTION '% may not write the ledger', session_user USING ERRCODE = 'insufficient_privilege';
    END IF;
END $$;

CREATE FUNCTION ledger_open(
    a_key text, a_kind text, a_unit text, a_fund text, a_scheme text, a_year text, a_case bigint, a_sponsor bigint, a_form text,
    a_may_be_negative boolean
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE opened bigint;
BEGIN
    PERFORM ledger_may_write();
    INSERT INTO ledger_account (key, kind, unit, fund, scheme, financial_year, case_id, sponsor_id, form, may_be_negative)
    VALUES (concat_ws('|', a_kind, a_unit, a_fund, a_scheme, a_year, coalesce(a_case::text, ''), coalesce(a_sponsor::text, ''), a_form),
            a_kind, a_unit, a_fund, a_scheme, a_year, a_case, a_sponsor, a_form, a_may_be_negative)
    ON CONFLICT (key) DO NOTHING RETURNING id INTO opened;
    IF opened IS NULL THEN
        SELECT id INTO STRICT opened FROM ledger_account WHERE key = a_key;
    ELSE
        INSERT INTO ledger_balance (account_id, may_be_negative, balance) VALUES (opened, a_may_be_negative, 0);
    END IF;
    RETURN opened;
END $$;

CREATE FUNCTION ledger_lock_balance(an_account bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE held bigint;
BEGIN
    PERFORM ledger_may_write();
    SELECT balance INTO STRICT held FROM ledger_balance WHERE account_id = an_account FOR UPDATE;
    RETURN held;
END $$;

CREATE FUNCTION ledger_post(
    an_event bigint, a_day date, a_moment timestamptz, sources bigint[], targets bigint[], amounts bigint[], corrected bigint[]
) RETURNS bigint[] LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    entries integer := cardinality(sources);
    matched integer;
    written bigint[];
    short record;
BEGIN
    PERFORM ledger_may_write();
    IF entries = 0 OR cardinality(targets) <> entries OR cardinality(amounts) <> entries OR cardinality(corrected) <> entries THEN
        RAISE EXCEPTION 'an entry needs as many sources, targets and amounts, and at least one' USING ERRCODE = 'ML003';
    END IF;

    -- Shared with other postings, exclusive to the closing of a month: none slips in while a month is being closed.
    PERFORM pg_advisory_xact_lock_shared(7231004);
    IF EXISTS (SELECT 1 FROM ledger_closedmonth WHERE month = date_trunc('month', a_day)::date) THEN
        RAISE EXCEPTION 'the books of % are closed', to_char(a_day, 'YYYY-MM')
            USING ERRCODE = 'ML002', DETAIL = json_build_object('month', to_char(a_day, 'YYYY-MM'))::text;
    END IF;

    -- Balances are locked in the order of the accounts' ids, whoever posts: two entries can wait for one another, never in a ring.
    PERFORM 1 FROM ledger_balance WHERE account_id = ANY (sources || targets) ORDER BY account_id FOR UPDATE;

    SELECT count(*) FILTER (WHERE s.unit = t.unit) INTO matched
      FROM unnest(sources, targets) AS move (source, target)
      JOIN ledger_account s ON s.id = move.source
      JOIN ledger_account t ON t.id = move.target;
    IF matched <> entries THEN
        RAISE EXCEPTION 'an account is unknown, or the units of a move differ' USING ERRCODE = 'ML003';
    END IF;

    SELECT a.kind, a.unit, b.balance AS available, -moved.change AS asked INTO short
      FROM (SELECT account, sum(change)::bigint AS change
              FROM (SELECT unnest(sources) AS account, -unnest(amounts) AS change
                    UNION ALL SELECT unnest(targets), unnest(amounts)) sides
             GROUP BY account) moved
      JOIN ledger_balance b ON b.account_id = moved.account
      JOIN ledger_account a ON a.id = moved.account
     WHERE b.balance + moved.change < 0 AND NOT b.may_be_negative
     ORDER BY a.id LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION '% asked, % available', short.asked, short.available
            USING ERRCODE = 'ML001', DETAIL = row_to_json(short)::text;
    END IF;

    WITH rows AS (
        INSERT INTO ledger_posting (source_id, target_id, amount, event_id, happened_on, recorded_at, corrects_id)
        SELECT source, target, amount, an_event, a_day, a_moment, corrects
          FROM unnest(sources, targets, amounts, corrected) WITH ORDINALITY AS move (source, target, amount, corrects, place)
         ORDER BY place
        RETURNING id
    ) SELECT array_agg(id ORDER BY id) INTO written FROM rows;

    UPDATE ledger_balance b SET balance = b.balance + moved.change
      FROM (SELECT account, sum(change)::bigint AS change
              FROM (SELECT unnest(sources) AS account, -unnest(amounts) AS change
                    UNION ALL SELECT unnest(targets), unnest(amounts)) sides
             GROUP BY account) moved
     WHERE b.account_id = moved.account;
    RETURN written;
END $$;

CREATE FUNCTION ledger_close_month(a_month date, an_event bigint, a_moment timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    PERFORM ledger_may_write();
    PERFORM pg_advisory_xact_lock(7231004);
    INSERT INTO ledger_closedmonth (month, closed_at, event_id) VALUES (date_trunc('month', a_month)::date, a_moment, an_event)
    ON CONFLICT (month) DO NOTHING;
END $$;
"""

UNDO = """
DROP FUNCTION ledger_close_month, ledger_post, ledger_lock_balance, ledger_open, ledger_may_write;
DROP FUNCTION ledger_refuse CASCADE;
ALTER TABLE ledger_balance DROP CONSTRAINT balance_floor;
ALTER TABLE ledger_account DROP CONSTRAINT account_floor;
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("timeline", "0001_initial")]
    operations = [migrations.RunSQL(GUARDS + FUNCTIONS, UNDO)]
