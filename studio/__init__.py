"""The domain: tables, SQL, operations, imports and the one way stored data is read."""
