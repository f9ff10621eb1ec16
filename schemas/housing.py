"""Facts of housing."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from schemas.base import FactAboutPerson, FieldClass, Ref, has
from schemas.register import Address


class TenancyOffered(FactAboutPerson):
    """A landlord offered the person a home."""

    tenancy_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The landlord's number of it.")]
    offered_on: Annotated[date, has(FieldClass.HOUSING, "The local day of the offer.")]
    home: Annotated[Address, has(FieldClass.LOCATION, "Where.")]


class TenancyStarted(FactAboutPerson):
    """The person moved in."""

    tenancy_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The landlord's number of it.")]
    started_on: Annotated[date, has(FieldClass.HOUSING, "The local day it began.")]
    home: Annotated[Address, has(FieldClass.LOCATION, "Where.")]


class TenancyEnd(StrEnum):
    """Why a tenancy ended."""

    NOTICE_BY_TENANT = "notice-by-tenant"
    EVICTION = "eviction"
    ABANDONED = "abandoned"
    TRANSFER = "transfer"
    OTHER = "other"


class TenancyEnded(FactAboutPerson):
    """The tenancy is over."""

    tenancy_ref: Annotated[Ref, has(FieldClass.REFERENCE, "The landlord's number of it.")]
    ended_on: Annotated[date, has(FieldClass.HOUSING, "The local day it ended.")]
    reason: Annotated[TenancyEnd, has(FieldClass.HOUSING, "Why.")]
