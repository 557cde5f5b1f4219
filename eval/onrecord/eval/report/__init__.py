"""The report of a result: one HTML page that shows what a system gets right and wrong, or a text of it."""

from onrecord.eval.report.page import html
from onrecord.eval.report.text import MOST_CHARACTERS, markdown_report, text_report
from onrecord.eval.report.view import View, page_view

__all__ = ["MOST_CHARACTERS", "View", "html", "markdown_report", "page_view", "text_report"]
