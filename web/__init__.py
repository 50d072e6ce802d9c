"""Our pages: those that a mail links to, and nothing that needs to know who asks."""
