"""What a stranger sends: opened within limits, read as types, every fault said.

- ``prediction_line``: the line of a prediction file as a type.
- ``limits``: what a file may be at most.
- ``unpacking``: its bytes, whatever they are packed in.
- ``archives``: what comes out of gzip, zip and tar files.
- ``lines``: bytes as lines.
- ``mention_types``: what types mentions may have, and what becomes of each: a side of a label map as a value.
- ``foreign_line``: the line of a prediction file whose mentions have the types of another scheme.
- ``expected``: what it is checked against.
- ``line_reader``: which lines are looked at, decoded, and which end the reading.
- ``file_rules``: what must hold of all lines together.
- ``open_ends``: what one part of a submission leaves open, and what is wrong with the parts together.
- ``validation``: every line checked, in memory that does not grow with the file.
- ``line_checks``: what must hold of one line beside its types.
- ``quick_looks``: whether there is anything to check more closely.
- ``line_block``: many lines as columns.
- ``block_ids``: the ids of these by what they refer to.
- ``block_spans``: their spans beside the texts.
- ``block_looks``: whether there is anything to check more closely in any of them.
- ``advice``: what to do about fields and words of other tools.
- ``salvage``: what can still be checked of a line that has the wrong shape.
- ``reading``: a whole file as a submission, or every fault of it.
- ``meaning``: what a file says, as a digest that how it is written does not change.
- ``label_maps``: the types of another scheme, compared with those of gold.
- ``fault_codes``: what each kind of fault means, and what to do about it.
- ``examples``: a complete, commented file for each layer.
"""

__all__ = [
    "archives",
    "expected",
    "label_maps",
    "limits",
    "line_block",
    "meaning",
    "mention_types",
    "open_ends",
    "prediction_line",
    "reading",
    "unpacking",
    "validation",
]
