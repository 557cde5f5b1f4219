"""The dataset folder: made, written, read back, released without text.

- ``build``: from gold to the folder, and whether the folder is what its sources give.
- ``folder``: the folder written, read back, and the hash of what it says.
- ``article_rows``, ``article_columns``: an article of a row; and by column, many at a time.
- ``texts``: its texts and ids alone, by column.
- ``tables``: its configs: rows and columns.
- ``columns``: columns of records: Arrow types from types, meaning from docstrings.
- ``names``: what ids stand for, in columns beside them.
- ``dictionary``: what every column says, as Markdown.
- ``bio``: names as tokens and tags.
- ``edition``: in what form it is published: with which words of its articles.
- ``card``: its card, README.md.
- ``card_header``: the header of the card, as the Hub reads it.
- ``makers``: who made the labels, as the card says.
- ``croissant``: its Croissant metadata.
- ``rai``: what these say of limits, biases, persons, collection and labelling.
- ``making``: what they say of the passes that the labels come of.
- ``datasheet``: the datasheet whose sentences they take.
- ``standoff``: a release without the text, and the way back.
- ``sealing``: words that only who has all the texts can read.
- ``wording``: whether words repeat an article's.
- ``published``: the published dataset, which comes along with the package.
"""

__all__ = [
    "article_columns",
    "bio",
    "build",
    "card",
    "datasheet",
    "edition",
    "folder",
    "makers",
    "making",
    "published",
    "rai",
    "standoff",
    "texts",
]
