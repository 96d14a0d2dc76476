"""Without the second indexes that Django adds to unique texts for LIKE: nobody looks for a part of these.

Concurrently, each by itself: a plain DROP INDEX that waits for a long reader would hold up everybody who comes after.
"""

from django.db import migrations

UNUSED = (
    'accounts_user_email_b2644a56_like',
    'accounts_session_key_hash_37c483b3_like',
    'accounts_signinlink_token_hash_51c31a80_like',
    'account_emailaddress_email_03be32b2_like',
    'account_emailconfirmation_key_f43612bd_like',
)


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('accounts', '0007_queue_columns'),
        ('account', '0009_emailaddress_unique_primary_email'),
    ]

    operations = [
        migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop) for name in UNUSED
    ]
