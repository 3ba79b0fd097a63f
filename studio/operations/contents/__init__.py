"""Contents for trainees: recommendations, cases, and what people did with them."""
