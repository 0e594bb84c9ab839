"""The effective settings of a stage item, as the stages read them from ``settings/ITEM.json``."""

import json

from firth.params.cells import RECURRENT_NETWORKS
from firth.params.effective import effective_settings
from firth.params.experiment import Params
from firth.params.model_names import LANGUAGE_MODELS, NETWORKS
from firth.params.models_params import ModelsParams
from firth.params.pipeline_items import Item
from firth.params.settings import Settings
from firth.params.task_names import ATTENTIONS, TASKS

EVERY_MODEL = ModelsParams(
    networks=[*NETWORKS],
    recurrent_networks=[*RECURRENT_NETWORKS],
    language_models=[*LANGUAGE_MODELS],
    tasks=[*TASKS],
    attentions=[*ATTENTIONS],
)


def settings_of(params: Params, stage: str, *arguments: str, code: str = "") -> Settings:
    """Settings of one item, whether or not ``models`` names its model; values have gone through JSON."""
    if stage != "headline":
        params = params.model_copy(update={"models": EVERY_MODEL})
    item = Item(stage, arguments)
    values = effective_settings(params, [item])[item.name]
    return Settings(item.name, json.loads(json.dumps(values)), code, params.compute)
