"""A new kind of line in the history of requests: requested again."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0009_asks_and_time'),
    ]

    operations = [
        migrations.AlterField(
            model_name='historyentry',
            name='kind',
            field=models.CharField(choices=[('submitted', 'Submitted'), ('moved', 'Moved'), ('replied', 'Replied'), ('noted', 'Noted'), ('changed', 'Changed'), ('assigned', 'Assigned'), ('document', 'Document'), ('recorded', 'Recorded'), ('prioritised', 'Prioritised'), ('merged', 'Merged'), ('unmerged', 'Unmerged'), ('answered', 'Answered'), ('approved', 'Approved'), ('declined', 'Declined'), ('lapsed', 'Lapsed'), ('reminded', 'Reminded'), ('planned', 'Planned'), ('repeated', 'Repeated')], max_length=16),
        ),
    ]
