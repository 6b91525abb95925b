"""Which apps exist, may they run, where do they come from. An app is data, never code of this process."""
