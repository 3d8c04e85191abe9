from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("articles", "0008_retention")]

    operations = [
        migrations.RemoveIndex(model_name="story", name="story_uncompared"),
        migrations.AddIndex(
            model_name="story",
            index=models.Index(
                condition=models.Q(("article_count__gt", 0), ("compared_at", None)),
                fields=["id"],
                name="story_uncompared",
            ),
        ),
    ]
