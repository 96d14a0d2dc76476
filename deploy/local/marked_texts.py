"""The texts marked for translation, read from code and templates, and the merge into a catalogue."""




# Where people's words stand. Tests, benchmarks and the machine-facing API speak English.
_CODE = ("tenants", "portal_core", "deploy")
_TEMPLATES = ("templates",)
