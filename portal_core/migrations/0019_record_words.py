"""The index by which staff find customers by what they keep: see accounts 0005, and `customer_search.py`."""

from django.db import migrations

BUILD = r"""
CREATE INDEX IF NOT EXISTS record_words ON portal_core_savedrecord USING gin (to_tsvector('simple'::regconfig,
    translate(lower(left(replace(replace(replace(data::text, '\n', ' '), '\r', ' '), '\t', ' '), 100000)),
    '@._-+/"''(),;:#', '                '))) WITH (fastupdate = off);
"""
DROP = "DROP INDEX IF EXISTS record_words;"


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0018_portal_assets'),
    ]

    operations = [migrations.RunSQL(BUILD, DROP)]
