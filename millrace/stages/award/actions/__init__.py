"""Decides, offers, and takes the applicant's answer — e.g. `decide` approves HK$10m and reserves it in the same transaction."""

from millrace.stages.award.actions.committee import decide_in_committee
from millrace.stages.award.actions.deciding import decide
from millrace.stages.award.actions.offers import accept_offer, decline_offer, lapse_offer, lapse_offers
from millrace.stages.award.actions.stages import open_stage

__all__ = ["accept_offer", "decide", "decide_in_committee", "decline_offer", "lapse_offer", "lapse_offers", "open_stage"]
