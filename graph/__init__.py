"""The GraphQL schema: translation only, no SQL and no rules."""
