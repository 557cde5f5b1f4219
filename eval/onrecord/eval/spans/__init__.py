"""Typed spans as arrays: aligned, counted, measured."""
