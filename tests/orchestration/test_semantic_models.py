"""The semantic models say what the models' YAML says."""

from __future__ import annotations

import yaml

from orchestration.semantic_models import TARGET, declared, is_split, metrics_of, render


def test_the_file_is_what_the_models_say() -> None:
    assert TARGET.read_text("utf-8") == render(), "run `make docs`"


def test_every_declared_metric_can_be_asked_for() -> None:
    names = {metric["name"] for metric in yaml.safe_load(render())["metrics"]}
    for model in declared():
        for metric in metrics_of(model):
            assert metric["name"] in names
            assert not is_split(metric) or f"{metric['name']}_by_dimension" in names
