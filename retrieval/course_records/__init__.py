"""What is kept of a course: its folder, manifest, lock and ids, and how lectures are written to them."""
