"""``sitecustomize`` changes the Python that imports it: pytest, which looks into every module, must not."""

collect_ignore = ["sitecustomize.py"]
