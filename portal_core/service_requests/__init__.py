"""Service requests: what customers ask for, where it stands, who may see and do what with it."""
