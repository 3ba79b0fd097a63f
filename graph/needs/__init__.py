"""From surveys and pain points to topics and needs."""
