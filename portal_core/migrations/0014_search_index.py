"""One index finds all words: `words` holds whatever `plain` does, and each word was written into two indexes."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('portal_core', '0013_drafts'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='requestsearch',
            name='search_plain',
        ),
    ]
