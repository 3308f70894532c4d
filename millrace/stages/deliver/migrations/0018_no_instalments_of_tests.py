"""Open instalments of tests are kept no more: none is ever released."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_search_in_both_scripts'),
        ('deliver', '0017_open_instalments'),
    ]

    operations = [
        migrations.RunSQL(
            "DELETE FROM deliver_openinstalment WHERE case_id IN (SELECT id FROM cases_case WHERE is_test)",
            migrations.RunSQL.noop,
        ),
    ]
