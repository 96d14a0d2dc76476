"""The configuration editor, `/desk/setup/`: one file for each thing that is shaped. Every page edits the draft."""
