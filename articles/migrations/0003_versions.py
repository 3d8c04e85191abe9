"""Later readings of an article, what people corrected, and when its page is looked at again."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0002_roles'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ArticleCorrection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('field', models.CharField(choices=[('title', 'headline'), ('standfirst', 'standfirst'), ('authors', 'authors'), ('outlet', 'outlet'), ('published', 'publication date'), ('language', 'language'), ('paywalled', 'paywall'), ('dropped', 'blocks left out')], max_length=10, verbose_name='fact')),
                ('before', models.JSONField()),
                ('after', models.JSONField()),
                ('at', models.DateTimeField(verbose_name='on')),
                ('undone_at', models.DateTimeField(blank=True, null=True, verbose_name='undone on')),
            ],
            options={
                'verbose_name': 'correction',
                'verbose_name_plural': 'corrections',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='ArticleVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(verbose_name='version')),
                ('seen_at', models.DateTimeField(verbose_name='seen')),
                ('title', models.TextField(verbose_name='headline')),
                ('standfirst', models.TextField(blank=True, verbose_name='standfirst')),
                ('blocks', models.JSONField(blank=True, default=list)),
                ('fingerprint', models.CharField(max_length=64)),
            ],
            options={
                'verbose_name': 'version of an article',
                'verbose_name_plural': 'versions of articles',
                'ordering': ['article', 'number'],
            },
        ),
        migrations.AddField(
            model_name='article',
            name='corrected',
            field=models.JSONField(blank=True, default=dict, editable=False),
        ),
        migrations.AddField(
            model_name='article',
            name='extracted_with',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='article',
            name='gone_at',
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name='gone since'),
        ),
        migrations.AddField(
            model_name='page',
            name='etag',
            field=models.CharField(blank=True, editable=False, max_length=500),
        ),
        migrations.AddField(
            model_name='page',
            name='last_modified',
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name='page',
            name='looks',
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name='page',
            name='refresh_at',
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name='page',
            index=models.Index(condition=models.Q(('refresh_at__isnull', False)), fields=['refresh_at', 'id'], name='page_refresh'),
        ),
        migrations.AddField(
            model_name='articlecorrection',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='articles.article'),
        ),
        migrations.AddField(
            model_name='articlecorrection',
            name='by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='articlecorrection',
            name='undone_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='articleversion',
            name='article',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='versions', to='articles.article'),
        ),
        migrations.AddIndex(
            model_name='articlecorrection',
            index=models.Index(condition=models.Q(('undone_at', None)), fields=['article', 'field', '-id'], name='correction_held'),
        ),
        migrations.AddConstraint(
            model_name='articleversion',
            constraint=models.UniqueConstraint(fields=('article', 'number'), name='article_version_once'),
        ),
    ]
