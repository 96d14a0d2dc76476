"""What a role reaches that does not see all requests, open and closed: a person's, a team's, those of a type.

Not concurrently, as in 0011; for 100,000 requests the three take a third of a second in which none is written.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0030_closed_requests'),
    ]

    operations = [
        migrations.AddIndex('servicerequest', models.Index(fields=['assignee'], name='request_by_person')),
        migrations.AddIndex('servicerequest', models.Index(fields=['team_key', 'id'], name='request_by_team')),
        migrations.AddIndex('servicerequest', models.Index(fields=['type_key', 'id'], name='request_by_type')),
    ]
