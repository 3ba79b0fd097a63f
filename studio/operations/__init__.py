"""What may be done: one public function per thing that a person can do."""
