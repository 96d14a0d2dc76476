"""Who has looked at the portal as a customer; append-only, as history is (0002 made the function)."""

import django.db.models.deletion
import tenants.identifiers
from django.conf import settings
from django.db import migrations, models


CREATE = """
CREATE TRIGGER looks_are_append_only BEFORE UPDATE OR DELETE ON portal_core_customerlook
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
DROP = "DROP TRIGGER looks_are_append_only ON portal_core_customerlook;"


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0014_search_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CustomerLook',
            fields=[
                ('id', models.UUIDField(default=tenants.identifiers.uuid7, editable=False, primary_key=True, serialize=False)),
                ('page', models.CharField(max_length=300)),
                ('is_draft', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('customer', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('looker', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['customer', '-at'], name='look_by_customer')],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
