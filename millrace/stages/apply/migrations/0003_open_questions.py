"""Marks the applicant's last word in a thread until the funder replies — e.g. "May the line stand in Yuen Long?", asked and not answered."""

from django.db import migrations, models

LAST_WORDS = """
UPDATE apply_message SET is_open = true WHERE NOT is_from_funder AND id IN (SELECT max(id) FROM apply_message GROUP BY case_id)
"""


class Migration(migrations.Migration):

    dependencies = [
        ('apply', '0002_answers_page'),
    ]

    operations = [
        migrations.AddField(
            model_name='message',
            name='is_open',
            field=models.BooleanField(default=False, help_text="the applicant's last word, until the funder replies"),
        ),
        migrations.RunSQL(LAST_WORDS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(condition=models.Q(('is_open', True)), fields=('case',), name='message_open_once'),
        ),
    ]
