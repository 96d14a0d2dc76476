"""Sign-up on the platform's host: form, code by e-mail, live portal."""
