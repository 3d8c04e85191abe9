"""Long jobs on sources: an outlet’s history brought in, many sites added."""
