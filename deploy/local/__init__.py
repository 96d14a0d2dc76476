"""The one-command start: embedded servers, web, worker, beat and mail sink, all owned by us and all stopped again."""
