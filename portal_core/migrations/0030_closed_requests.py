"""In which order closed requests are listed, and open and closed ones together.

Not concurrently, as in 0011; for 100,000 requests both take a tenth of a second in which none is written.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0029_request_answers'),
    ]

    operations = [
        migrations.AddIndex('servicerequest', models.Index(fields=['created_at', 'id'], name='request_by_age')),
        migrations.AddIndex('servicerequest', models.Index(
            condition=models.Q(('closed_at__isnull', False)), fields=['created_at', 'id'], name='request_closed_by_age',
        )),
    ]
