"""What forms remember of a customer."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_guests'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='remembered',
            field=models.JSONField(db_default=models.Value({}, models.JSONField()), default=dict, editable=False),
        ),
    ]
