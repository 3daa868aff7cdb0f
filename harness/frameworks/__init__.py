"""Decision frameworks as data: graphs of questions that end in verdicts."""
