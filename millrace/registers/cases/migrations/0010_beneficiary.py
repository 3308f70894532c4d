from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("cases", "0009_search_by_triples")]

    operations = [
        migrations.AddField(
            model_name="case",
            name="beneficiary",
            field=models.CharField(blank=True, default="", help_text="who benefits, where not the lead, as kind:number", max_length=60),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=~Q(beneficiary=""), fields=["beneficiary", "id"], name="case_beneficiary"),
        ),
    ]
