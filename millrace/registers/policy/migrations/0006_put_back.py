from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("policy", "0005_tried_from_drafts")]

    operations = [
        migrations.RemoveConstraint(model_name="schemeversion", name="scheme_version_once"),
        migrations.AddConstraint(
            model_name="schemeversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("draft__isnull", True)), fields=("scheme", "version", "event_id"), name="scheme_version_once"
            ),
        ),
    ]
