"""Gives every person a salt, and lets nobody be without one: an unsalted digest of a few likely words tells which it was.

Digests told before, by persons who had none, stay as they are: the timeline is never changed, and `verify` knows them.
"""

import millrace.registers.people.models
from django.db import migrations, models

SALTED = "UPDATE people_person SET salt = uuid_send(gen_random_uuid()) WHERE salt = ''"


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0006_former_names'),
    ]

    operations = [
        migrations.AlterField(
            model_name='person',
            name='salt',
            field=models.BinaryField(default=millrace.registers.people.models.new_salt, max_length=16),
        ),
        migrations.RunSQL(SALTED, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='person',
            constraint=models.CheckConstraint(condition=models.Q(('salt', b''), _negated=True), name='person_has_salt'),
        ),
    ]
