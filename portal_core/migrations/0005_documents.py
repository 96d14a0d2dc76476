
import django.db.models.deletion
import django.utils.timezone
import tenants.identifiers
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0004_saved_records'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RequestFile',
            fields=[
                ('id', models.UUIDField(default=tenants.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('field_key', models.CharField(blank=True, default='', max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.UUIDField(default=tenants.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=120, unique=True)),
                ('name', models.CharField(max_length=160)),
                ('mime', models.CharField(max_length=100)),
                ('size_bytes', models.PositiveBigIntegerField()),
                ('sha256', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('clean', 'Clean'), ('infected', 'Infected'), ('gone', 'Gone')], default='clean', max_length=8)),
                ('owner_id', models.UUIDField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('attached_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='kind',
            field=models.CharField(choices=[('submitted', 'Submitted'), ('moved', 'Moved'), ('replied', 'Replied'), ('noted', 'Noted'), ('changed', 'Changed'), ('assigned', 'Assigned'), ('document', 'Document')], max_length=16),
        ),
        migrations.AlterField(
            model_name='historyentry',
            name='request',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='portal_core.servicerequest'),
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=tenants.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('kind_key', models.CharField(max_length=64)),
                ('title', models.CharField(blank=True, default='', max_length=160)),
                ('state', models.CharField(choices=[('asked', 'Asked'), ('on_file', 'On File'), ('sent_back', 'Sent Back'), ('replaced', 'Replaced'), ('gone', 'Gone')], max_length=10)),
                ('files', models.JSONField(default=list)),
                ('from_staff', models.BooleanField(default=False)),
                ('is_shared', models.BooleanField(default=True)),
                ('note', models.TextField(blank=True, default='')),
                ('due_on', models.DateField(null=True)),
                ('valid_until', models.DateField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('used_count', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('added_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaced_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal_core.document')),
                ('request', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal_core.servicerequest')),
            ],
        ),
        migrations.AddField(
            model_name='historyentry',
            name='document',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal_core.document'),
        ),
        migrations.AddIndex(
            model_name='historyentry',
            index=models.Index(condition=models.Q(('document__isnull', False)), fields=['document', 'id'], name='history_by_document'),
        ),
        migrations.AddField(
            model_name='requestfile',
            name='entry',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal_core.historyentry'),
        ),
        migrations.AddField(
            model_name='requestfile',
            name='request',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal_core.servicerequest'),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='customer',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='storedfile',
            name='document',
            field=models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stored_files', to='portal_core.document'),
        ),
        migrations.AddField(
            model_name='requestfile',
            name='file',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='portal_core.storedfile'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['customer', '-id'], name='document_by_customer'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(condition=models.Q(('request__isnull', False)), fields=['request'], name='document_by_request'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('attached_at', None)), fields=['owner_id', 'created_at'], name='file_unattached'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('document__isnull', False)), fields=['document'], name='file_by_document'),
        ),
        migrations.AddConstraint(
            model_name='requestfile',
            constraint=models.UniqueConstraint(fields=('request', 'file', 'field_key', 'entry'), name='file_once_a_place', nulls_distinct=False),
        ),
    ]
