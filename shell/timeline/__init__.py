"""One timeline of context events per session, for support: who posted, who answered, what each pane came to; no patient."""
