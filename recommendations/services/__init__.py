"""Every write of this app: runs of training, versions of models, what was picked, what people did with it."""

from recommendations.services.interactions import ProductHasLeft, record_interaction
from recommendations.services.picks import pick_again, refresh_picks, request_picks, store_pick
from recommendations.services.popularity import refresh_popularity
from recommendations.services.runs import cancel_training, request_training, train
from recommendations.services.versions import activate_model, prune_models, roll_back_model

__all__ = [
    "ProductHasLeft",
    "activate_model",
    "cancel_training",
    "pick_again",
    "prune_models",
    "record_interaction",
    "refresh_picks",
    "refresh_popularity",
    "request_picks",
    "request_training",
    "roll_back_model",
    "store_pick",
    "train",
]
