"""From articles to requests for a language model, and from its replies to a prediction file.

No library of any model is needed: requests and replies are files in the form that batch services take and give. A reply
has words where a prediction has offsets, and names where it has ids; the words are placed by ``grounding``.

- ``shape``: the JSON Schema of a reply, by the label scheme in force.
- ``instructions``: what a model is told: the page that heads the guidelines, with invented examples.
- ``requests``: a request for each article.
- ``parsing``: JSON out of whatever a model wrote, item by item where it is cut off.
- ``replies``: the lines of a file of replies.
- ``names``: names to ids, those of the registries or the file's own.
- ``linking``: which names of several articles are of one: a request a topic, and what is replied.
- ``items``: an item in words and names as an item of a prediction.
- ``accounts``: what became of every item, and what a line keeps of those that are none of its predictions.
- ``predictions``: replies to the lines of a prediction file, and an account of every item.
- ``telling``: that account in lines for a person.
- ``words``: prediction lines with words and no offsets, placed.
- ``grammar``: a grammar under which a model cannot misquote.
- ``known``: the articles and the registries, without any label.
"""

__all__ = [
    "accounts",
    "grammar",
    "items",
    "known",
    "linking",
    "names",
    "predictions",
    "replies",
    "requests",
    "shape",
    "telling",
    "words",
]
