"""Who does both rounds of scoring in parts, or scores many files: this process, several, or those of a Dask scheduler.

- ``engine``: what an engine is, and the one of this process.
- ``processes``: processes of this machine.
- ``dask``: the workers of a Dask scheduler.
"""

__all__ = ["dask", "engine", "processes"]
