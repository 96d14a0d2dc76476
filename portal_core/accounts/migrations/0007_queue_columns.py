"""Which columns a colleague has chosen for the queue: "customer,status,due"; empty means the usual ones."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_password_since'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='queue_columns',
            field=models.CharField(blank=True, db_default='', default='', max_length=600),
        ),
    ]
