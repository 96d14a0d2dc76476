"""Taking requests out as a table is one of the deeds that are kept. Django's list of them alone; the table stays."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0027_documents_to_check'),
    ]

    operations = [
        migrations.AlterField('auditentry', 'deed', models.CharField(
            max_length=16,
            choices=[
                ('edited', 'Edited'), ('taken_back', 'Taken Back'), ('scheduled', 'Scheduled'),
                ('called_off', 'Called Off'), ('published', 'Published'), ('invited', 'Invited'), ('joined', 'Joined'),
                ('role_given', 'Role Given'), ('deactivated', 'Deactivated'), ('brought_back', 'Brought Back'),
                ('address_moved', 'Address Moved'), ('exported', 'Exported'),
            ],
        )),
    ]
