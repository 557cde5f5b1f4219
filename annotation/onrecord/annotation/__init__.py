"""Label Studio and the way from annotation to gold."""
