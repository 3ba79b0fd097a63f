"""How well each mentor suits each trainee, and what ratings teach about it."""
