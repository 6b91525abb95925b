"""What an organisation may fix: one table, the sources that set it, and which of them counts."""
