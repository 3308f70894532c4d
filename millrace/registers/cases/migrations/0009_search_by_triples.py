import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# Each pair and triple of neighbouring letters as a number: a triple leaves out far more than its two pairs do ("nin" stands in a
# tenth of the texts that hold "ni" and "in"), and numbers take half the room of letters. Its twin is `searching.gram`.
GRAMS = """
CREATE FUNCTION grams(words text) RETURNS integer[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT gram), '{}')
    FROM (
        SELECT ascii(letter)::bigint AS a, lead(ascii(letter)) OVER told AS b, lead(ascii(letter), 2) OVER told AS c
        FROM string_to_table(words, NULL) WITH ORDINALITY AS letters(letter, place) WINDOW told AS (ORDER BY place)
    ) AS run, LATERAL (VALUES
        (CASE WHEN 32 NOT IN (a, b) THEN ((a * 1000003 + b) * 1000003 % 2147483647)::integer END),
        (CASE WHEN 32 NOT IN (a, b, c) THEN (((a * 1000003 + b) * 1000003 + c) % 2147483647)::integer END)
    ) AS made(gram)
    WHERE gram IS NOT NULL
$$
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_latest_received_first")]

    operations = [
        migrations.RunSQL(GRAMS, "DROP FUNCTION grams(text)"),
        migrations.RemoveIndex(model_name="case", name="case_search"),
        migrations.RemoveField(model_name="case", name="search_grams"),
        migrations.AddField(
            model_name="case",
            name="search_grams",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("search_text"), function="grams"),
                output_field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search_grams"], name="case_search"),
        ),
        migrations.RunSQL("DROP FUNCTION bigrams(text)"),
    ]
