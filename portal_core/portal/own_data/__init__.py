"""A customer's own data as one file: what they may see, in pages to read and as JSON, with their files."""
