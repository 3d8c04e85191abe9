"""Long jobs on sources: an outlet's history brought in, many sites added; see sources.jobs for what a job is."""
