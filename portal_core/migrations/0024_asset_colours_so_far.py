"""Of the logos that there are one colour is known; the others are told when they are sent anew."""

from django.db import migrations

FILL = """
UPDATE portal_core_portalasset SET colours = jsonb_build_array(colour) WHERE colour <> '';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0023_asset_colours'),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
