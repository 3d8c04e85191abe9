"""CSS selectors that an outlet gives for its own pages."""

import django.contrib.postgres.fields
import sources.models
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='outlet',
            name='author_selector',
            field=models.CharField(blank=True, max_length=500, validators=[sources.models.valid_selector], verbose_name='selector of the authors'),
        ),
        migrations.AddField(
            model_name='outlet',
            name='body_selector',
            field=models.CharField(blank=True, max_length=500, validators=[sources.models.valid_selector], verbose_name='selector of the text'),
        ),
        migrations.AddField(
            model_name='outlet',
            name='date_selector',
            field=models.CharField(blank=True, max_length=500, validators=[sources.models.valid_selector], verbose_name='selector of the date'),
        ),
        migrations.AddField(
            model_name='outlet',
            name='remove_selectors',
            field=django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=500, validators=[sources.models.valid_selector]), blank=True, default=list, size=None, verbose_name='selectors of what to remove'),
        ),
        migrations.AddField(
            model_name='outlet',
            name='selectors_failed_since',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name='outlet',
            name='title_selector',
            field=models.CharField(blank=True, max_length=500, validators=[sources.models.valid_selector], verbose_name='selector of the headline'),
        ),
    ]
