"""The customers' pages: one file a feature. Views decide nothing; they ask access, call actions and fill templates."""
