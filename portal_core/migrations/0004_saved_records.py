"""Saved records with their append-only history, the ledger of removed work, requests made from earlier ones."""

import django.db.models.deletion
import tenants.identifiers
from django.conf import settings
from django.db import migrations, models

CREATE = """
CREATE TRIGGER record_history_is_append_only BEFORE UPDATE OR DELETE ON portal_core_recordentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER record_history_is_never_emptied BEFORE TRUNCATE ON portal_core_recordentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
DROP = """
DROP TRIGGER record_history_is_never_emptied ON portal_core_recordentry;
DROP TRIGGER record_history_is_append_only ON portal_core_recordentry;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0003_guest_links'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='servicerequest',
            name='again_of',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal_core.servicerequest'),
        ),
        migrations.CreateModel(
            name='RemovedWork',
            fields=[
                ('id', models.UUIDField(default=tenants.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('event_id', models.UUIDField()),
                ('what', models.CharField(max_length=32)),
                ('count', models.PositiveIntegerField()),
                ('day', models.DateField()),
                ('request_id', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['day', 'what'], name='removed_by_day')],
                'constraints': [models.UniqueConstraint(fields=('event_id', 'what'), name='one_line_an_event_and_kind')],
            },
        ),
        migrations.CreateModel(
            name='SavedRecord',
            fields=[
                ('id', models.UUIDField(default=tenants.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind_key', models.CharField(max_length=64)),
                ('data', models.JSONField(default=dict)),
                ('title', models.CharField(max_length=200)),
                ('revision', models.PositiveIntegerField(default=1)),
                ('archived_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('created_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='RecordEntry',
            fields=[
                ('id', models.UUIDField(default=tenants.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('added', 'Added'), ('changed', 'Changed'), ('archived', 'Archived'), ('restored', 'Restored')], max_length=16)),
                ('side', models.CharField(choices=[('customer', 'Customer'), ('staff', 'Staff'), ('system', 'System')], max_length=8)),
                ('changes', models.JSONField(default=list)),
                ('at', models.DateTimeField()),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('record', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='portal_core.savedrecord')),
            ],
        ),
        migrations.AddIndex(
            model_name='savedrecord',
            index=models.Index(fields=['customer', 'kind_key', 'id'], name='record_by_customer'),
        ),
        migrations.AddIndex(
            model_name='recordentry',
            index=models.Index(fields=['record', 'id'], name='record_history'),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
