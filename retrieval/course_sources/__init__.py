"""Where a course comes from: course files, bare folders of captions, and what file names tell."""
