from typing import Any

from django.db import migrations, models

from millrace.registers.cases import searching


def fold(apps: Any, _schema: Any) -> None:
    """Written in lower case until now: what is searched is folded, as the word searched for will be."""
    cases = apps.get_model("cases", "Case").objects
    changed = []
    for pk, text in cases.values_list("pk", "search_text").iterator(chunk_size=5_000):
        if (new := searching.folded(text)) != text:
            changed.append(cases.model(pk=pk, search_text=new))
        if len(changed) == 1_000:
            cases.bulk_update(changed, ["search_text"])
            changed = []
    cases.bulk_update(changed, ["search_text"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_undecided"), ("people", "0006_former_names")]

    operations = [
        migrations.AlterField(
            model_name="case",
            name="search_text",
            field=models.TextField(
                blank=True, help_text="reference, title and the lead's names, former ones too, as `searching` folds them"
            ),
        ),
        migrations.RunPython(fold, migrations.RunPython.noop),
    ]
