"""What is known of before: every version with its author, and the edits that can still be taken back.

Keys are times, so that the order is that of what was done. Some dozen rows for each tenant.
"""

from django.db import migrations

FILL = """
INSERT INTO portal_core_auditentry (id, deed, actor_id, words, data, at)
    SELECT uuidv7(created_at - clock_timestamp()), 'published', author_id, note,
        jsonb_strip_nulls(jsonb_build_object('number', number, 'restores', restores)), created_at
    FROM portal_core_portalversion;
INSERT INTO portal_core_auditentry (id, deed, actor_id, words, data, at)
    SELECT uuidv7(created_at - clock_timestamp()), CASE WHEN undoes IS NULL THEN 'edited' ELSE 'taken_back' END,
        author_id, title, '{}', created_at
    FROM portal_core_draftoperation;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0021_audit'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
