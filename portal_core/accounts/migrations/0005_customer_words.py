"""Indexes by which staff find customers among very many, and list them by name or by when they were here last.

The expressions of the first are those of `service_requests/customer_search.py`: it is used only where they are the same.
It holds whatever is kept of a person and says only where to look. Not concurrently, as in portal_core 0011.
"""

from django.db import migrations

DIGITS = r"regexp_replace(phone, '\D', '', 'g')"
BUILD = rf"""
CREATE INDEX IF NOT EXISTS user_words ON accounts_user USING gin (to_tsvector('simple'::regconfig, translate(lower(
    name || ' ' || email || ' ' || phone || ' ' || {DIGITS} || ' ' || substr({DIGITS}, 2) || ' ' || substr({DIGITS}, 3)
    || ' ' || substr({DIGITS}, 4) || ' r' || reverse({DIGITS}) || ' ' || left(replace(replace(replace(
    remembered::text, '\n', ' '), '\r', ' '), '\t', ' '), 100000)), '@._-+/"''(),;:#', '                ')))
    WITH (fastupdate = off);
CREATE INDEX IF NOT EXISTS user_by_name ON accounts_user (lower(coalesce(nullif(name, ''), email)), id);
CREATE INDEX IF NOT EXISTS user_by_visit
    ON accounts_user (coalesce(last_sign_in_at, '0001-01-01 00:00:00+00'::timestamptz), id);
"""
DROP = "DROP INDEX IF EXISTS user_words, user_by_name, user_by_visit;"


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_notices'),
    ]

    operations = [migrations.RunSQL(BUILD, DROP)]
