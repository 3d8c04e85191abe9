from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("articles", "0011_days_by_outlet"),
    ]

    operations = [
        migrations.AddField(
            model_name="article",
            name="vector",
            field=models.BinaryField(editable=False, null=True),
        ),
    ]
