"""The four roles of a newsroom, as groups, and the one row that grouping locks."""

from django.db import migrations


def make(apps, schema_editor):
    for name in ("lecteur", "journaliste", "éditeur", "administrateur"):
        apps.get_model("auth", "Group").objects.get_or_create(name=name)
    apps.get_model("articles", "GroupingState").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial"), ("auth", "0012_alter_user_first_name_max_length")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
