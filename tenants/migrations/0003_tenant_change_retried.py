from django.db import migrations, models


class Migration(migrations.Migration):
    """What operators did may be that stuck events were tried again; the database keeps any word."""

    dependencies = [("tenants", "0002_tenant_changes")]

    operations = [
        migrations.AlterField(
            model_name="tenantchange",
            name="what",
            field=models.CharField(
                choices=[("suspended", "Suspended"), ("resumed", "Resumed"), ("retried", "Retried")], max_length=12
            ),
        ),
    ]
