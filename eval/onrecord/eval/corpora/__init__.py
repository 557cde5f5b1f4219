"""A million labelled documents, as a stream."""
