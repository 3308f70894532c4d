import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

# What `grams` gave, and the quarter in which a case was received as a number below zero (of 2026's third: -8106), so that the newest
# that hold a word are found quarter by quarter, without reading all that hold it. The whole body stands in one function: a restore
# computes the column with no search path by which to find another. Its twin is `searching.quarter`.
SEARCH_MARKS = """
CREATE FUNCTION search_marks(words text, received timestamptz) RETURNS integer[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(array_agg(DISTINCT gram), '{}') || CASE WHEN received IS NULL THEN '{}'::integer[] ELSE
        ARRAY[-(extract(year FROM received AT TIME ZONE 'UTC') * 4 + extract(quarter FROM received AT TIME ZONE 'UTC') - 1)::integer] END
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
    dependencies = [("cases", "0014_search_in_both_scripts")]

    operations = [
        migrations.RunSQL(SEARCH_MARKS, "DROP FUNCTION search_marks(text, timestamptz)"),
        migrations.RemoveIndex(model_name="case", name="case_search"),
        migrations.RemoveField(model_name="case", name="search_grams"),
        migrations.AddField(
            model_name="case",
            name="search_marks",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(models.F("search_text"), models.F("submitted_at"), function="search_marks"),
                output_field=django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=django.contrib.postgres.indexes.GinIndex(fields=["search_marks"], name="case_search"),
        ),
        migrations.RunSQL("DROP FUNCTION grams(text)"),
    ]
