"""Without indexes that nothing reads: see accounts 0008. Every one is a file more to make for each new portal.

`history_by_request` begins with the same column as the index of the reference; drafts and the state are a single row;
by author nothing is looked for. References are altered in the state alone: Django would check all rows again.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

UNUSED = (
    'portal_core_draftpart_name_63aacca0_like',
    'portal_core_portalasset_digest_1685310b_like',
    'portal_core_portalasset_key_50c05b9c_like',
    'portal_core_storedfile_key_9fecb569_like',
    'portal_core_historyentry_request_id_f95707b1',
    'portal_core_portaldraft_author_id_9f093588',
    'portal_core_portalstate_live_id_54103234',
    'portal_core_portalversion_author_id_c8789fee',
    'portal_core_draftoperation_author_id_f316c94e',
)


def author():
    return models.ForeignKey(
        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+',
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('portal_core', '0019_record_words'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)
                for name in UNUSED
            ],
            state_operations=[
                migrations.AlterField('portaldraft', 'author', author()),
                migrations.AlterField('portalversion', 'author', author()),
                migrations.AlterField('draftoperation', 'author', author()),
                migrations.AlterField(
                    'portalstate', 'live',
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+',
                        to='portal_core.portalversion',
                    ),
                ),
                migrations.AlterField(
                    'historyentry', 'request',
                    models.ForeignKey(
                        db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT,
                        related_name='entries', to='portal_core.servicerequest',
                    ),
                ),
            ],
        ),
    ]
