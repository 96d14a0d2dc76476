"""Who changed the portal, published it, or gave a colleague a role; append-only, as history is (0002 made the function)."""

import django.db.models.deletion
import django.db.models.functions.datetime
import tenants.identifiers
from django.conf import settings
from django.db import migrations, models

CREATE = """
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON portal_core_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON portal_core_auditentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""
DROP = """
DROP TRIGGER audit_is_never_emptied ON portal_core_auditentry;
DROP TRIGGER audit_is_append_only ON portal_core_auditentry;
"""


def person():
    return models.ForeignKey(
        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+',
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0020_fewer_indexes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.UUIDField(default=tenants.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('deed', models.CharField(choices=[('edited', 'Edited'), ('taken_back', 'Taken Back'), ('scheduled', 'Scheduled'), ('called_off', 'Called Off'), ('published', 'Published'), ('invited', 'Invited'), ('joined', 'Joined'), ('role_given', 'Role Given'), ('deactivated', 'Deactivated'), ('brought_back', 'Brought Back'), ('address_moved', 'Address Moved')], max_length=16)),
                ('words', models.TextField(blank=True)),
                ('data', models.JSONField(default=dict)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('actor', person()),
                ('person', person()),
            ],
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
