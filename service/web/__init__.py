"""HTTP: GraphQL, GraphiQL, uploads, health, pages."""
