"""The labelling config: valid to the SDK, and the same fields as the conversion knows."""

from __future__ import annotations

import re
from typing import get_args

from onrecord.annotation.label_studio.forms import page
from onrecord.annotation.label_studio.labelling import config, config_hash, menus
from onrecord.annotation.label_studio.project import check_config
from onrecord.dataset import Gold
from onrecord.dataset.layers import LAYERS
from onrecord.dataset.records import EntityType


def test_the_sdk_finds_it_valid() -> None:
    check_config()
    assert re.fullmatch(r"[0-9a-f]{64}", config_hash())


def test_it_offers_what_the_records_allow() -> None:
    assert set(re.findall(r'<Label value="(\w+)"', config())) == {mark.value for mark in page().marks}
    assert set(get_args(EntityType)) == {mark for mark, form in page().by_mark.items() if form.layer == "mentions"}


def test_its_fields_are_those_the_conversion_reads() -> None:
    fields = set(re.findall(r'<(?:Choices|TextArea|Taxonomy) name="(\w+)"', config()))
    assert fields == page().asks.keys() | {"complete", "note"}
    complete = config().split('name="complete"')[1].split("</Choices>")[0]
    assert set(re.findall(r'Choice value="(\w+)"', complete)) == set(LAYERS)


def test_the_menus_offer_every_registered_id(gold: Gold) -> None:
    offered = menus(gold.registries)
    assert len(offered["entities"]) == len(gold.registries.entities)
    assert {row["value"].partition(":")[0] for row in offered["targets"]} == {"entity", "event", "claim"}
