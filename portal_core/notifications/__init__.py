"""Who is told what, by e-mail: rules say who, compose says what, rendering says how it looks, handlers listen."""
