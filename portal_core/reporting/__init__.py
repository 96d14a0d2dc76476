"""What the portal has removed of repeated work: for now the owner's own starting point."""
