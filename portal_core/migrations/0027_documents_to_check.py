"""What customers sent and nobody has checked is counted beside every page of the desk: an index of just that."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0026_folded_record_words'),
    ]

    operations = [
        migrations.AddIndex('document', models.Index(
            fields=['id'], name='document_to_check', condition=Q(state='on_file', from_staff=False, approved_at=None),
        )),
    ]
