"""Events and seals that cannot be rewritten, and the sealer itself — e.g. 40 committed events become seals 4,212 to 4,251.

`timeline_seal` is the only way to write a seal. Whoever may not add events may not call it.
"""

import django.db.models.deletion
from django.db import migrations, models

APPEND_ONLY = """
CREATE FUNCTION timeline_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE OR DELETE ON timeline_event FOR EACH ROW EXECUTE FUNCTION timeline_refuse();
CREATE TRIGGER event_no_truncate BEFORE TRUNCATE ON timeline_event FOR EACH STATEMENT EXECUTE FUNCTION timeline_refuse();
CREATE TRIGGER seal_append_only BEFORE UPDATE OR DELETE ON timeline_seal FOR EACH ROW EXECUTE FUNCTION timeline_refuse();
CREATE TRIGGER seal_no_truncate BEFORE TRUNCATE ON timeline_seal FOR EACH STATEMENT EXECUTE FUNCTION timeline_refuse();
"""

QUEUE = """
CREATE FUNCTION timeline_queue() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO timeline_pending (event_id) SELECT id FROM fresh;
    RETURN NULL;
END $$;

CREATE TRIGGER event_queue AFTER INSERT ON timeline_event
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION timeline_queue();

-- Filled and emptied all day: keep it small.
ALTER TABLE timeline_pending SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);
"""

SEAL = """
-- The canonical text of a stamp, as hashed: 2024-03-31T15:59:59.000000Z, followed by " story" for a demonstration's clock.
CREATE FUNCTION timeline_stamp(stamp timestamptz, story boolean) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_char(stamp AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || CASE WHEN story THEN ' story' ELSE '' END
$$;

CREATE FUNCTION timeline_seal(given timestamptz, story boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    last_number bigint;
    last_chain bytea;
    stamp timestamptz;
    stamp_text bytea;
    waiting bigint[];
    hash bytea;
    links bytea[] := '{}';
BEGIN
    IF NOT has_table_privilege(session_user, 'timeline_event', 'INSERT') THEN
        RAISE EXCEPTION '% may not seal', session_user USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- What this transaction wrote is not committed yet, and an old snapshot does not see the last seal: refuse both.
    IF pg_current_xact_id_if_assigned() IS NOT NULL OR current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'seal in a read committed transaction of its own' USING ERRCODE = 'active_sql_transaction';
    END IF;

    PERFORM pg_advisory_xact_lock(7231002);
    SELECT number, chain, sealed_at INTO last_number, last_chain, stamp FROM timeline_seal ORDER BY number DESC LIMIT 1;
    last_number := coalesce(last_number, 0);
    stamp := greatest(given, stamp);

    -- Under READ COMMITTED this statement sees all that is committed now: a transaction still open keeps its rows for the next seal.
    WITH taken AS (DELETE FROM timeline_pending RETURNING event_id)
    SELECT array_agg(event_id ORDER BY event_id) INTO waiting FROM taken;
    IF waiting IS NULL THEN
        RETURN last_number;
    END IF;

    stamp_text := convert_to(timeline_stamp(stamp, story), 'UTF8');
    FOR hash IN SELECT e.sha256 FROM timeline_event e WHERE e.id = ANY (waiting) ORDER BY e.id LOOP
        last_chain := sha256(coalesce(last_chain, ''::bytea) || hash || stamp_text);
        links := links || last_chain;
    END LOOP;

    INSERT INTO timeline_seal (number, event_id, chain, sealed_at, is_story)
    SELECT last_number + link.place, link.event, link.chain, stamp, story
      FROM unnest(waiting, links) WITH ORDINALITY AS link (event, chain, place);
    last_number := last_number + cardinality(waiting);
    PERFORM pg_notify('timeline_sealed', last_number::text);
    RETURN last_number;
END $$;

CREATE FUNCTION timeline_queue_what_was_there() RETURNS void LANGUAGE sql AS $$
    INSERT INTO timeline_pending (event_id)
    SELECT e.id FROM timeline_event e LEFT JOIN timeline_seal s ON s.event_id = e.id WHERE s.number IS NULL
$$;
SELECT timeline_queue_what_was_there();
DROP FUNCTION timeline_queue_what_was_there();
"""

UNDO = """
DROP FUNCTION timeline_seal, timeline_stamp;
DROP FUNCTION timeline_queue CASCADE;
DROP FUNCTION timeline_refuse CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("timeline", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Pending",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="timeline.event",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(APPEND_ONLY + QUEUE + SEAL, UNDO),
    ]
