"""History is append-only in the database itself: UPDATE, DELETE and TRUNCATE raise.

The function names no schema (a copy of the schema must work alone) and touches no table.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'history is append-only' USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER history_is_append_only BEFORE UPDATE OR DELETE ON portal_core_historyentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER history_is_never_emptied BEFORE TRUNCATE ON portal_core_historyentry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER versions_are_immutable BEFORE UPDATE OR DELETE ON portal_core_portalversion
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""
DROP = """
DROP TRIGGER versions_are_immutable ON portal_core_portalversion;
DROP TRIGGER history_is_never_emptied ON portal_core_historyentry;
DROP TRIGGER history_is_append_only ON portal_core_historyentry;
DROP FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("portal_core", "0001_initial")]
    operations = [migrations.RunSQL(CREATE, DROP)]
