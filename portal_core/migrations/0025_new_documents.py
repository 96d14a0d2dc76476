"""A document that the business has shown to a customer is new until they open it.

Not so those from before, nor what older code writes meanwhile: nobody knows of them, and the default of the database
needs no table to be written anew.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0024_asset_colours_so_far'),
    ]

    operations = [
        migrations.AddField('document', 'is_new', models.BooleanField(db_default=False, default=False)),
    ]
