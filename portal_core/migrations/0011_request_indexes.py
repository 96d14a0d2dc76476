"""Indexes of the queue by priority and by team, and of what was merged.

By themselves, so that the table is not locked against reading meanwhile (0008 adds a column to it): while they are
built (100,000 requests: a third of a second), requests are read and cannot be written. Not concurrently: with many
tenants in one database that waits for the open transactions of all of them; two at once (`migrate_fleet --jobs`) wait
for each other, and one that waits for the fleet's advisory lock is waited for in turn.
"""

from django.db import migrations, models

# "IF NOT EXISTS": a schema that was made while 0008 still held them has them already.
BUILD = """
CREATE INDEX IF NOT EXISTS request_open_by_priority
    ON portal_core_servicerequest (priority DESC, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS request_open_by_team
    ON portal_core_servicerequest (team_key, due_at, id) WHERE closed_at IS NULL;
CREATE INDEX IF NOT EXISTS request_merged
    ON portal_core_servicerequest (merged_into_number) WHERE merged_into_number IS NOT NULL;
"""
DROP = "DROP INDEX IF EXISTS request_open_by_priority, request_open_by_team, request_merged;"


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0010_again'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(BUILD, DROP)],
            state_operations=[
                migrations.AddIndex(
                    model_name='servicerequest',
                    index=models.Index(condition=models.Q(('closed_at', None)), fields=['-priority', 'due_at', 'id'], name='request_open_by_priority'),
                ),
                migrations.AddIndex(
                    model_name='servicerequest',
                    index=models.Index(condition=models.Q(('closed_at', None)), fields=['team_key', 'due_at', 'id'], name='request_open_by_team'),
                ),
                migrations.AddIndex(
                    model_name='servicerequest',
                    index=models.Index(condition=models.Q(('merged_into_number__isnull', False)), fields=['merged_into_number'], name='request_merged'),
                ),
            ],
        ),
    ]
