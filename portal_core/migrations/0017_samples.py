"""Made-up requests have a source of their own, and their history may go with them.

History stays append-only in the database itself: lines are deleted only where they belong to a made-up customer, and
only in a transaction that says so. The function names no schema: tables are found by the tenant's search path.
"""

from django.db import migrations, models

CREATE = """
CREATE FUNCTION refuse_change_of_what_is_real() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_made_up boolean := false;
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('portico.removes_samples', true) = 'on' THEN
        IF TG_TABLE_NAME = 'portal_core_recordentry' THEN
            SELECT person.is_sample INTO is_made_up FROM portal_core_savedrecord record
                JOIN accounts_user person ON person.id = record.customer_id WHERE record.id = OLD.record_id;
        ELSIF TG_TABLE_NAME = 'portal_core_customerlook' THEN
            SELECT person.is_sample INTO is_made_up FROM accounts_user person WHERE person.id = OLD.customer_id;
        ELSIF OLD.request_id IS NOT NULL THEN
            SELECT person.is_sample INTO is_made_up FROM portal_core_servicerequest request
                JOIN accounts_user person ON person.id = request.customer_id WHERE request.id = OLD.request_id;
        ELSE
            SELECT person.is_sample INTO is_made_up FROM portal_core_document document
                JOIN accounts_user person ON person.id = document.customer_id WHERE document.id = OLD.document_id;
        END IF;
        IF is_made_up THEN
            RETURN OLD;
        END IF;
    END IF;
    RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
DROP TRIGGER history_is_append_only ON portal_core_historyentry;
CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON portal_core_historyentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_what_is_real();
DROP TRIGGER record_history_is_append_only ON portal_core_recordentry;
CREATE TRIGGER record_history_is_append_only BEFORE UPDATE OR DELETE ON portal_core_recordentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_what_is_real();
DROP TRIGGER looks_are_append_only ON portal_core_customerlook;
CREATE TRIGGER looks_are_append_only BEFORE UPDATE OR DELETE ON portal_core_customerlook
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_what_is_real();
"""
DROP = """
DROP TRIGGER history_is_append_only ON portal_core_historyentry;
CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON portal_core_historyentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER record_history_is_append_only ON portal_core_recordentry;
CREATE TRIGGER record_history_is_append_only BEFORE UPDATE OR DELETE ON portal_core_recordentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP TRIGGER looks_are_append_only ON portal_core_customerlook;
CREATE TRIGGER looks_are_append_only BEFORE UPDATE OR DELETE ON portal_core_customerlook
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
DROP FUNCTION refuse_change_of_what_is_real();
"""


class Migration(migrations.Migration):
    dependencies = [("portal_core", "0016_publishing")]
    operations = [
        migrations.AlterField(
            model_name="servicerequest",
            name="source",
            field=models.CharField(
                choices=[("portal", "Portal"), ("desk", "Desk"), ("import", "Imported"), ("sample", "Sample")],
                default="portal",
                max_length=8,
            ),
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
