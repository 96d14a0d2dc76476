from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_customer_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='user',
            name='password_since',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
