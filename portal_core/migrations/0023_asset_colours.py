"""All colours of a logo, of which one can become the portal's. A constant default: no table is written anew."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0022_audit_so_far'),
    ]

    operations = [
        migrations.AddField(
            'portalasset', 'colours',
            models.JSONField(default=list, db_default=models.Value([], models.JSONField())),
        ),
    ]
