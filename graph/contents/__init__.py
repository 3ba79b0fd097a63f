"""Contents, recommendations and mentoring packages."""
